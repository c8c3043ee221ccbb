"""Small cells: fewer than five matters of a delicate topic are named in nothing that
leaves the village.
"""

from dataclasses import dataclass

from supervision.figures.kinds import FEWEST, NONE, SECRET
from supervision.figures.reading import Figures
from supervision.figures.tallying import DELICATE


@dataclass(frozen=True)
class Cell:
    """A number of matters under a value; `value` empty: several delicate ones."""

    value: str
    number: int
    is_small: bool = False  # shown as <5

    @property
    def shown(self) -> str:
        return f"<{FEWEST}" if self.is_small else str(self.number)


def topics_of(figures: Figures, *, leaves_village: bool) -> list[Cell]:
    """Return the matters by topic, the most first.

    Delicate topics (of families, of children) with fewer than five matters stand
    together under one head, without their names: beside a total, one that is left out
    would be told by the rest.
    """
    delicate = figures.split(DELICATE)

    cells = []
    small = 0
    for value, number in figures.split("topic").items():
        is_small = number < FEWEST and (value in delicate or value == SECRET)
        if leaves_village and is_small:
            small += number
        else:
            cells.append(Cell(value, number))

    cells.sort(key=_most_first)
    if small:
        cells.append(Cell("", small, is_small=small < FEWEST))
    return cells


def _most_first(cell: Cell) -> tuple[bool, int, str]:
    """Order cells by number; what has no topic comes last."""
    return cell.value == NONE, -cell.number, cell.value
