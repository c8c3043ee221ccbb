"""Rules for the words of an order, an answer and a check, and for the day of the
reply.
"""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from cases.workflow.inputs import still_open, unfinished
from minshi import workdays
from minshi.errors import InputRefused
from minshi.text import is_blank

LONGEST = 2000  # characters
LATEST_REPLY = timedelta(days=60)


def check_words(at: datetime, *, reason: str, demand: str, reply_on: date) -> None:
    """Refuse an order without a reason or a demand, with a demand that cannot go out as
    it is, or with a reply day that is past or too far off.

    Raises InputRefused.
    """
    must_say(reason=reason, demand=demand)
    check_text(demand=demand)

    today = workdays.local_day(at)
    if reply_on < today:
        raise InputRefused.at(reply_on=_("That day is past."))
    if reply_on > today + LATEST_REPLY:
        too_far = _("An answer is due within %(days)s days.")
        raise InputRefused.at(reply_on=too_far % {"days": LATEST_REPLY.days})


def must_say(**texts: str) -> None:
    """Refuse empty texts, by InputRefused."""
    missing = {}
    for name, text in texts.items():
        if is_blank(text):
            missing[name] = _("Please fill this in.")

    if missing:
        raise InputRefused(_("Something is missing."), missing)


def check_text(**texts: str) -> None:
    """Refuse texts that are too long, or have a bracket still to be filled in, by
    InputRefused.
    """
    too_long = {}
    for name, text in texts.items():
        if len(text) > LONGEST:
            too_long[name] = _("This is too long.")
    if too_long:
        raise InputRefused(_("This is too long."), too_long)

    gaps = {}
    for name, text in texts.items():
        if gap := unfinished(text):
            gaps[name] = still_open(gap)
    if gaps:
        raise InputRefused(next(iter(gaps.values())), gaps)
