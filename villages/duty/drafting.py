"""The draft of a hand-over, of what the apps above know of a shift, for its officer to
mend.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from villages.duty.standing import Roster
from villages.models import DutyShift, Post, User


@dataclass(frozen=True)
class ShiftDone:
    """What an app tells of a shift: lines of its note, and how many came by."""

    lines: Sequence[str] = field(default_factory=list)
    visitors: int = 0


# of the shift, with the posts that were on, as far as the user sees it
DoneInShift = Callable[[DutyShift, Sequence[Post], User, datetime], ShiftDone]
_tellers: list[DoneInShift] = []


def add_to_hand_over(tell: DoneInShift) -> None:
    """Let an app above tell in the draft of a hand-over, as that app is made ready."""
    _tellers.append(tell)


def draft_hand_over(
    shift: DutyShift, roster: Roster, *, user: User, at: datetime
) -> tuple[str, int]:
    """Return the note that a hand-over may begin with, and how many people came by."""
    on_duty = roster.on_duty(shift)
    told = [tell(shift, on_duty, user, at) for tell in _tellers]

    lines: list[str] = []
    visitors = 0
    for done in told:
        lines += done.lines
        visitors += done.visitors
    return "\n".join(lines), visitors
