"""Rows written as XML are, sign by sign, those that XlsxWriter writes cell by cell."""

import io
import zipfile
from datetime import date
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from minshi.row_heights import LINE_HEIGHT, height_of, lines_in
from minshi.tabular import LIVE, Column, Ledger, write_xlsx
from minshi.whole_rows import PlainCells, RowSheet, Styles, references

pytestmark = pytest.mark.any_database
WIDTH = 12
SHEET = "xl/worksheets/sheet1.xml"
texts = st.text(max_size=12) | st.sampled_from(
    ["水管坏了", "=1+1", "1.2 公里", "满意", "他说“好”"]
)
cells = st.none() | st.just("") | st.integers(-(10**9), 10**9) | st.dates() | texts
rows = st.lists(st.lists(cells, min_size=3, max_size=3), max_size=3)


def sheet_xml(rows, put, sheet_class):
    out = io.BytesIO()
    with Workbook(out, {"constant_memory": True, "strings_to_urls": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        marked = book.add_format({"quote_prefix": True})
        styles = Styles(book.add_format({"border": 1}), marked, day, day)
        for style in (styles.text, styles.quoted, styles.day):
            style._get_xf_index()

        sheet = book.add_worksheet("Sheet", sheet_class)
        sheet.write_string(0, 0, "Heading", styles.text)
        put(sheet, styles, rows)
        sheet.write_string(len(rows) + 1, 2, "End", styles.text)
    return zipfile.ZipFile(out).read(SHEET).decode()


def put_cell_by_cell(sheet, styles, rows):
    for row, cells in enumerate(rows, start=1):
        put_one_by_one(sheet, styles, row, cells)


def put_one_by_one(sheet, styles, row, cells):
    texts = [cell for cell in cells if isinstance(cell, str)]
    lines = max([lines_in(text, WIDTH) for text in texts], default=1)
    if lines > 1:
        sheet.set_row(row, height_of(lines))

    for column, cell in enumerate(cells):
        if cell is None or cell == "":
            sheet.write_blank(row, column, None, styles.text)
        elif isinstance(cell, str):
            style = styles.quoted if LIVE.match(cell) else styles.text
            sheet.write_string(row, column, cell, style)
        elif isinstance(cell, date):
            sheet.write_datetime(row, column, cell, styles.day)
        else:
            sheet.write_number(row, column, cell, styles.number)


def put_whole(sheet, styles, rows):
    columns = [PlainCells(styles, LIVE.match, partial(lines_in, width=WIDTH))] * 3
    for row, cells in enumerate(rows, start=1):
        plain = [known[cell] for known, cell in zip(columns, cells, strict=True)]
        if None in plain:
            put_one_by_one(sheet, styles, row, cells)
            continue

        parts = []
        for reference, cell in zip(references(3), plain, strict=True):
            parts.append(f"{reference}{row + 1}{cell.xml}")
        lines = max(cell.lines for cell in plain)
        height = height_of(lines) if lines > 1 else None
        sheet.put_xml(row, 3, height, "".join(parts))


@given(rows)
@example([["a\nb", " x", None], ["_x0041_", "<b>", "&"], ["\x00", "\uffff", "x\n"]])
@example([[date(1900, 2, 28), date(1900, 3, 1), date(2026, 11, 29)]])
@example([["水" * 20_000, "😀" * 20_000, 1]])
@example([["长" * 100, "满意", 1], ["满意", "满意", 1], ["满意", "\r\n", 1]])
def test_whole_rows_are_what_single_cells_are(rows):
    whole = sheet_xml(rows, put_whole, RowSheet)

    assert whole == sheet_xml(rows, put_cell_by_cell, None)


def test_what_stands_in_many_rows_is_remembered_in_bounds():
    book = Workbook(io.BytesIO())
    styles = Styles(*(book.add_format() for _ in range(4)))
    column = PlainCells(styles, LIVE.match, partial(lines_in, width=WIDTH))

    for number in range(2_000):
        assert column[f"第{number}件"].lines == 1
    assert column["长" * 1_000].lines > 1

    assert len(column) == 500


def test_rows_come_in_their_order_whether_plain_or_not():
    words = ["一", "<二>", "三", " 四", "五\n六"]
    ledger = Ledger("any", "任意", (Column("c", "列", lambda text: text),))
    out = io.BytesIO()

    write_xlsx(
        out, ledger, words, unit="", period="", filled_by="", on=date(2026, 11, 29)
    )

    xml = zipfile.ZipFile(out).read(SHEET).decode()
    numbers = [part.partition('"')[0] for part in xml.split('<row r="')[1:]]
    assert numbers == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert f'<row r="8" ht="{2 * LINE_HEIGHT}" customHeight="1">' in xml
