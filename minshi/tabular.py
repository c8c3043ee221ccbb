"""One definition of a ledger for the page, the CSV file, the spreadsheet, the print and
the API.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any, Generic, Literal, TextIO, TypeAlias, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs

from minshi.crypto import masked_name, masked_phone
from minshi.errors import Text
from minshi.workdays import SHANGHAI, local_day

T = TypeVar("T")
Cell: TypeAlias = Text | int | float | Decimal | date | None
Row: TypeAlias = list[Cell]
# a cell for each column but 序号, under the headings
Total: TypeAlias = Sequence[Cell] | None

BOM = "\ufeff"
A3, A4 = 8, 9
ROWS_PER_CHUNK = 200
# Excel's own
LAST_ROW, LONGEST_CELL, LONGEST_LIST, LONGEST_TAB = (
    1_048_576,
    32_767,
    255,
    31,
)
LONGEST_PART = (
    20  # of a file name: five parts of three bytes a character stay under 255 bytes
)
HEADING_ROW, TITLE_HEIGHT, NUMBER_WIDTH = 2, 28, 6
DATE_MORE = 3  # on paper, where no date is broken and none is written smaller
MASKS: dict[str, Callable[[str], str]] = {"name": masked_name, "phone": masked_phone}
# What a spreadsheet may take for a formula, in both widths, after blanks; and what
# hides it.
LIVE = re.compile(
    r"\s*[=+\-@＝＋－＠]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]"
)
UNSAFE_IN_TAB = re.compile(r"[\[\]:*?/\\']")
UNSAFE_IN_NAME = re.compile(r'[\x00-\x1f\x7f\s<>:"/\\|?*_]+')


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column; `personal` ones are masked unless the export says otherwise."""

    key: str
    heading: Text
    value: Callable[[T], Cell]
    width: int = 12
    kind: Literal["text", "number", "date", "choice"] = "text"
    choices: tuple[Text, ...] = ()
    personal: Literal["", "name", "phone"] = ""


@dataclass(frozen=True)
class Ledger(Generic[T]):
    """The columns of a ledger in their order, without 序号, which is counted; `wide` is
    A3.
    """

    key: str
    title: Text
    columns: tuple[Column[T], ...]
    wide: bool = False


def headings(ledger: Ledger[T]) -> list[str]:
    """Return the headings, 序号 first."""
    return [
        pgettext("ledger", "No."),
        *(str(column.heading) for column in ledger.columns),
    ]


def widths(ledger: Ledger[T]) -> list[float]:
    """Return the share of a sheet's width that each column takes, in hundredths, 序号
    first.
    """
    chars = [
        NUMBER_WIDTH,
        *(
            column.width + DATE_MORE * (column.kind == "date")
            for column in ledger.columns
        ),
    ]
    return [round(100 * each / sum(chars), 2) for each in chars]


def rows_of(
    ledger: Ledger[T], records: Iterable[T], *, unmasked: bool = False
) -> Iterator[Row]:
    """Yield a row for each record, its number from 1 first, dates as 2023-05-06."""
    for row in _plain_rows(ledger, records, unmasked=unmasked):
        yield [cell.isoformat() if isinstance(cell, date) else cell for cell in row]


def csv_chunks(
    ledger: Ledger[T],
    records: Iterable[T],
    *,
    unmasked: bool = False,
    total: Total = None,
) -> Iterator[str]:
    """Yield a CSV file piece by piece, to be sent as UTF-8; it begins with a BOM."""
    rows = chain(_above(ledger, total), rows_of(ledger, records, unmasked=unmasked))
    yield BOM
    while batch := list(islice(rows, ROWS_PER_CHUNK)):
        out = io.StringIO(newline="")
        write = csv.writer(out).writerow
        for row in batch:
            write([inert(cell) if isinstance(cell, str) else cell for cell in row])
        yield out.getvalue()


def write_csv(
    out: TextIO,
    ledger: Ledger[T],
    records: Iterable[T],
    *,
    unmasked: bool = False,
    total: Total = None,
) -> None:
    """Write a CSV file to `out`, which must be opened with newline="" and in UTF-8."""
    out.writelines(csv_chunks(ledger, records, unmasked=unmasked, total=total))


def inert(text: str) -> str:
    """Return `text` with an apostrophe before what a spreadsheet opening the CSV might
    run.
    """
    return "'" + text if LIVE.match(text) else text


def file_name(
    unit: str,
    ledger: Ledger[Any],
    from_on: date,
    to_on: date,
    exporter: str,
    extension: str,
) -> str:
    """Return unit_ledger_from_to_exporter.extension, fit for any file system."""
    parts = (unit, str(ledger.title), from_on.isoformat(), to_on.isoformat(), exporter)
    safe = (
        UNSAFE_IN_NAME.sub("-", part)[:LONGEST_PART].strip("-.") or "-"
        for part in parts
    )
    return "_".join(safe) + "." + extension.lstrip(".")


