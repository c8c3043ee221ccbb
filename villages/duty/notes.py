"""The note of a hand-over without what the apps above let nobody read there, as it is
stored and as it is read.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from villages.models import DutyShift, HandOver, User


@dataclass(frozen=True)
class NoteForAll:
    """A note as everybody may read it, and the keys of the matters of which its writer
    may know who spoke.
    """

    note: str
    known: frozenset[int] = frozenset()


# of the shift, its note before and as it is now typed, by whom and when
ForAll = Callable[[DutyShift, str, str, User, datetime], NoteForAll]
# puts the notes of hand-overs as they are read in the place of those that are stored
AsRead = Callable[[Collection[HandOver]], None]
_blankers: list[ForAll] = []
_readers: list[AsRead] = []


def blank_in_hand_over(blank: ForAll) -> None:
    """Let an app above take out of a note what not everybody may read, as that app is
    made ready.
    """
    _blankers.append(blank)


def blank_in_old_hand_overs(show: AsRead) -> None:
    """Let an app above take out of notes, as they are read, what came to be hidden
    since, as that app is made ready.
    """
    _readers.append(show)


def note_for_all(
    shift: DutyShift, before: str, note: str, *, by: User, at: datetime
) -> NoteForAll:
    """Return a note as everybody may read it, typed in the place of another."""
    known: frozenset[int] = frozenset()
    for blank in _blankers:
        stored = blank(shift, before, note, by, at)
        note = stored.note
        known |= stored.known
    return NoteForAll(note, known)


def show_notes(handed: Collection[HandOver]) -> None:
    """Put the notes of hand-overs as everybody reads them in the place of those that
    are stored: of rows to read, or to write on as they are read. At most one query.
    """
    for show in _readers:
        show(handed)
