"""One definition of a ledger for page, CSV file, spreadsheet, print and API.

What a reader may not see is masked before it comes here.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain, islice
from typing import IO, Any, Generic, Literal, TextIO, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs

from minshi.errors import Text
from minshi.plain_cells import Cell, Row, plain_rows
from minshi.row_heights import LINE_HEIGHT, height_of, lines_in
from minshi.whole_rows import PlainCells, RowSheet, Styles, references

T = TypeVar("T")

BOM = "\ufeff"
A3, A4 = 8, 9
ROWS_PER_CHUNK = 200
# Excel's own limits: rows of a sheet, characters of a cell, of a list, of a tab's name.
LAST_ROW = 1_048_576
LONGEST_CELL = 32_767
LONGEST_LIST = 255
LONGEST_TAB = 31
HEADING_ROW = 2
TITLE_HEIGHT = 28
FONT = "宋体"  # what offices hand in their papers in
FONT_SIZE, TITLE_SIZE = 11, 16  # points
SMALLEST_PRINT = 8
CODES = frozenset({"number", "order"})  # keys of columns with numbers of papers
KEPT_ASIDE = 2  # the first columns: 序号, and what a row is known by
# In millimetres: of a digit in that font, and what the margins leave of a lying sheet.
DIGIT_WIDTH = 1.85
A3_ROOM, A4_ROOM = 400, 277
NUMBER_WIDTH = 6
CODE_MORE = 5  # on paper, where no date or number is broken or written smaller
# What a spreadsheet may take for a formula, in both widths, after blanks; and what
# hides it.
LIVE = re.compile(
    r"\s*[=+\-@＝＋－＠]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]"
)
# What a spreadsheet makes another thing of in a CSV file: 0939… and 0012 lose their
# zeros, of 16 digits the last are lost, 3E5 becomes 300000, 3-1 a day of March.
CHANGED = re.compile(r"0\d+|\d{16,}|\d+[eE]\d+|\d{1,2}[-/]\d{1,2}")
UNSAFE_IN_TAB = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column: its heading, and how its cell is read from a record.

    `reads` names what whoever loads the records must load for this cell: in a ledger of
    cases, the actions of the events that `value` looks at.
    """

    key: str
    heading: Text
    value: Callable[[T], Cell]
    width: int = 12  # in characters
    kind: Literal["text", "number", "date", "choice"] = "text"
    choices: tuple[Text, ...] = ()
    reads: tuple[str, ...] = ()

    @property
    def is_code(self) -> bool:
        """True for a date or a number of a paper, which is never broken into lines."""
        return self.kind == "date" or self.key in CODES


@dataclass(frozen=True)
class Ledger(Generic[T]):
    """The columns of a ledger in their order, without 序号, which is counted; `wide` is
    A3. A record that `is_total` says to be 合计 has no number and takes none.
    """

    key: str
    title: Text
    columns: tuple[Column[T], ...]
    wide: bool = False
    title_on_paper: Text = ""  # where the paper says more than the page
    is_total: Callable[[T], bool] | None = None  # none: it has no total

    def headline(self, unit: str, period: str, conditions: str = "") -> str:
        """Return the title as an office writes it: whose, of when, what, and by which
        conditions its rows were taken.
        """
        return f"{unit}{period}{self.title_on_paper or self.title}{conditions}"


def headings(ledger: Ledger[T]) -> list[str]:
    """Return the headings, 序号 first."""
    return [
        pgettext("ledger", "No."),
        *(str(column.heading) for column in ledger.columns),
    ]


def widths(ledger: Ledger[T]) -> list[float]:
    """Return how many per cent of a sheet's width each column takes, 序号 first."""
    chars = [NUMBER_WIDTH]
    for column in ledger.columns:
        chars.append(column.width + CODE_MORE if column.is_code else column.width)

    return [round(100 * each / sum(chars), 2) for each in chars]


def rows_of(
    ledger: Ledger[T], records: Iterable[T], *, start: int = 1
) -> Iterator[Row]:
    """Yield a row for each record, its number from `start` first (None for a total),
    dates as 2023-05-06.
    """
    for row in _plain_rows(ledger, records, start):
        yield [cell.isoformat() if isinstance(cell, date) else cell for cell in row]


def csv_chunks(ledger: Ledger[T], records: Iterable[T]) -> Iterator[str]:
    """Yield a CSV file piece by piece, to be sent as UTF-8; it begins with a BOM."""
    head: Row = [*headings(ledger)]
    rows = chain([head], rows_of(ledger, records))

    yield BOM
    while batch := list(islice(rows, ROWS_PER_CHUNK)):
        out = io.StringIO(newline="")
        write = csv.writer(out).writerow
        for row in batch:
            write([inert(cell) if isinstance(cell, str) else cell for cell in row])
        yield out.getvalue()


def write_csv(out: TextIO, ledger: Ledger[T], records: Iterable[T]) -> None:
    """Write a CSV file to `out`, which must be opened with newline="" and in UTF-8."""
    out.writelines(csv_chunks(ledger, records))


