"""Quorum, entitled votes and votes needed of an item, by the roll and the rules.

Pure functions: nothing is read here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from cases.models import AgendaItem, Attendee, FourTwoStep, Meeting, StepAside
from cases.models.meeting import ItemState
from minshi.errors import InputRefused
from villages.procedure import OF_EVERYBODY, Rules

# The fields of an item in which its count is stored.
COUNTED = (
    "due",
    "present",
    "aside",
    "quorum",
    "needed",
    "rule",
)
Votes = tuple[int | None, int | None, int | None]  # for, against, abstained
NO_VOTE = (ItemState.PUT_OFF, ItemState.NOTED)


class VotesShown(NamedTuple):
    """The votes that a page, a paper or a wall may show."""

    votes_for: int | None = None
    against: int | None = None
    abstained: int | None = None


def with_nobody(votes: Votes) -> Votes:
    """Take it that nobody voted against or abstained where those numbers were left
    empty beside the votes for: a unanimous vote is written as one number.
    """
    votes_for, against, abstained = votes
    if votes_for is None:
        return votes
    return votes_for, against or 0, abstained or 0


def has_come(meeting: Meeting, people: Iterable[Attendee]) -> bool:
    """Tell whether anybody is noted as present, or sent a substitute: else the roll was
    not called.
    """
    if meeting.present_typed is not None:
        return meeting.present_typed > 0
    return any(person.is_present or person.substitute for person in people)


@dataclass(frozen=True)
class Count:
    """People due and present, those who stepped aside left out of both
    (docs/decisions.md).
    """

    due: int
    present: int
    aside: int
    quorum: int
    needed: int

    @property
    def is_due_known(self) -> bool:
        """False where nobody has said how many are due, though some may have come."""
        return self.due + self.aside > 0

    @property
    def has_quorum(self) -> bool:
        return self.due > 0 and self.present >= self.quorum

    def passes(self, votes_for: int) -> bool:
        return self.has_quorum and votes_for >= self.needed


def count_of(
    meeting: Meeting,
    people: Iterable[Attendee],
    asides: Iterable[StepAside],
    rules: Rules,
) -> Count:
    """Count one item.

    Guests count nowhere; a substitute counts as present where the rules let them vote.
    """
    people = list(people)
    gone = {aside.attendee_id for aside in asides if not aside.is_lifted}
    gone_of_due = [p for p in people if p.pk in gone and not p.is_guest]
    gone_of_present = [p for p in people if p.pk in gone and _has_vote(p, rules)]

    due = max(due_of(meeting, people) - len(gone_of_due), 0)
    present = max(present_of(meeting, people, rules) - len(gone_of_present), 0)

    return Count(
        due=due,
        present=present,
        aside=len(gone_of_due),
        quorum=rules.quorum_needed(due),
        needed=rules.votes_needed(due, present),
    )


def check_size(rules: Rules, people: int) -> None:
    """InputRefused: the body is smaller than its law allows (集体经济组织法 28)."""
    if people >= rules.least_due:
        return
    words = _("It needs at least %(least)s people, and %(people)s are due: %(article)s")
    numbers = {"least": rules.least_due, "people": people, "article": rules.article}
    raise InputRefused.at(due=words % numbers)


def due_of(meeting: Meeting, people: Iterable[Attendee]) -> int:
    """Return how many are due: by number where a crowd is counted, else by the roll.

    0 at an open meeting of everybody until the number is typed: whoever is named there
    came, and does not tell how many were due (组织法 26, 32). One that was closed
    without the number keeps what it was closed by.
    """
    if meeting.due_typed is not None:
        return meeting.due_typed
    if meeting.kind in OF_EVERYBODY and meeting.closed_at is None:
        return 0
    return sum(not person.is_guest for person in people)


def present_of(meeting: Meeting, people: Iterable[Attendee], rules: Rules) -> int:
    """Return how many of those due came, substitutes where the rules let them vote."""
    if meeting.present_typed is not None:
        return meeting.present_typed
    return sum(_has_vote(person, rules) for person in people)


def store_count(item: AgendaItem, count: Count, rules: Rules) -> None:
    """Set on an item the numbers and the rule by which it is concluded.

    Whatever changes later, they stay. The item is not saved.
    """
    item.due = count.due
    item.present = count.present
    item.aside = count.aside
    item.quorum = count.quorum
    item.needed = count.needed
    item.rule = str(rules.article)


def stored_count(item: AgendaItem) -> Count | None:
    """Return the numbers an item was concluded by; None while it waits."""
    stored = (item.due, item.present, item.aside, item.quorum, item.needed)
    numbers = [number for number in stored if number is not None]
    return Count(*numbers) if len(numbers) == len(stored) else None


def _has_vote(person: Attendee, rules: Rules) -> bool:
    if person.is_guest:
        return False
    return person.is_present or bool(rules.substitutes_vote and person.substitute)


def counts_of(
    meeting: Meeting,
    items: Iterable[AgendaItem],
    people: list[Attendee],
    asides: Mapping[int, list[StepAside]],
    rules: Rules,
) -> dict[int, Count]:
    """Count all items of a meeting from what was read once, by key.

    Of those concluded the count is the one of that day.
    """
    counts = {}
    for item in items:
        asides_here = asides.get(item.pk, [])
        counts[item.pk] = stored_count(item) or count_of(
            meeting, people, asides_here, rules
        )
    return counts


def votes_shown(counted: AgendaItem | FourTwoStep) -> VotesShown:
    """Return the votes that may be shown: none of an item that was put off or only
    heard, whatever was noted down while it waited.
    """
    if isinstance(counted, AgendaItem) and counted.state in NO_VOTE:
        return VotesShown()
    return VotesShown(counted.votes_for, counted.votes_against, counted.votes_abstain)


def votes_in_words(counted: AgendaItem | FourTwoStep) -> str:
    """Return the votes as people say them; nothing where none were counted. Those of an
    item that waits are a draft, perhaps of a vote that was refused: they say so.
    """
    shown = votes_shown(counted)
    if shown.votes_for is None:
        return ""

    votes = _("%(yes)s for, %(no)s against, %(none)s abstained") % {
        "yes": shown.votes_for,
        "no": shown.against or 0,
        "none": shown.abstained or 0,
    }
    if isinstance(counted, AgendaItem) and counted.state == ItemState.WAITING:
        return _("%(votes)s (noted down, nothing is decided)") % {"votes": votes}
    return votes
