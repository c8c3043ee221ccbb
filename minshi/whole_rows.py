"""A sheet that takes whole rows of plain cells, for ledgers of many thousand rows.

XlsxWriter looks at place, type, format, signs to escape and blanks of each cell anew,
in some ten calls: of a ledger of 27 columns that was more than half of all the work.
Here a cell is written once as the XML of a worksheet (ECMA-376, 18.3.1.4), and what
stands in many rows is remembered. Whatever is not plain is left to XlsxWriter.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from minshi.plain_cells import Cell

# What XML or Excel has written in other words: signs of XML, control characters and
# what looks like one written out, blanks at either end. Those texts are not plain.
NOT_PLAIN = re.compile(
    r"[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^\s|\s$"
)
# as many as surely fit a cell, however many units of UTF-16 a character takes
LONGEST_PLAIN = 16_383
# Excel counts days from 1900, which it takes for a leap year.
FIRST_PLAIN_DAY = date(1900, 3, 1)
DAYS_BEFORE = date(1899, 12, 30).toordinal()
# remembered of each column: what is short may stand in many rows
MOST_REMEMBERED = 500
LONGEST_REMEMBERED = 24


@dataclass(frozen=True)
class Styles:
    """The formats of a ledger's cells."""

    text: Format
    quoted: Format  # marked as mere text
    number: Format
    day: Format


@dataclass(frozen=True, slots=True)
class PlainCell:
    """A cell as it stands in every row, behind the number of the row."""

    xml: str
    lines: int  # that it needs


class PlainCells(dict[Cell, PlainCell | None]):
    """The plain cells of one column by what stands in them; None for all others.

    `quotes` tells which text is marked as mere text, `lines_in` how many lines one
    needs.
    """

    def __init__(
        self,
        styles: Styles,
        quotes: Callable[[str], object],
        lines_in: Callable[[str], int],
    ) -> None:
        super().__init__()
        self.styles = styles
        self.quotes = quotes
        self.lines_in = lines_in

    def __missing__(self, cell: Cell) -> PlainCell | None:
        made = self._made(cell)
        is_short = not isinstance(cell, str) or len(cell) <= LONGEST_REMEMBERED
        if is_short and len(self) < MOST_REMEMBERED:
            self[cell] = made
        return made

    def _made(self, cell: Cell) -> PlainCell | None:
        styles = self.styles
        if cell is None or cell == "":
            return PlainCell(f'" s="{index_of(styles.text)}"/>', 1)

        if isinstance(cell, str):
            if len(cell) > LONGEST_PLAIN or NOT_PLAIN.search(cell):
                return None
            style = index_of(styles.quoted if self.quotes(cell) else styles.text)
            xml = f'" s="{style}" t="inlineStr"><is><t>{cell}</t></is></c>'
            return PlainCell(xml, self.lines_in(cell))

        number: int | None = None
        style = index_of(styles.number)
        if type(cell) is int:
            number = cell
        elif type(cell) is date and cell >= FIRST_PLAIN_DAY:
            number = cell.toordinal() - DAYS_BEFORE
            style = index_of(styles.day)
        if number is None:
            return None
        return PlainCell(f'" s="{style}"><v>{number:.16G}</v></c>', 1)


class RowSheet(Worksheet):
    """A sheet in constant memory that takes rows as XML beside single cells."""

    def put_xml(self, row: int, columns: int, height: float | None, xml: str) -> None:
        """Write a row of so many columns, given its cells as XML.

        Rows come in their order, and nothing else is written in this one.
        """
        if row > self.previous_row:
            self._write_single_row(row)  # what was written cell by cell before it

        self._check_dimensions(row, 0)
        self._check_dimensions(row, columns - 1)
        high = f' ht="{height:.16g}" customHeight="1"' if height else ""
        self.fh.write(f'<row r="{row + 1}"{high}>{xml}</row>')


def index_of(style: Format) -> Any:
    """Return the number of a format in the file, where it gets one as it is used."""
    return style._get_xf_index()


def references(columns: int) -> list[str]:
    """Return the beginning of each column's cells, up to the number of the row."""
    return [f'<c r="{xl_col_to_name(column)}' for column in range(columns)]
