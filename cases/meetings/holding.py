"""Who holds a meeting, and the lock under which it changes."""

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


def holding_posts(posts: Iterable[Post], meeting: Meeting, at: datetime) -> list[Post]:
    """Those of the posts that hold the meeting: of a village its officers, above it the
    reviewer of the place.
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
    """NoSuchRight unless the post acted from is the user's, current, and holds the
    meeting.
    """
    own = by.post.user_id == by.user.pk and by.post.is_current(workdays.local_day(at))
    if not (own and _holds(by.post, meeting, at)):
        raise NoSuchRight(_("This meeting is not yours to hold."))


def lock_open(meeting: Meeting, by: Officer, at: datetime) -> Meeting:
    """The meeting, locked, still open, and the officer's to hold; MoveRefused once it
    is closed or cancelled.
    """
    locked = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("village", "town")
        .get(pk=meeting.pk)
    )
    check_right(locked, by, at)
    if locked.closed_at:
        raise MoveRefused(
            _("The meeting is closed; what was wrong is put right by a correction.")
        )
    if locked.cancelled_at:
        raise MoveRefused(_("The meeting was cancelled."))
    return locked


def check_has_come(meeting: Meeting, at: datetime) -> None:
    """MoveRefused before the day of the meeting."""
    day = workdays.local_day(meeting.starts_at)
    if workdays.local_day(at) < day:
        raise MoveRefused(
            _(
                "The meeting is called for %(day)s; give it another time if it is held"
                " now."
            )
            % {"day": day}
        )


def was_concluded(item: AgendaItem) -> MoveRefused:
    state = item.get_state_display()
    return MoveRefused(
        _("This item was concluded a moment ago: %(state)s.") % {"state": state}
    )


def lock_waiting(item: AgendaItem, by: Officer, at: datetime) -> AgendaItem:
    """The item as it stands, its meeting locked and open; MoveRefused once it was
    concluded.
    """
    meeting = lock_open(item.meeting, by, at)
    item = AgendaItem.objects.select_related("case__town").get(pk=item.pk)
    item.meeting = meeting
    if item.state != ItemState.WAITING:
        raise was_concluded(item)
    return item
