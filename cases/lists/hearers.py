"""Who hears of a step, as the app above that notifies them knows it: said beside the
button of the step.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from cases.models import Case
from cases.workflow import Action
from villages.models import User


@dataclass(frozen=True)
class Hearers:
    """Whom a step goes to: names, each with post and place."""

    # the person or office that has the matter; None: the step only notifies
    addressee: str | None
    notified: Sequence[str]  # who is notified as well

    def __str__(self) -> str:
        return self.addressee or "—"


# of a step that a user takes, who is never notified of it
HearersOf = Callable[[Case, date, User], Hearers]
_known: dict[Action, HearersOf] = {}


def add_hearers(action: Action, hearers: HearersOf) -> None:
    """Have the form of a step say who hears of it, as the app above is made ready."""
    _known[action] = hearers


def hearers_of(action: Action, case: Case, on: date, by: User) -> Hearers | None:
    """Return who hears of a step that a user takes; None where nobody above knows."""
    hearers = _known.get(action)
    return hearers(case, on, by) if hearers else None
