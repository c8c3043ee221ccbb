"""Minutes: saved as they are written, closed for good, corrected by a record beside
them.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.meetings.corrections import note_correction
from cases.meetings.counting import COUNTED, count_of, due_of, keep_count
from cases.meetings.holding import check_has_come, check_right, lock_open, lock_waiting
from cases.meetings.roll import set_parties_aside
from cases.models import AgendaItem, Attendee, Case, Meeting, MinutesCorrection
from cases.models.meeting import ItemState
from cases.privacy.veil import without_hidden
from cases.workflow import Officer
from minshi.errors import InputRefused, MoveRefused, StaleVersion
from villages.procedure import Rules, rules_for

MOST_TEXT = 20_000


@transaction.atomic
def save_minutes(
    meeting: Meeting, text: str, *, version: int, by: Officer, at: datetime
) -> Meeting:
    """Keeps the minutes as they stand; returns the meeting with their new version.

    StaleVersion where somebody else saved meanwhile: nothing is overwritten. The same
    text again changes nothing.
    """
    meeting = lock_open(meeting, by, at)
    text = without_hidden(cases_of(meeting), text)
    if meeting.minutes == text:
        return meeting
    if meeting.minutes_version != version:
        raise StaleVersion(
            _("Somebody else has written on these minutes since you opened them.")
        )
    if len(text) > MOST_TEXT:
        raise InputRefused.at(minutes=_("This is too long."))
    meeting.minutes, meeting.minutes_version = text, version + 1
    meeting.minutes_by, meeting.minutes_at = by.post, at
    meeting.save(
        update_fields=["minutes", "minutes_version", "minutes_by", "minutes_at"]
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
    """Keeps what is written on an item before it is concluded; returns it with its new
    version.

    Counts are not judged here: a draft is a draft (ux 2.5). StaleVersion, MoveRefused
    once concluded.
    """
    item = lock_waiting(item, by, at)
    opinions = without_hidden([item.case], opinions)
    if (item.opinions, (item.votes_for, item.votes_against, item.votes_abstain)) == (
        opinions,
        votes,
    ):
        return item
    if item.version != version:
        raise StaleVersion(
            _("Somebody else has written on this item since you opened it.")
        )
    if len(opinions) > MOST_TEXT:
        raise InputRefused.at(opinions=_("This is too long."))
    item.opinions, item.version = opinions, version + 1
    item.votes_for, item.votes_against, item.votes_abstain = votes
    item.save(
        update_fields=[
            "opinions",
            "version",
            "votes_for",
            "votes_against",
            "votes_abstain",
        ]
    )
    return item


@transaction.atomic
def close_meeting(meeting: Meeting, *, by: Officer, at: datetime) -> Meeting:
    """Closes the meeting for good; what was not reached is put off and waits for the
    next one.

    MoveRefused before it has begun, or where nobody is noted as present.
    """
    meeting = lock_open(meeting, by, at)
    check_has_come(meeting, at)
    if not (
        meeting.present_typed or meeting.attendees.filter(is_present=True).exists()
    ):
        raise MoveRefused(_("Nobody is noted as present: call the roll first."))
    rules, people = (
        rules_for(meeting.town_id, meeting.kind),
        list(meeting.attendees.all()),
    )
    _put_off(meeting, people, rules, by, at)
    meeting.closed_at, meeting.closed_by = at, by.post
    meeting.quorum, meeting.rule = (
        rules.quorum_needed(due_of(meeting, people)),
        str(rules.article),
    )
    meeting.save(update_fields=["closed_at", "closed_by", "quorum", "rule"])
    return meeting


def _put_off(
    meeting: Meeting, people: list[Attendee], rules: Rules, by: Officer, at: datetime
) -> None:
    """What was not reached, with the numbers of the day: what a closed meeting shows
    never changes.
    """
    items = list(meeting.items.filter(state=ItemState.WAITING).select_related("case"))
    asides = set_parties_aside(items, people)
    for item in items:
        keep_count(item, count_of(meeting, people, asides[item.pk], rules), rules)
        item.state, item.concluded_at, item.concluded_by = (
            ItemState.PUT_OFF,
            at,
            by.post,
        )
    AgendaItem.objects.bulk_update(
        items, ["state", "concluded_at", "concluded_by", *COUNTED]
    )


@transaction.atomic
def correct_minutes(
    meeting: Meeting, *, wrong: str, right: str, key: UUID, by: Officer, at: datetime
) -> MinutesCorrection:
    """Notes beside closed minutes what is wrong in them and what is right; the minutes
    stay as they were.

    A repeated `key` returns the correction it made. MoveRefused while the meeting is
    open; InputRefused without words.
    """
    meeting = Meeting.objects.select_related("village", "town").get(pk=meeting.pk)
    check_right(meeting, by, at)
    if not meeting.closed_at:
        raise MoveRefused(_("The meeting is still open: write it into the minutes."))
    return note_correction(
        MinutesCorrection,
        meeting,
        cases_of(meeting),
        wrong=wrong,
        right=right,
        key=key,
        by=by,
        at=at,
    )


def cases_of(meeting: Meeting) -> list[Case | None]:
    """The cases on the agenda; one query."""
    return [item.case for item in meeting.items.select_related("case__town")]
