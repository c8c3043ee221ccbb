"""What an order, an answer and a check must say, and by which day."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from cases.workflow.inputs import still_open, unfinished
from minshi import workdays
from minshi.errors import InputRefused

LONGEST = 2000
LATEST_REPLY = timedelta(days=60)


def check_words(at: datetime, *, reason: str, demand: str, reply_on: date) -> None:
    must_say(reason=reason, demand=demand)
    check_text(demand=demand)
    on = workdays.local_day(at)
    if not on <= reply_on <= on + LATEST_REPLY:
        far = _("An answer is due within %(days)s days.") % {"days": LATEST_REPLY.days}
        words = _("That day is past.") if reply_on < on else far
        raise InputRefused.at(reply_on=words)


def must_say(**texts: str) -> None:
    """InputRefused: one of them is empty."""
    missing = {
        name: _("Please fill this in.")
        for name, text in texts.items()
        if not text.strip()
    }
    if missing:
        raise InputRefused(_("Something is missing."), missing)


def check_text(**texts: str) -> None:
    long = {
        name: _("This is too long.")
        for name, text in texts.items()
        if len(text) > LONGEST
    }
    if long:
        raise InputRefused(_("This is too long."), long)
    gaps = {
        name: still_open(gap)
        for name, text in texts.items()
        if (gap := unfinished(text))
    }
    if gaps:
        raise InputRefused(next(iter(gaps.values())), gaps)
