"""Small cells: fewer than five matters of a delicate topic are named in nothing that
leaves the village, and to nobody in it who may not open them all.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from cases.models import Topic
from cases.models.scope import Sight
from supervision.figures.kinds import FEWEST, NONE, SECRET
from supervision.figures.places import Place
from supervision.figures.reading import Figures
from supervision.figures.tallying import BETWEEN, DELICATE

REST = "rest"  # the value of the cell of everything that is not listed


@dataclass(frozen=True)
class Cell:
    """A number of matters under a value; `value` empty: several delicate ones."""

    value: str
    number: int
    is_small: bool = False  # shown as <5

    @property
    def shown(self) -> str:
        return f"<{FEWEST}" if self.is_small else str(self.number)


def may_name_few(place: Place, sight: Sight | None) -> bool:
    """Tell whether a reader may be told of few matters of a delicate topic by its name:
    in a village, whoever may open its matters. A group leader reads the figures of the
    village, but the matters of the group alone.
    """
    village = place.village
    if village is None or sight is None:
        return False
    if village.pk in sight.reach.village_posts_at:
        return True
    town = village.town
    overseen = sight.overseer
    return town.pk in overseen.towns or town.county_code in overseen.counties


def topics_of(figures: Figures, *, leaves_village: bool) -> list[Cell]:
    """Return the matters by topic, the most first.

    Delicate topics (of families, of children) with fewer than five matters stand
    together under one head, without their names: beside a total, one that is left out
    would be told by the rest. One query, none within the village.
    """
    numbers = figures.split("topic")
    few = [value for value, number in numbers.items() if number < FEWEST]
    hidden = _delicate_of(few, figures) if leaves_village else frozenset()

    cells = []
    small = 0
    for value, number in numbers.items():
        if value in hidden:
            small += number
        else:
            cells.append(Cell(value, number))

    cells.sort(key=_most_first)
    if small:
        cells.append(Cell("", small, is_small=small < FEWEST))
    return cells


def together_by_name(cells: list[Cell], names: Mapping[str, str]) -> list[Cell]:
    """Return cells with those of one name as one, its value the keys of all: each town
    of a county has topics of its own, which are called alike.
    """
    values: dict[str, list[str]] = {}
    numbers: Counter[str] = Counter()
    others = []
    for cell in cells:
        name = names.get(cell.value)
        if name is None:
            others.append(cell)
            continue
        values.setdefault(name, []).append(cell.value)
        numbers[name] += cell.number

    named = [Cell(BETWEEN.join(values[name]), numbers[name]) for name in values]
    together = [*named, *others]
    together.sort(key=lambda cell: (not cell.value, *_most_first(cell)))
    return together


def first_of(cells: list[Cell], most: int) -> list[Cell]:
    """Return the first cells, and all others as one with the value REST, the last: up
    to `most` without it, and together as many matters as there are.

    A small cell stands in no list that adds up, or the total would tell its number:
    so many of the smallest listed join the rest that it is not small either.
    """
    listed = [cell for cell in cells if not cell.is_small]
    left = listed[most:] + [cell for cell in cells if cell.is_small]
    listed = listed[:most]

    holds_small = any(cell.is_small for cell in left)
    while holds_small and listed and _number_of(left) < FEWEST:
        smallest = min(listed, key=lambda cell: cell.number)
        listed.remove(smallest)
        left.append(smallest)

    if not left:
        return listed
    number = _number_of(left)
    is_small = holds_small and number < FEWEST
    return [*listed, Cell(REST, number, is_small=is_small)]


def _number_of(cells: list[Cell]) -> int:
    return sum(cell.number for cell in cells)


def _delicate_of(values: list[str], figures: Figures) -> frozenset[str]:
    """Return which topics are delicate: with a matter of a family, a red line as the
    topic is marked now, or secret. One query.
    """
    of_families = figures.split(DELICATE)
    keys = [value for value in values if value.isdecimal()]
    red_lines = Topic.objects.filter(pk__in=keys, is_red_line=True)
    delicate = {SECRET, *of_families, *map(str, red_lines.values_list("pk", flat=True))}
    return frozenset(delicate.intersection(values))


def _most_first(cell: Cell) -> tuple[bool, int, str]:
    """Order cells by number; what has no topic comes last."""
    return cell.value == NONE, -cell.number, cell.value
