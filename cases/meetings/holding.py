"""The right to hold a meeting, and the lock under which it changes."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from cases.models import AgendaItem, Meeting
from cases.models.meeting import ItemState
from cases.workflow import Officer
from minshi import workdays
from minshi.errors import MoveRefused, NoSuchRight
from villages.duty import officiates
from villages.models import Post, Role
from villages.procedure import OF_EVERYBODY


class RollNotCalled(MoveRefused):
    """It cannot be voted on yet: nobody is noted as present."""


class DueNotKnown(MoveRefused):
    """Nothing can be voted on yet: nobody has said how many are due."""


def check_due_known(meeting: Meeting) -> None:
    """Raise DueNotKnown where a meeting of everybody has no number of those due."""
    if meeting.kind in OF_EVERYBODY and meeting.due_typed is None:
        words = _("How many are due is not written down yet: type it by the roll.")
        raise DueNotKnown(words)


def holding_posts(posts: Iterable[Post], meeting: Meeting, at: datetime) -> list[Post]:
    """Return those of the posts that hold the meeting.

    A village's meeting is held by its officers, one above it by the place's reviewer.
    """
    return [post for post in posts if _holds(post, meeting, at)]


def _holds(post: Post, meeting: Meeting, at: datetime) -> bool:
    if meeting.village_id:
        return officiates(post, meeting.village_id, at)

    if post.role != Role.REVIEWER:
        return False
    if meeting.town_id:
        return post.town_id == meeting.town_id
    return bool(post.county_code) and post.county_code == meeting.county_code


def check_right(meeting: Meeting, by: Officer, at: datetime) -> None:
    """Raise NoSuchRight unless the officer holds the meeting from a post of their own.

    The post must be the user's and current.
    """
    today = workdays.local_day(at)
    is_theirs = by.post.user_id == by.user.pk and by.post.is_current(today)

    if not (is_theirs and _holds(by.post, meeting, at)):
        raise NoSuchRight(_("This meeting is not yours to hold."))


def lock_open(meeting: Meeting, by: Officer, at: datetime) -> Meeting:
    """Lock an open meeting that the officer holds, and return it as it stands.

    NoSuchRight: not theirs to hold. MoveRefused: it is closed or cancelled.
    """
    locked = lock_held(meeting, by, at)
    check_open(locked)
    return locked


def lock_held(meeting: Meeting, by: Officer, at: datetime) -> Meeting:
    """Lock a meeting that the officer holds, be it over or not, and return it as it
    stands. NoSuchRight: not theirs to hold.
    """
    meetings = Meeting.objects.select_for_update(of=("self",))
    locked = meetings.select_related("village", "town").get(pk=meeting.pk)

    check_right(locked, by, at)
    return locked


def check_open(meeting: Meeting) -> None:
    """Raise MoveRefused where a meeting is closed or cancelled."""
    if words := why_over(meeting):
        raise MoveRefused(words)


def why_over(meeting: Meeting) -> str:
    """Say why nothing is written in a meeting any more; "" of an open one."""
    if meeting.closed_at:
        return _("The meeting is closed; what was wrong is put right by a correction.")
    if meeting.cancelled_at:
        return _("The meeting was cancelled.")
    return ""


def check_has_come(meeting: Meeting, at: datetime) -> None:
    """Raise MoveRefused before the day of the meeting."""
    day = workdays.local_day(meeting.starts_at)
    today = workdays.local_day(at)
    if today < day:
        words = _(
            "The meeting is called for %(day)s; give it another time if it is held now."
        )
        raise MoveRefused(words % {"day": workdays.day_in_words(day, today)})


def was_concluded(item: AgendaItem) -> MoveRefused:
    """Return the refusal to write on an item that was concluded meanwhile."""
    words = _("This item was concluded a moment ago: %(state)s.")
    return MoveRefused(words % {"state": item.get_state_display()})


def lock_waiting(item: AgendaItem, by: Officer, at: datetime) -> AgendaItem:
    """Lock the meeting of a waiting item, and return the item as it stands.

    The meeting must be open and the officer's to hold, as in `lock_open`. MoveRefused:
    the item was concluded already.
    """
    meeting = lock_open(item.meeting, by, at)
    found = AgendaItem.objects.select_related("case__town").get(pk=item.pk)
    found.meeting = meeting

    if found.state != ItemState.WAITING:
        raise was_concluded(found)
    return found
