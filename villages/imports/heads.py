"""The head of a sheet: which row it is, in one row or two, and which column is what."""

from collections.abc import Sequence
from dataclasses import dataclass

from villages.imports.cells import is_empty, is_empty_row, shown
from villages.imports.columns import Column, heading_key
from villages.imports.reading.sheets import Row, Sheet

LOOKED_AT = 15  # rows, counted from the top
ENOUGH = 3  # known headings in one row


@dataclass(frozen=True)
class Head:
    """The headings of a sheet by column, and the row from which its list begins."""

    headings: list[str]
    first_row: int
    is_known: bool  # enough of the headings are known


def head_of(sheet: Sheet, columns: Sequence[Column], row: int | None = None) -> Head:
    """Return the head of a sheet: the first row with enough known headings, or the row
    that is named; the first row that holds anything where there is none.
    """
    known = {heading_key(name) for column in columns for name in column.known_names}
    enough = min(ENOUGH, len(columns))

    if row is None:
        row = _row_with(sheet, known, enough)
    is_known = row is not None
    if row is None:
        row = _first_filled(sheet)

    upper, lower = _rows_of_head(sheet, row)
    headings = _joined(sheet, upper, lower, known)
    return Head(_told_apart(headings), lower + 1, is_known)


def guessed(headings: Sequence[str], columns: Sequence[Column]) -> dict[str, str]:
    """Return the key of the column that each heading is, "" where it is not known. A
    column that two headings could be is the first one's; a heading that could be two
    columns is the one that no other heading is: 时间 is a day, beside 日期 the hours.
    """
    by_name: dict[str, dict[str, None]] = {}
    for column in columns:
        for name in column.known_names:
            by_name.setdefault(heading_key(name), {})[column.key] = None

    possible = {
        heading: list(by_name.get(heading_key(heading), {})) for heading in headings
    }
    taken_for_sure = {keys[0] for keys in possible.values() if len(keys) == 1}

    mapping: dict[str, str] = {}
    for heading, keys in possible.items():
        not_free = set(mapping.values())
        if len(keys) > 1:
            not_free |= taken_for_sure
        mapping[heading] = next((key for key in keys if key not in not_free), "")
    return mapping


def _row_with(sheet: Sheet, known: set[str], enough: int) -> int | None:
    """Return the first row with enough known headings; None without one."""
    for number, row in enumerate(sheet.rows[:LOOKED_AT]):
        found = {heading_key(shown(cell)) for cell in row} & known
        if len(found) >= enough:
            return number
    return None


def _first_filled(sheet: Sheet) -> int:
    for number, row in enumerate(sheet.rows[:LOOKED_AT]):
        if not is_empty_row(row):
            return number
    return 0


def _rows_of_head(sheet: Sheet, row: int) -> tuple[int, int]:
    """Return the first and the last row of a head that has its known headings in a row.

    A range merged downwards, or one merged sideways over cells that say more, makes it
    two rows.
    """
    for top, left, bottom, right in sheet.merged:
        # over more than half of the columns it is a title, above whatever stands there
        is_title = left == 0 and 2 * (right + 1) > len(sheet.rows[row])
        if is_title:
            continue
        reaches_down = top == row and bottom == row + 1
        spreads_over = top == bottom == row and right > left
        if (reaches_down or spreads_over) and row + 1 < len(sheet.rows):
            return row, row + 1
        if top == row - 1 and bottom in (row - 1, row):
            return row - 1, row
    return row, row


def _joined(sheet: Sheet, upper: int, lower: int, known: set[str]) -> list[str]:
    """Return a heading for each column: the lower word, with the upper one before it
    where the lower alone is not known.
    """
    above = _filled_sideways(sheet, upper)
    if upper == lower:
        return [shown(cell) for cell in above]

    below = sheet.rows[lower]
    headings = []
    for column in range(max(len(above), len(below))):
        first = shown(above[column]) if column < len(above) else ""
        second = shown(below[column]) if column < len(below) else ""
        if not second or first == second:
            headings.append(first)
        elif not first or heading_key(second) in known:
            headings.append(second)
        else:
            headings.append(f"{first}{second}")
    return headings


def _filled_sideways(sheet: Sheet, number: int) -> Row:
    """Return a row of a head with each merged range filled from its first cell."""
    row = list(sheet.rows[number])
    for top, left, bottom, right in sheet.merged:
        if top <= number <= bottom and left < len(row):
            for column in range(left + 1, min(right + 1, len(row))):
                row[column] = row[left]
    return row


def _told_apart(headings: list[str]) -> list[str]:
    """Return the headings, those that come again with a number, empty ones with the
    letter of their column.
    """
    found: list[str] = []
    times: dict[str, int] = {}
    for heading in headings:
        times[heading] = times.get(heading, 0) + 1
        is_again = heading and times[heading] > 1
        found.append(f"{heading} {times[heading]}" if is_again else heading)
    return found


def is_head_again(row: Row, headings: Sequence[str]) -> bool:
    """Tell whether a row repeats the head, as at the top of each printed page.

    More than half of what is filled must be headings; most rows are known for none by
    their first cells.
    """
    both = zip(row, headings, strict=False)
    pairs = [(cell, heading) for cell, heading in both if not is_empty(cell)]
    wanted = max(ENOUGH, len(pairs) // 2 + 1)

    same = 0
    for left, (cell, heading) in zip(range(len(pairs), 0, -1), pairs, strict=True):
        if same + left < wanted:
            return False
        same += heading_key(shown(cell)) == heading_key(heading)
    return same >= wanted
