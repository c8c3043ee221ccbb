"""Who hears of a step, as the app above that notifies them knows it: said beside the
button of the step.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from cases.models import Case
from cases.workflow import Action


@dataclass(frozen=True)
class Hearers:
    """Whom a step goes to: names, each with post and place."""

    addressee: str  # the person or office that has the matter
    notified: Sequence[str]  # who is notified as well

    def __str__(self) -> str:
        return self.addressee or "—"


HearersOf = Callable[[Case, date], Hearers]
_known: dict[Action, HearersOf] = {}


def add_hearers(action: Action, hearers: HearersOf) -> None:
    """Have the form of a step say who hears of it, as the app above is made ready."""
    _known[action] = hearers


def hearers_of(action: Action, case: Case, on: date) -> Hearers | None:
    """Return who hears of a step; None where nobody above knows."""
    hearers = _known.get(action)
    return hearers(case, on) if hearers else None
