"""Changing a meeting that was called: its time and place, the numbers of those due and
those who came where nobody is due by name; cancelling it.
"""

from collections.abc import Container
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from cases.meetings.holding import lock_open
from cases.meetings.notice import late_notice
from cases.models import Meeting
from cases.models.scope import Sight
from cases.privacy.table import table_of
from cases.workflow import Officer
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused
from villages.models import MeetingKind, Resident
from villages.procedure import OF_EVERYBODY


def has_roll(meeting: Meeting) -> bool:
    """Tell whether a body's members or posts are due by name.

    Whoever else was added to an assembly makes no roll.
    """
    by_name = Q(seat__isnull=False) | Q(user__isnull=False)
    return meeting.attendees.filter(by_name, is_guest=False).exists()


@transaction.atomic
def change_meeting(
    meeting: Meeting,
    *,
    starts_at: datetime,
    place: str,
    chair: str,
    recorder: str,
    by: Officer,
    at: datetime,
    due: int | None = None,
    present: int | None = None,
    short_notice: str = "",
    only: Container[str] | None = None,
) -> Meeting:
    """Change time, place, chair, recorder, and the numbers of an assembly.

    `due` and `present` are as `note_numbers` has them. Of all these only those named in
    `only` are written, so that two screens do not undo each other (None: all of them).
    InputRefused: the numbers, or another day of an assembly that comes too soon, as in
    `call_meeting`.
    """
    meeting = lock_open(meeting, by, at)
    _set_numbers(meeting, due, present, only)

    is_written = only is None or "starts_at" in only
    day_before = workdays.local_day(meeting.starts_at)
    texts = {}
    if only is None or "place" in only:
        texts["place"] = place.strip()
    if is_written and workdays.local_day(starts_at) != day_before:
        texts["short_notice"] = late_notice(meeting, starts_at, short_notice, at)
    sight = Sight.of(by.user, workdays.local_day(at))
    table_of(meeting).write(meeting, sight, **texts)

    said = {
        "starts_at": starts_at,
        "chair": chair.strip(),
        "recorder": recorder.strip(),
    }
    for name, value in said.items():
        if only is None or name in only:
            setattr(meeting, name, value)
    meeting.save()
    return meeting


@transaction.atomic
def note_numbers(
    meeting: Meeting,
    *,
    due: int | None,
    present: int | None,
    by: Officer,
    at: datetime,
    only: Container[str] | None = None,
) -> Meeting:
    """Write down how many are due and how many came, where nobody is due by name.

    Only those named in `only` are written (None: both). At a meeting of everybody the
    number due may stand by itself: who came is then counted by name. InputRefused:
    numbers where there is a roll, more present than due, one of the two numbers without
    the other.
    """
    meeting = lock_open(meeting, by, at)
    _set_numbers(meeting, due, present, only)
    meeting.save(update_fields=["due_typed", "present_typed"])
    return meeting


def _set_numbers(
    meeting: Meeting,
    due: int | None,
    present: int | None,
    only: Container[str] | None,
) -> None:
    """Set the numbers on a meeting, which is not saved; InputRefused as
    `note_numbers`.
    """
    if only is not None and "due" not in only:
        due = meeting.due_typed
    if only is not None and "present" not in only:
        present = meeting.present_typed

    meeting.due_typed = due
    meeting.present_typed = present
    if due is None and present is None:
        return

    if has_roll(meeting):
        words = _("There is a roll for this meeting: tick who came.")
        raise InputRefused.at(due=words)
    if due is None:
        raise InputRefused.at(due=_("Type both numbers, or neither."))
    _check_households(meeting, due)

    came = present
    if came is None and meeting.kind not in OF_EVERYBODY:
        raise InputRefused.at(present=_("Type both numbers, or neither."))
    if came is None:
        people = meeting.attendees.filter(is_guest=False)
        came = people.exclude(is_present=False, substitute="").count()
    if came > due:
        words = _("More people cannot be present than are due.")
        raise InputRefused.at(**{"due" if present is None else "present": words})


def _check_households(meeting: Meeting, due: int) -> None:
    """InputRefused: fewer are said to be due than households are on the roll, so that a
    few of them would decide for all (组织法 32).
    """
    households = households_of(meeting)
    if households is None or due >= households:
        return

    words = _(
        "%(households)s households are on the roll, and no fewer are due. Where the"
        " roll is wrong, mend it first."
    )
    raise InputRefused.at(due=words % {"households": households})


def households_of(meeting: Meeting) -> int | None:
    """Return how many households have somebody on the roll of neighbours where a
    meeting of the group, or of one from each household, is held; None for other kinds.

    A number to begin with: a group may also be counted by its adults (组织法 32).
    """
    neighbours = Resident.objects.filter(is_on_roll=True)
    if meeting.kind == MeetingKind.GROUP_MEETING:
        neighbours = neighbours.filter(household__group=meeting.group_id)
    elif meeting.kind == MeetingKind.HOUSEHOLDS:
        neighbours = neighbours.filter(household__group__village=meeting.village_id)
    else:
        return None
    counted = neighbours.aggregate(number=Count("household", distinct=True))
    return counted["number"] or None


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, by: Officer, at: datetime) -> Meeting:
    """Cancel a meeting; its cases wait for another.

    MoveRefused: something was decided in it.
    """
    meeting = lock_open(meeting, by, at)
    if meeting.items.exclude(state="waiting").exists():
        raise MoveRefused(_("Something was decided in it already: close it instead."))
    meeting.cancelled_at = at
    meeting.save(update_fields=["cancelled_at"])
    return meeting
