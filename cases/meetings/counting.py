"""What the roll and the rules say of an item: quorum, entitled votes, votes needed. Pure; nothing is read here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cases.models import AgendaItem, Attendee, Meeting, StepAside
from villages.procedure import Rules


@dataclass(frozen=True)
class Count:
    """People due and present, those who stepped aside left out of both (README, Decisions)."""

    due: int
    present: int
    aside: int
    quorum: int
    needed: int

    @property
    def has_quorum(self) -> bool:
        return self.present >= self.quorum

    def passes(self, votes_for: int) -> bool:
        return self.has_quorum and votes_for >= self.needed


def count_of(meeting: Meeting, people: Iterable[Attendee], asides: Iterable[StepAside], rules: Rules) -> Count:
    """The count of one item. Guests count nowhere; a substitute counts as present where the rules let them vote."""
    gone = {aside.attendee_id for aside in asides if not aside.is_lifted}
    voters = [person for person in people if not person.is_guest]
    here = [person for person in voters if _counts(person, rules)]
    due = meeting.due_typed if meeting.due_typed is not None else len(voters)
    present = meeting.present_typed if meeting.present_typed is not None else len(here)
    due_gone = sum(person.pk in gone for person in voters)
    here_gone = sum(person.pk in gone for person in here)
    due, present = max(due - due_gone, 0), max(present - here_gone, 0)
    return Count(due, present, due_gone, rules.quorum_needed(due), rules.votes_needed(due, present))


def _counts(person: Attendee, rules: Rules) -> bool:
    return person.is_present or bool(rules.substitutes_vote and person.substitute)


def counts_of(
    meeting: Meeting,
    items: Iterable[AgendaItem],
    people: list[Attendee],
    asides: Mapping[int, list[StepAside]],
    rules: Rules,
) -> dict[int, Count]:
    """The counts of all items of a meeting, from what was read once."""
    return {item.pk: count_of(meeting, people, asides.get(item.pk, []), rules) for item in items}