def write_xlsx(
    path_or_file: str | IO[bytes],
    ledger: Ledger[T],
    records: Iterable[T],
    *,
    unit: str,
    period: str,
    filled_by: str,
    on: date,
    unmasked: bool = False,
    total: Total = None,
) -> None:
    """Write the ledger as a spreadsheet in the layout of ledgers.md, row by row in
    little memory.

    ValueError: more records than a sheet has rows.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with Workbook(path_or_file, options) as book:
        sheet = _Sheet(book, ledger)
        sheet.put_across(0, f"{unit}{period}{ledger.title}", sheet.title)
        sheet.put_across(1, _filling_line(unit, filled_by, on), None)
        for end, row in enumerate(_above(ledger, total), start=HEADING_ROW):
            sheet.put(end, row, sheet.bold)
        first = end = end + 1
        for end, row in enumerate(
            _plain_rows(ledger, records, unmasked=unmasked), start=first
        ):
            sheet.put(end, row, sheet.text)
        if end >= LAST_ROW:
            raise ValueError("A sheet has no room for so many rows.")
        sheet.offer_choices(first, end)


class _Sheet:
    """The one sheet of a ledger: its page, its few formats, and what is put in its
    cells.
    """

    def __init__(self, book: Workbook, ledger: Ledger[Any]) -> None:
        self.book, self.columns = book, ledger.columns
        cell = {"border": 1, "valign": "top", "text_wrap": True}
        self.title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        self.bold = book.add_format({**cell, "bold": True, "align": "center"})
        self.text = book.add_format(cell)
        # Excel's mark of mere text
        self.quoted = book.add_format({**cell, "quote_prefix": True})
        self.day = book.add_format({**cell, "num_format": "yyyy-mm-dd"})
        self.sheet = book.add_worksheet(
            UNSAFE_IN_TAB.sub("", str(ledger.title))[:LONGEST_TAB]
        )
        self.sheet.set_landscape()
        self.sheet.set_paper(A3 if ledger.wide else A4)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.4, right=0.4)
        self.sheet.set_footer("&C&P / &N")
        self.sheet.freeze_panes(HEADING_ROW + 1, 0)
        self.sheet.repeat_rows(HEADING_ROW)
        self.sheet.set_row(0, TITLE_HEIGHT)
        for index, width in enumerate(
            [NUMBER_WIDTH, *(column.width for column in self.columns)]
        ):
            self.sheet.set_column(index, index, width)

    def put_across(self, row: int, text: str, style: Format | None) -> None:
        self.sheet.merge_range(row, 0, row, len(self.columns), text, style)

    def put(self, row: int, cells: Row, style: Format) -> None:
        for column, cell in enumerate(cells):
            if cell is None or cell == "":
                self.sheet.write_blank(row, column, None, style)
            elif isinstance(cell, str):
                shown = self.quoted if LIVE.match(cell) else style
                self.sheet.write_string(row, column, _fitting(cell), shown)
            elif isinstance(cell, date):
                self.sheet.write_datetime(row, column, cell, self.day)
            else:
                self.sheet.write_number(row, column, cell, style)

    def offer_choices(self, first: int, last: int) -> None:
        """Give choice columns a drop-down; what fits no formula is listed on a hidden
        sheet.
        """
        hidden = None
        for index, column in enumerate(self.columns, start=1):
            texts = [str(choice) for choice in column.choices]
            allowed: dict[str, Any] = {"validate": "list", "source": texts}
            if len(",".join(texts)) > LONGEST_LIST or set(',"') & set("".join(texts)):
                hidden = hidden or self.book.add_worksheet("choices")
                hidden.hide()
                hidden.write_row(index, 0, texts)
                allowed["source"] = (
                    f"=choices!{xl_range_abs(index, 0, index, len(texts) - 1)}"
                )
            if texts:
                self.sheet.data_validation(first, index, last, index, allowed)


def _plain_rows(
    ledger: Ledger[T], records: Iterable[T], *, unmasked: bool
) -> Iterator[Row]:
    readers = [_reader(column, unmasked=unmasked) for column in ledger.columns]
    for number, record in enumerate(records, start=1):
        yield [number, *(read(record) for read in readers)]


def _reader(column: Column[T], *, unmasked: bool) -> Callable[[T], Cell]:
    value, mask = column.value, None if unmasked else MASKS.get(column.personal)

    def read(record: T) -> Cell:
        cell = value(record)
        plain = cell if type(cell) is str else _plain(cell, column.kind)
        return mask(str(plain)) if mask and plain is not None else plain

    return read


def _plain(cell: Cell, kind: str) -> Cell:
    if isinstance(cell, datetime):
        day = local_day(cell)
        return day if kind == "date" else f"{day} {cell.astimezone(SHANGHAI):%H:%M}"
    if isinstance(cell, bool):
        return _("Yes") if cell else _("No")
    if (
        cell is None
        or isinstance(cell, date)
        or (kind == "number" and not isinstance(cell, Text))
    ):
        return cell
    return str(cell)


def _above(ledger: Ledger[T], total: Total) -> Iterator[Row]:
    yield [*headings(ledger)]
    if total is not None:
        pairs = zip(total, ledger.columns, strict=True)
        yield [
            pgettext("ledger", "Total"),
            *(_plain(cell, column.kind) for cell, column in pairs),
        ]


def _filling_line(unit: str, filled_by: str, on: date) -> str:
    parts = (
        _("Filling unit (seal): %(unit)s") % {"unit": unit},
        _("Filled by: %(person)s") % {"person": filled_by},
        _("Checked by:") + " " * 12,
        _("Date: %(date)s") % {"date": on.isoformat()},
    )
    return (" " * 8).join(parts)


def _fitting(text: str) -> str:
    # Excel refuses longer cells; XlsxWriter would write <r>…</r> unescaped, as its own
    # markup.
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST_CELL:
        text = text[: LONGEST_CELL - 1] + "…"
    return text + " " if text.startswith("<r>") and text.endswith("</r>") else text
