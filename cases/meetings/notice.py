"""The notice that an assembly is called by: ten days, or a reason that is kept.

Source: 村民委员会组织法 25, 农村集体经济组织法 27.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from cases.models import Meeting
from minshi import workdays
from minshi.errors import InputRefused
from minshi.text import is_blank
from villages.models import MeetingKind

VILLAGERS_ASSEMBLIES = frozenset({MeetingKind.ASSEMBLY, MeetingKind.HOUSEHOLDS})
ANNOUNCED = VILLAGERS_ASSEMBLIES | {MeetingKind.MEMBERS_ASSEMBLY}


def is_announced(kind: str) -> bool:
    """Tell whether a kind of meeting is called ten days before it is held."""
    return kind in ANNOUNCED


def may_be_short(kind: str) -> bool:
    """Tell whether a special case allows a later notice (村民委员会组织法 25)."""
    return kind in VILLAGERS_ASSEMBLIES


def is_short(kind: str, called_on: date, held_on: date) -> bool:
    """Tell whether a meeting that must be announced was announced too late."""
    notice = timedelta(days=settings.ASSEMBLY_NOTICE_DAYS)
    return is_announced(kind) and held_on - called_on < notice


def check_notice(
    kind: str, called_on: date, held_on: date, why_late: str, *, day_field: str
) -> str:
    """Return the reason to be kept for a late notice; "" where it came in time.

    InputRefused: a villagers' assembly is called late without a reason (beside
    `short_notice`); a members' assembly is called late at all (beside `day_field`), for
    its law knows no special cases.
    """
    if not is_short(kind, called_on, held_on):
        return ""

    days = {"days": settings.ASSEMBLY_NOTICE_DAYS}
    if not may_be_short(kind):
        words = _(
            "The members are told %(days)s days before, with time, place and matters"
            " (Law on Rural Collective Economic Organisations, article 27)."
        )
        raise InputRefused.at(**{day_field: words % days})
    if is_blank(why_late):
        words = _(
            "The villagers are told %(days)s days before; in a special case say why it"
            " is later (Organic Law of Villagers' Committees, article 25)."
        )
        raise InputRefused.at(short_notice=words % days)

    return why_late.strip()


def check_announcement(kind: str, place: str, *, has_matters: bool) -> None:
    """InputRefused: a members' assembly is called without its place or matters
    (集体经济组织法 27).
    """
    if kind != MeetingKind.MEMBERS_ASSEMBLY:
        return
    if is_blank(place):
        raise InputRefused.at(place=_("The members are told where it is held."))
    if not has_matters:
        raise InputRefused.at(subject=_("The members are told what it is about."))


def late_notice(
    meeting: Meeting, starts_at: datetime, why_late: str, at: datetime
) -> str:
    """Return why a meeting that is announced now comes so late; "" where it does not.

    InputRefused as `check_notice`.
    """
    return check_notice(
        meeting.kind,
        workdays.local_day(at),
        workdays.local_day(starts_at),
        why_late,
        day_field="starts_at",
    )
