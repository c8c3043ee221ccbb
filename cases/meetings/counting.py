"""What the roll and the rules say of an item: quorum, entitled votes, votes needed.
Pure; nothing is read here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.models import AgendaItem, Attendee, FourTwoStep, Meeting, StepAside
from villages.procedure import Rules

# what an item keeps of it
COUNTED = (
    "due",
    "present",
    "aside",
    "quorum",
    "needed",
    "rule",
)


@dataclass(frozen=True)
class Count:
    """People due and present, those who stepped aside left out of both (README,
    Decisions).
    """

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


def count_of(
    meeting: Meeting,
    people: Iterable[Attendee],
    asides: Iterable[StepAside],
    rules: Rules,
) -> Count:
    """The count of one item. Guests count nowhere; a substitute counts as present where
    the rules let them vote.
    """
    gone = {aside.attendee_id for aside in asides if not aside.is_lifted}
    people = list(people)
    due_gone = sum(person.pk in gone for person in people if not person.is_guest)
    here_gone = sum(person.pk in gone for person in people if _counts(person, rules))
    due, present = (
        max(due_of(meeting, people) - due_gone, 0),
        max(present_of(meeting, people, rules) - here_gone, 0),
    )
    return Count(
        due,
        present,
        due_gone,
        rules.quorum_needed(due),
        rules.votes_needed(due, present),
    )


def due_of(meeting: Meeting, people: Iterable[Attendee]) -> int:
    """How many are due at the meeting: by number where a crowd is counted, else by the
    roll.
    """
    return (
        sum(not person.is_guest for person in people)
        if meeting.due_typed is None
        else meeting.due_typed
    )


def present_of(meeting: Meeting, people: Iterable[Attendee], rules: Rules) -> int:
    """How many of those due came, substitutes where the rules let them vote."""
    here = sum(_counts(person, rules) for person in people)
    return here if meeting.present_typed is None else meeting.present_typed


def keep_count(item: AgendaItem, count: Count, rules: Rules) -> None:
    """The numbers and the rule by which the item is concluded, on the item: whatever
    changes later, they stay.
    """
    item.due, item.present, item.aside = count.due, count.present, count.aside
    item.quorum, item.needed, item.rule = count.quorum, count.needed, str(rules.article)


def kept_count(item: AgendaItem) -> Count | None:
    """The numbers it was concluded by; None while it waits."""
    kept = (item.due, item.present, item.aside, item.quorum, item.needed)
    numbers = [number for number in kept if number is not None]
    return Count(*numbers) if len(numbers) == len(kept) else None


def _counts(person: Attendee, rules: Rules) -> bool:
    return not person.is_guest and (
        person.is_present or bool(rules.substitutes_vote and person.substitute)
    )


def counts_of(
    meeting: Meeting,
    items: Iterable[AgendaItem],
    people: list[Attendee],
    asides: Mapping[int, list[StepAside]],
    rules: Rules,
) -> dict[int, Count]:
    """The counts of all items of a meeting, from what was read once; of those concluded
    as they were then.
    """
    return {
        item.pk: (
            kept_count(item)
            or count_of(meeting, people, asides.get(item.pk, []), rules)
        )
        for item in items
    }


def votes_in_words(counted: AgendaItem | FourTwoStep) -> str:
    """Return the votes as people say them; nothing where none were counted."""
    if counted.votes_for is None:
        return ""
    return _("%(yes)s for, %(no)s against, %(none)s abstained") % {
        "yes": counted.votes_for,
        "no": counted.votes_against or 0,
        "none": counted.votes_abstain or 0,
    }
