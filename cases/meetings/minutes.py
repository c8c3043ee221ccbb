"""Minutes: saved while they are written, closed for good, corrected beside them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.meetings.corrections import note_correction
from cases.meetings.counting import COUNTED, count_of, due_of, store_count
from cases.meetings.finals import ITEM, MEETING
from cases.meetings.holding import (
    check_due_known,
    check_has_come,
    check_right,
    lock_open,
    lock_waiting,
)
from cases.meetings.roll import set_parties_aside
from cases.models import AgendaItem, Attendee, Meeting, MinutesCorrection
from cases.models.meeting import ItemState
from cases.models.scope import Sight
from cases.privacy.table import columns, table_of
from cases.workflow import Officer
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, StaleVersion
from villages.finals import seal_all, seal_once, unrecorded
from villages.procedure import Rules, rules_for

MOST_TEXT = 20_000


@transaction.atomic
def save_minutes(
    meeting: Meeting, text: str, *, version: int, by: Officer, at: datetime
) -> Meeting:
    """Save the minutes as they stand; return the meeting with their new version.

    StaleVersion where somebody else saved meanwhile: nothing is overwritten. The same
    text again changes nothing.
    """
    meeting = lock_open(meeting, by, at)
    sight = Sight.of(by.user, workdays.local_day(at))
    if not table_of(meeting).write(meeting, sight, minutes=text):
        return meeting
    if meeting.minutes_version != version:
        raise StaleVersion(
            _(
                "These minutes were written on since you opened them, by somebody else"
                " or by you in another window."
            )
        )
    if len(text) > MOST_TEXT:
        raise InputRefused.at(minutes=_("This is too long."))

    meeting.minutes_version = version + 1
    meeting.minutes_by = by.post
    meeting.minutes_at = at
    meeting.save(
        update_fields=[
            *columns(meeting),
            "minutes_version",
            "minutes_by",
            "minutes_at",
        ]
    )
    return meeting


@transaction.atomic
def save_item(
    item: AgendaItem,
    *,
    version: int,
    opinions: str,
    votes: tuple[int | None, int | None, int | None],
    by: Officer,
    at: datetime,
) -> AgendaItem:
    """Save what is written on an item before it is concluded.

    Returns the item with its new version. Counts are not judged here: a draft is a
    draft (ux 2.5). StaleVersion, MoveRefused once concluded.
    """
    item = lock_waiting(item, by, at)
    votes_before = (item.votes_for, item.votes_against, item.votes_abstain)
    sight = Sight.of(by.user, workdays.local_day(at))
    is_new = table_of(item.meeting).write(item, sight, opinions=opinions)

    if not is_new and votes_before == votes:
        return item
    if item.version != version:
        raise StaleVersion(
            _(
                "This item was written on since you opened it, by somebody else or by"
                " you in another window."
            )
        )
    if len(opinions) > MOST_TEXT:
        raise InputRefused.at(opinions=_("This is too long."))

    item.version = version + 1
    item.votes_for, item.votes_against, item.votes_abstain = votes
    item.save(
        update_fields=[
            *columns(item),
            "version",
            "votes_for",
            "votes_against",
            "votes_abstain",
        ]
    )
    return item


@transaction.atomic
def close_meeting(meeting: Meeting, *, by: Officer, at: datetime) -> Meeting:
    """Close the meeting for good.

    What was not reached is put off and waits for the next one. MoveRefused before it
    has begun, or where nobody is noted as present; DueNotKnown where it is not written
    down how many are due.
    """
    meeting = lock_open(meeting, by, at)
    check_has_come(meeting, at)
    if at < meeting.starts_at:
        raise MoveRefused(
            _("It has not begun yet; give it another time if it was held earlier.")
        )
    people = list(meeting.attendees.all())
    if not (meeting.present_typed or any(person.is_present for person in people)):
        raise MoveRefused(_("Nobody is noted as present: call the roll first."))
    check_due_known(meeting)

    rules = rules_for(meeting.town_id, meeting.kind)
    _put_off_what_waits(meeting, people, rules, by, at)

    meeting.closed_at = at
    meeting.closed_by = by.post
    meeting.quorum = rules.quorum_needed(due_of(meeting, people))
    meeting.rule = str(rules.article)
    meeting.save(update_fields=["closed_at", "closed_by", "quorum", "rule"])
    seal_once(MEETING, meeting, at=at, user=by.user)
    return meeting


def _put_off_what_waits(
    meeting: Meeting, people: list[Attendee], rules: Rules, by: Officer, at: datetime
) -> None:
    """Put off what was not reached, with the numbers of the day.

    What a closed meeting shows never changes.
    """
    items = list(meeting.items.filter(state=ItemState.WAITING).select_related("case"))
    asides = set_parties_aside(items, people)

    for item in items:
        count = count_of(meeting, people, asides[item.pk], rules)
        store_count(item, count, rules)
        item.state = ItemState.PUT_OFF
        item.concluded_at = at
        item.concluded_by = by.post

    AgendaItem.objects.bulk_update(
        items, ["state", "concluded_at", "concluded_by", *COUNTED]
    )
    keys = [item.pk for item in items]
    seal_all(ITEM, unrecorded(ITEM, keys), at=at)


@transaction.atomic
def correct_minutes(
    meeting: Meeting, *, wrong: str, right: str, key: UUID, by: Officer, at: datetime
) -> MinutesCorrection:
    """Write beside closed minutes what is wrong in them and what is right.

    The minutes stay as they were. A repeated `key` returns the correction it made.
    MoveRefused while the meeting is open; InputRefused without words.
    """
    meeting = Meeting.objects.select_related("village", "town").get(pk=meeting.pk)
    check_right(meeting, by, at)
    if not meeting.closed_at:
        raise MoveRefused(_("The meeting is still open: write it into the minutes."))
    return note_correction(
        MinutesCorrection,
        meeting,
        table_of(meeting),
        wrong=wrong,
        right=right,
        key=key,
        by=by,
        at=at,
    )
