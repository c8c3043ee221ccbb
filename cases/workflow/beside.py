"""The rows beside a case, compared with what its events record of them: answers to the
speaker, ratings, call-backs, who handled it, whom it concerns.

Events from before may record less: what they do not hold is not compared.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from cases.models import Assignment, Case, Event, Rating
from cases.models.choices import ActorKind, AssignmentRole, How, Stage
from cases.workflow.actions import Action
from cases.workflow.event_data import assistants_of, data_of, lead_of
from minshi.crypto import digest

# the moves whose effect writes to the speaker
REPLYING = frozenset(
    {
        Action.SETTLE,
        Action.DIVERT,
        Action.VOID,
        Action.WITHDRAW,
        Action.VERIFY,
        Action.EXPLAIN,
        Action.REPLY,
    }
)
GIVING = frozenset({Action.DECIDE, Action.REASSIGN})
# a matter is with nobody who handles it
UNHANDLED = frozenset({Stage.SPEAK, Stage.DELIBERATE, Stage.CLOSED})

Place = tuple[datetime, int, int | None]  # moment, round, post
Part = tuple[str, str, int]  # holder, role, round


def replies_fit(case: Case, events: Sequence[Event]) -> bool:
    """Return if the replies are those that the events record, no more and no fewer.

    An event from before replies were sealed vouches for one at its moment, in whatever
    words.
    """
    recorded: Counter[tuple[Place, str]] = Counter()
    unsealed: Counter[Place] = Counter()
    for event in events:
        place = (event.at, event.round, event.post_id)
        if said := data_of(event).get("reply"):
            recorded[place, said] += 1
        elif event.action in REPLYING:
            unsealed[place] += 1

    there: Counter[tuple[Place, str]] = Counter()
    for reply in case.replies.all():
        there[(reply.at, reply.round, reply.post_id), digest(reply.text)] += 1
    if recorded - there:
        return False

    surplus: Counter[Place] = Counter()
    for (place, _said), count in (there - recorded).items():
        surplus[place] += count
    return surplus <= unsealed


def ratings_fit(case: Case, events: Sequence[Event]) -> bool:
    """Return if the ratings are those that the events record, in every column that an
    event holds.
    """
    given = []
    round_before = 1
    for event in events:
        if event.action == Action.RATE:
            given.append((event, round_before))
        round_before = event.round

    ratings = sorted(case.ratings.all(), key=lambda rating: (rating.at, rating.round))
    if len(ratings) != len(given):
        return False
    return all(
        _is_rating_of(event, round_, rating)
        for (event, round_), rating in zip(given, ratings, strict=True)
    )


def _is_rating_of(event: Event, round_: int, rating: Rating) -> bool:
    """Return if a rating is the one that an event records; it was given in the round
    before the event, which may have begun another.
    """
    data = data_of(event)
    recorded = (event.at, round_, data["satisfaction"], data["solved"], event.post_id)
    if recorded != (
        rating.at,
        rating.round,
        rating.satisfaction,
        rating.solved,
        rating.entered_by_id,
    ):
        return False

    by_speaker = event.actor_kind == ActorKind.SPEAKER
    on_the_spot = by_speaker and event.via == How.COUNTER
    may_be_drawn = on_the_spot or not rating.drawn
    return (
        data.get("how", rating.how) == rating.how
        and rating.on_the_spot == on_the_spot
        and may_be_drawn
        and _is_note_of(event, rating.reason)
    )


def call_backs_fit(case: Case, events: Sequence[Event]) -> bool:
    """Return if the call-backs are those that the events record."""
    calls = [event for event in events if event.action == Action.CALL_BACK]
    rows = sorted(case.call_backs.all(), key=lambda row: (row.at, row.pk))
    if len(calls) != len(rows):
        return False

    for event, row in zip(calls, rows, strict=True):
        data = data_of(event)
        recorded = (event.at, data["satisfaction"], data["solved"], event.post_id)
        if recorded != (row.at, row.satisfaction, row.solved, row.post_id):
            return False
        if not _is_note_of(event, row.note):
            return False
    return True


def _is_note_of(event: Event, words: str) -> bool:
    """Return if these are the words of an event's note, or those it begins with: what
    was noted beside them follows on a line of its own.

    A note that names the speaker is complete in a revision.
    """
    complete = event.note
    for revision in event.revisions.all():
        if revision.field == "note":
            complete = revision.new or ""

    if complete == words:
        return True
    return words != "" and complete.startswith(f"{words}\n")


# --- who handled it


def assignments_fit(case: Case, events: Sequence[Event]) -> bool:
    """Return if lead and assistants are those whom the events name.

    1. Whoever was given a part has it from then on, in that round.
    2. Nobody has a part that no event gave.
    3. A part ends at the moment of an event, and runs only while the matter is with
       those who handle it.
    """
    rows = list(case.assignments.all())
    given = set(_parts_given(events))

    for at, part in given:
        if not any(_holds(row, part, at) for row in rows):
            return False
    for row in rows:
        is_given = (row.assigned_at, _part_of(row)) in given
        if not is_given and not _is_of_ledger(row, case, events):
            return False

    return _ends_fit(case, events, rows)


def _parts_given(events: Sequence[Event]) -> Iterator[tuple[datetime, Part]]:
    """Yield each part that an event gives, with the moment. A new round in 办 goes on
    with the lead before.
    """
    lead = _lead_of_ledger(events[0])
    round_before = 1
    for event in events:
        if event.action in GIVING:
            lead = lead_of(event)
            yield event.at, (lead, AssignmentRole.LEAD, event.round)
            for holder in assistants_of(event):
                yield event.at, (holder, AssignmentRole.ASSISTANT, event.round)
        elif event.round > round_before and event.target == Stage.HANDLE:
            yield event.at, (lead, AssignmentRole.LEAD, event.round)
        round_before = event.round


def _lead_of_ledger(first: Event) -> str:
    """Return who led a matter that was adopted in 办: whoever it was with."""
    is_handled = first.action == Action.ADOPT and first.target == Stage.HANDLE
    return data_of(first).get("owner", "") if is_handled else ""


def _part_of(row: Assignment) -> Part:
    holder = f"post:{row.post_id}" if row.post_id else f"office:{row.office_id}"
    return holder, row.role, row.round


def _holds(row: Assignment, part: Part, at: datetime) -> bool:
    if _part_of(row) != part or row.assigned_at > at:
        return False
    return row.ended_at is None or row.ended_at >= at


def _is_of_ledger(row: Assignment, case: Case, events: Sequence[Event]) -> bool:
    """Return if a row is the lead whom an adopted matter brought with it."""
    is_first_lead = row.role == AssignmentRole.LEAD and row.round == 1
    if not case.adopted_from or not is_first_lead:
        return False

    first = events[0]
    holder = _part_of(row)[0]
    return row.assigned_at <= first.at and _lead_of_ledger(first) in ("", holder)


def _ends_fit(case: Case, events: Sequence[Event], rows: list[Assignment]) -> bool:
    moments = {event.at for event in events}
    ended = {row.ended_at for row in rows if row.ended_at}
    running = [row.role for row in rows if row.ended_at is None]

    if ended - moments or (running and case.stage in UNHANDLED):
        return False
    return case.stage != Stage.HANDLE or AssignmentRole.LEAD in running


# --- whom it concerns


def concerns_fit(case: Case, events: Sequence[Event]) -> bool:
    """Return if the cadres hidden from are those whom the events name; a merged matter
    brings its own along, whom no event of this one names.
    """
    named: set[int] = set()
    brings_others = False
    for event in events:
        data = data_of(event)
        named.update(data.get("concerns", []))
        brings_others = brings_others or event.action == Action.RECEIVE_MERGED
        if "lifted" in data:
            named.clear()
            brings_others = False

    there = {concern.user_id for concern in case.concerns.all()}
    return named == there or (brings_others and named < there)
