"""One row of the moves table (domain §3)."""

from collections.abc import Callable
from dataclasses import dataclass

from cases.models.choices import OPEN_STAGES, Stage
from cases.workflow.actions import Action
from cases.workflow.actors import Actor
from cases.workflow.facts import Facts
from cases.workflow.inputs import Input
from cases.workflow.step import Step
from cases.workflow.who import Handled, Who
from minshi.errors import Text
from villages.models import Post

Guard = Callable[[Facts, Actor], Text | None]
OPEN = frozenset(OPEN_STAGES)
STAYS: frozenset[Stage] = frozenset()


def stages(*named: Stage) -> frozenset[Stage]:
    return frozenset(named)


@dataclass(frozen=True, kw_only=True)
class Move:
    """A move or act: from where to where, who may make it, what it needs and does.

    Whatever else the house has to know of a move stands here as well, so that nobody
    keeps a list of actions beside the table.
    """

    sources: frozenset[Stage]
    targets: frozenset[Stage] = STAYS
    effect: Callable[[Step], None]

    # --- by whom
    who: Who | None = None  # None: no officer
    handled: Handled = Handled.NOBODY  # bars whoever handled the case, if anybody
    speaker: bool = False  # open to the villager who spoke
    system: bool = False  # open to scheduled tasks
    inner: bool = False  # never offered: part of another move, or the system's alone

    # --- what it needs
    inputs: tuple[Input, ...] = ()
    guards: tuple[Guard, ...] = ()
    also_locks: str = ""  # the input that names another case, changed by it too

    # --- what follows from it
    # the place of its button on the case page; None: it folds away under "more"
    everyday: int | None = None
    # also waits for somebody who neither owns nor handles the case
    ruling: bool = False
    rules_on: Action | None = None  # the request that it grants or refuses
    passes_on: bool = False  # somebody else has the case now, and is notified
    # changes what the speaker reads on the tracking page, by words or by the day
    # promised
    informs_speaker: bool = False

    def who_may(self, facts: Facts) -> list[Post]:
        """Return the posts that may make the move, were nothing else in its way."""
        return self.who.may(facts, self.handled) if self.who else []

    @property
    def is_speakers_own(self) -> bool:
        """True for what only the villager who spoke does."""
        return self.speaker and self.who is None

    @property
    def note_input(self) -> str | None:
        """The name of the input that becomes the note of the event."""
        for item in self.inputs:
            if item.is_note:
                return item.name
        return None