def inert(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet might run as a formula, or
    change.
    """
    is_in_danger = LIVE.match(text) or CHANGED.fullmatch(text)
    return "'" + text if is_in_danger else text


@dataclass(frozen=True)
class SheetOf(Generic[T]):
    """One ledger of a spreadsheet: its rows, and what its title and filling line
    say.
    """

    ledger: Ledger[T]
    records: Iterable[T]
    unit: str
    period: str
    filled_by: str
    on: date
    titled: str = ""  # the place as the title names it, where that says more
    conditions: str = ""  # by which its rows were taken


def write_workbook(
    path_or_file: str | IO[bytes], sheets: Iterable[SheetOf[Any]]
) -> None:
    """Write ledgers as the sheets of one spreadsheet, row by row in little memory.

    The layout is that of the paper: title, filling line, headings, rows. ValueError:
    more records than a sheet has rows.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with Workbook(path_or_file, options) as book:
        for of in sheets:
            _write_sheet(book, of)


def _write_sheet(book: Workbook, of: SheetOf[Any]) -> None:
    ledger = of.ledger
    sheet = _Sheet(book, ledger)
    headline = ledger.headline(of.titled or of.unit, of.period, of.conditions)
    sheet.put_title(headline)
    sheet.put_across(1, _filling_line(of.unit, of.filled_by, of.on), sheet.filled)
    sheet.put(HEADING_ROW, [*headings(ledger)], sheet.bold)

    first = last = HEADING_ROW + 1
    for last, row in enumerate(_plain_rows(ledger, of.records), start=first):
        sheet.put_record(last, row)
    if last >= LAST_ROW:
        raise ValueError("A sheet has no room for so many rows.")

    sheet.offer_choices(first, last)
    sheet.offer_filters(last)


def write_xlsx(
    path_or_file: str | IO[bytes],
    ledger: Ledger[T],
    records: Iterable[T],
    *,
    unit: str,
    period: str,
    filled_by: str,
    on: date,
) -> None:
    """Write one ledger as a spreadsheet, as `write_workbook` does."""
    write_workbook(
        path_or_file, [SheetOf(ledger, records, unit, period, filled_by, on)]
    )


class _Sheet:
    """The one sheet of a ledger: its page, its few formats, its cells."""

    def __init__(self, book: Workbook, ledger: Ledger[Any]) -> None:
        self.book = book
        self.columns = ledger.columns

        self.column_widths = [
            NUMBER_WIDTH,
            *(column.width for column in self.columns),
        ]

        font = {"font_name": FONT, "font_size": FONT_SIZE}
        cell = {**font, "border": 1, "valign": "top", "text_wrap": True}
        self.title = book.add_format(
            {
                **font,
                "bold": True,
                "font_size": TITLE_SIZE,
                "align": "center",
                "text_wrap": True,
            }
        )
        self.bold = book.add_format({**cell, "bold": True, "align": "center"})
        self.text = book.add_format(cell)
        # Excel's mark of mere text
        self.quoted = book.add_format({**cell, "quote_prefix": True})
        self.number = book.add_format({**cell, "align": "center"})
        self.day = book.add_format(
            {**cell, "align": "center", "num_format": "yyyy-mm-dd"}
        )
        self.filled = book.add_format(font)

        styles = Styles(self.text, self.quoted, self.number, self.day)
        self.plain_cells = [
            PlainCells(styles, LIVE.match, partial(lines_in, width=width))
            for width in self.column_widths
        ]
        self.references = references(len(self.column_widths))

        tab = UNSAFE_IN_TAB.sub("", str(ledger.title))[:LONGEST_TAB]
        self.sheet: RowSheet = book.add_worksheet(tab, RowSheet)
        self.sheet.set_landscape()
        self.sheet.set_paper(A3 if ledger.wide else A4)
        self.abreast = self._pages_abreast(A3_ROOM if ledger.wide else A4_ROOM)
        self.sheet.fit_to_pages(self.abreast, 0)
        self.sheet.repeat_columns(0, KEPT_ASIDE - 1)
        self.sheet.set_margins(left=0.4, right=0.4)
        self.sheet.set_footer("&C&P / &N")
        self.sheet.freeze_panes(HEADING_ROW + 1, KEPT_ASIDE)
        self.sheet.repeat_rows(HEADING_ROW)

        for index, width in enumerate(self.column_widths):
            self.sheet.set_column(index, index, width)

    def put_title(self, text: str) -> None:
        """Write the title over the first sheet of paper, in as many lines as needed."""
        first, last = self._columns_of_title()
        width = sum(self.column_widths[first : last + 1]) * FONT_SIZE / TITLE_SIZE
        self.sheet.set_row(0, TITLE_HEIGHT * lines_in(text, width))
        self.put_across(0, text, self.title)

    def put_across(self, row: int, text: str, style: Format) -> None:
        """Write a line over the first sheet of paper."""
        first, last = self._columns_of_title()
        self.sheet.merge_range(row, first, row, last, text, style)

    def put_record(self, row: int, cells: Row) -> None:
        """Write the cells of a record: all at once where they are plain."""
        number = str(row + 1)
        lines = 1
        parts = []
        columns = zip(self.references, self.plain_cells, cells, strict=True)
        for reference, plain_cells, cell in columns:
            plain = plain_cells[cell]
            if plain is None:
                self.put(row, cells, self.text)
                return

            lines = max(lines, plain.lines)
            parts.append(reference + number + plain.xml)

        height = height_of(lines) if lines > 1 else None
        self.sheet.put_xml(row, len(cells), height, "".join(parts))

    def put(self, row: int, cells: Row, style: Format) -> None:
        height = self._height_of(cells)
        if height > LINE_HEIGHT:
            self.sheet.set_row(row, height)
        sheet = self.sheet
        for column, cell in enumerate(cells):
            if cell is None or cell == "":
                sheet.write_blank(row, column, None, style)
            elif isinstance(cell, str):
                shown = self.quoted if LIVE.match(cell) else style
                sheet.write_string(row, column, _fitting(cell), shown)
            elif isinstance(cell, date):
                sheet.write_datetime(row, column, cell, self.day)
            else:
                sheet.write_number(row, column, cell, self.number)

    def _pages_abreast(self, room: int) -> int:
        """Return how many sheets of paper lie side by side for a row, so that it can be
        read: one, or two where one would need smaller letters than SMALLEST_PRINT.
        """
        needed = sum(self.column_widths) * DIGIT_WIDTH
        is_legible = FONT_SIZE * room / needed >= SMALLEST_PRINT
        return 1 if is_legible else 2

    def _columns_of_title(self) -> tuple[int, int]:
        """Return the first and the last column that the title stands over.

        Of two sheets abreast the title stands on the first: it must neither reach over
        the edge nor stand over the columns that the second repeats.
        """
        last = len(self.columns)
        if self.abreast == 1:
            return 0, last

        breaks = range(KEPT_ASIDE + 1, last + 1)
        middle = min(breaks, key=self._widest_sheet)
        return KEPT_ASIDE, middle - 1

    def _widest_sheet(self, middle: int) -> int:
        """Return the width of the wider sheet where the second begins at a column."""
        aside = sum(self.column_widths[:KEPT_ASIDE])
        second = aside + sum(self.column_widths[middle:])
        return max(sum(self.column_widths[:middle]), second)

    def offer_filters(self, last: int) -> None:
        """Let every column be filtered by its heading."""
        self.sheet.autofilter(HEADING_ROW, 0, last, len(self.columns))

    def _height_of(self, cells: Row) -> float:
        """Return the height in points at which a row shows all its words."""
        lines = 1
        for cell, width in zip(cells, self.column_widths, strict=True):
            if isinstance(cell, str):
                lines = max(lines, lines_in(cell, width))
        return height_of(lines)

    def _name_of_choices(self) -> str:
        """Return a name for the hidden sheet that no ledger of the file has taken."""
        number = len(self.book.worksheets())
        return "choices" if number == 1 else f"choices{number}"

    def offer_choices(self, first: int, last: int) -> None:
        """Give choice columns a drop-down.

        Choices that fit no formula are listed on a hidden sheet.
        """
        hidden = None
        for index, column in enumerate(self.columns, start=1):
            texts = [str(choice) for choice in column.choices]
            if not texts:
                continue

            allowed: dict[str, Any] = {"validate": "list", "source": texts}
            if _fits_no_formula(texts):
                hidden = hidden or self.book.add_worksheet(self._name_of_choices())
                hidden.hide()
                hidden.write_row(index, 0, texts)
                cells = xl_range_abs(index, 0, index, len(texts) - 1)
                allowed["source"] = f"={hidden.name}!{cells}"
            self.sheet.data_validation(first, index, last, index, allowed)


def _fits_no_formula(texts: list[str]) -> bool:
    is_too_long = len(",".join(texts)) > LONGEST_LIST
    return is_too_long or bool(set(',"') & set("".join(texts)))


def _plain_rows(
    ledger: Ledger[T], records: Iterable[T], start: int = 1
) -> Iterator[Row]:
    columns = [(column.value, column.kind) for column in ledger.columns]
    return plain_rows(columns, records, start=start, is_total=ledger.is_total)


def following(rows: Iterable[Row], start: int) -> int:
    """Return the number of the row after some that `rows_of` numbered from `start`."""
    return start + sum(row[0] is not None for row in rows)


def _filling_line(unit: str, filled_by: str, on: date) -> str:
    parts = (
        _("Filling unit (seal): %(unit)s") % {"unit": unit},
        _("Filled by: %(person)s") % {"person": filled_by},
        _("Checked by:") + " " * 12,
        _("Date: %(date)s") % {"date": on.isoformat()},
    )
    return (" " * 8).join(parts)


def _fitting(text: str) -> str:
    """Cut what Excel refuses, and disarm what XlsxWriter takes for its own markup."""
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST_CELL:
        text = text[: LONGEST_CELL - 1] + "…"

    is_markup = text.startswith("<r>") and text.endswith("</r>")
    return f"{text} " if is_markup else text
