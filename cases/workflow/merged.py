"""并案: which of two merged matters a reader of one of them is told of."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cases.models import Case, Event
from cases.models.choices import Confidentiality
from cases.models.scope import Sight
from cases.workflow.actions import Action
from cases.workflow.event_data import OTHER_MATTERS, data_of


@dataclass(frozen=True)
class Merged:
    """The numbers of the matters merged with one, as a reader of it may know them."""

    into: str = ""  # the one it goes on in
    came_in: tuple[str, ...] = ()  # those that go on in it, oldest first


def confidentiality_after(merged: Case, into: Case) -> Confidentiality:
    """Return the confidentiality of a case in which another one goes on: the stricter
    of both.
    """
    both = (
        Confidentiality(into.confidentiality),
        Confidentiality(merged.confidentiality),
    )
    return max(both, key=lambda level: level.rank)


def numbers_in_sight(events: Iterable[Event], sight: Sight) -> frozenset[str]:
    """Return the numbers of matters merged with this one that the reader may read.

    One query; none where nothing was merged.
    """
    numbers = set()
    for event in events:
        number = _number_in(event)
        if number:
            numbers.add(number)
    if not numbers:
        return frozenset()

    seen = Case.objects.visible_by(sight).filter(number__in=numbers)
    return frozenset(seen.values_list("number", flat=True))


def number_told(event: Event, in_sight: Collection[str]) -> str:
    """Return the number of the other matter of a merge, if it is among those given; ""
    otherwise, and of any other event.
    """
    number = _number_in(event)
    return number if number in in_sight else ""


def merged_with(events: Iterable[Event], in_sight: Collection[str]) -> Merged:
    """Return the matters merged with the one of `events`, among the numbers given."""
    into = ""
    came_in = []
    for event in sorted(events, key=lambda event: event.sequence):
        number = number_told(event, in_sight)
        if number and event.action == Action.MERGE:
            into = number
        elif number:
            came_in.append(number)
    return Merged(into, tuple(came_in))


def _number_in(event: Event) -> str:
    """Return the number of the other matter, as a merge wrote it."""
    data = data_of(event)
    for name in OTHER_MATTERS:
        if name in data:
            return str(data.get(name, ""))
    return ""
