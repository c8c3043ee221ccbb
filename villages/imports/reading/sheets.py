"""A sheet as it was read: its rows, and what is merged, hidden or missing there."""

from dataclasses import dataclass, field

from villages.imports.cells import Stored, is_empty_row

Row = list[Stored]
# first row and column, last row and column, all from 0
Merged = tuple[int, int, int, int]
# A sheet ends where so many rows in a row are empty: thousands may be formatted.
EMPTY_ROWS = 200
MOST_SHEETS = 300  # a county has fewer villages
MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_MERGED = 200_000  # ranges, and rows below the first of their range


@dataclass
class Sheet:
    """The rows of a sheet from its first one, each with all its cells."""

    name: str
    rows: list[Row]
    merged: list[Merged] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    # cells with a formula and no value, as row and column
    unvalued: set[tuple[int, int]] = field(default_factory=set)

    def filled_down(self, first_row: int) -> None:
        """Write the value of each merged range into the cells below its first one,
        from a row on. Nothing else is ever filled.
        """
        for top, left, bottom, _right in self.merged:
            if top < first_row or top >= len(self.rows):
                continue
            value = _cell(self.rows[top], left)
            for number in range(top + 1, min(bottom + 1, len(self.rows))):
                row = self.rows[number]
                if left < len(row):
                    row[left] = value


def _cell(row: Row, column: int) -> Stored:
    return row[column] if column < len(row) else None


def until_it_ends(rows: "list[Row]") -> list[Row]:
    """Return the rows up to where EMPTY_ROWS empty ones follow each other, without the
    empty ones at the end.
    """
    last = 0
    for number, row in enumerate(rows):
        if not is_empty_row(row):
            last = number + 1
        elif number - last >= EMPTY_ROWS:
            break
    return rows[:last]
