"""The rows of the chosen sheets, one after another, as they are stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from villages.imports.cells import is_empty_row
from villages.imports.left_out import why_left_out
from villages.imports.reading import Sheet
from villages.imports.reading.recognising import refused, too_many_merged
from villages.imports.reading.sheets import MOST_MERGED, Row

FORMULA = {"formula": ""}  # a cell with a formula that was never worked out


@dataclass(frozen=True)
class Listed:
    """A row of a list: the sheet it is of, its number there from 1, its cells."""

    nth: int
    sheet: int
    number: int
    cells: Row
    left_out: str  # in words why it is no row of the list


def listed_rows(
    sheets: Sequence[Sheet], described: Sequence[dict[str, Any]]
) -> Iterator[Listed]:
    """Yield the rows of the chosen sheets that hold anything, numbered from 1."""
    nth = 0
    for place, (sheet, about) in enumerate(zip(sheets, described, strict=True)):
        if not about["chosen"]:
            continue

        first_row = about["head"]
        _refuse_many_merged(sheet)
        sheet.filled_down(first_row)
        unvalued: dict[int, list[int]] = {}
        for row, column in sheet.unvalued:
            unvalued.setdefault(row, []).append(column)

        for number, cells in enumerate(sheet.rows[first_row:], first_row):
            _mark_unvalued(cells, unvalued.get(number, ()))
            if is_empty_row(cells):
                continue
            nth += 1
            left_out = why_left_out(cells, about["headings"])
            yield Listed(nth, place, number + 1, cells, left_out)


def _refuse_many_merged(sheet: Sheet) -> None:
    """InputRefused: more cells lie in merged ranges than any list has."""
    filled = sum(bottom - top for top, _left, bottom, _right in sheet.merged)
    if filled > MOST_MERGED:
        raise refused(too_many_merged())


def _mark_unvalued(cells: Row, columns: Sequence[int]) -> None:
    for column in columns:
        if column < len(cells) and cells[column] is None:
            cells[column] = dict(FORMULA)
