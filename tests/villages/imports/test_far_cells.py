"""A workbook made to be hard: a cell far out, however it is written, is refused before
the sheet is laid out, or ends no process of ours; brackets without an end take no time.
"""

import io
import pickle
import struct
import time
import tracemalloc
import warnings
import zipfile

import openpyxl
import pytest
from xlwt import Workbook

from minshi.errors import InputRefused
from tests.villages.imports.files import xlsx
from villages.imports.kinds import KINDS
from villages.imports.mapping import described
from villages.imports.reading import apart, inner, open_file, workbooks

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = (
    f'<?xml version="1.0"?><worksheet xmlns="{SPREADSHEET}" xmlns:a-b="{SPREADSHEET}">'
    '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
)
END = "</sheetData></worksheet>"
FAR = {
    "plain": '<row r="200"><c r="CV200"><v>2</v></c></row>',
    "blanks": '<row r = "200"><c r = "CV200"><v>2</v></c></row>',
    "blanks of the cell": '<row r="200"><c r ="CV200"><v>2</v></c></row>',
    "greater": '<row r="200"><c t=">" r="CV200"><v>2</v></c></row>',
    "prefix": '<row r="200"><a-b:c r="CV200"><v>2</v></a-b:c></row>',
    "zeros": '<row r="200"><c r="CV00000000200"><v>2</v></c></row>',
    "another first": """<row r="200"><c s=" r='B1'" r="CV200"><v>2</v></c></row>""",
    "row alone": '<row r = "200"><c><v>2</v></c></row>',
    "no value": '<row r="200"><c r="CV200" t="str"><v></v></c></row>',
    "not closed": '<row r="200"><c r="CV200"><v>2</c></row>',
    "entity": '<row r="200"><c r="CV200"><v>&far;</v></c></row>',
}


def workbook(sheet: str, pack: bool = True) -> bytes:
    """A sound workbook whose one sheet is as it is written here."""
    out = io.BytesIO()
    sound = zipfile.ZipFile(io.BytesIO(xlsx(["甲"])))
    how = zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", how) as made:
        for name in sound.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            made.writestr(name, sheet if is_sheet else sound.read(name))
    return out.getvalue()


@pytest.mark.parametrize("how", FAR)
def test_a_far_cell_is_refused_however_it_is_written(monkeypatch, how):
    monkeypatch.setattr(inner, "MOST_CELLS", 150)

    with pytest.raises(InputRefused):
        open_file(workbook(HEAD + FAR[how] + END))


def test_a_sheet_that_declares_a_document_type_is_refused():
    declared = HEAD.replace("<worksheet", '<!DOCTYPE w [<!ENTITY a "b">]><worksheet')

    with pytest.raises(InputRefused):
        open_file(workbook(declared + END))


def test_brackets_without_an_end_take_no_time():
    """It grew with the square of them: 20,000 characters, packed into 1 kB."""
    text = "(" * 20_000
    cell = f'<row r="2"><c r="A2" t="inlineStr"><is><t>{text}</t></is></c></row>'
    begun = time.process_time()

    described(open_file(workbook(HEAD + cell + END)), KINDS["residents"], None)

    assert time.process_time() - begun < 1


def with_second_part(name: str, as_written: str) -> bytes:
    """A workbook with a far cell, and behind it a part by a name much like its own."""
    sound = zipfile.ZipFile(io.BytesIO(workbook(HEAD + FAR_OUT + END)))
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as made:
        warnings.simplefilter("ignore")  # one name twice
        for part in sound.namelist():
            made.writestr(part, sound.read(part))
        made.writestr(name, HEAD + END)
    return out.getvalue().replace(name.encode(), as_written.encode())


SHEET = "xl/worksheets/sheet1.xml"
FAR_OUT = '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'


@pytest.mark.parametrize(
    ("name", "as_written"),
    [(SHEET, SHEET), (f"{SHEET}Qb", f"{SHEET}\0b")],
    ids=["twice", "NUL"],
)
def test_a_part_that_two_readers_take_for_different_ones_is_refused(
    monkeypatch, name, as_written
):
    """Python cuts a name at NUL and takes the last part of one name; the reader of
    workbooks takes another, and the far cell was laid out.
    """
    monkeypatch.setattr(
        workbooks, "laid_out", lambda _content: pytest.fail("It was laid out.")
    )

    with pytest.raises(InputRefused, match="损坏"):
        open_file(with_second_part(name, as_written))


def far_xls(row: int, column: int) -> bytes:
    """An old workbook with one number in a cell beyond what xlwt would write."""
    book = Workbook()
    sheet = book.add_sheet("S")
    sheet.write(0, 0, 1.5)
    sheet.write(6_000, 255, 7.25)
    out = io.BytesIO()
    book.save(out)
    number = struct.pack("<HHHH", 0x027E, 10, 6_000, 255)
    far = struct.pack("<HHHH", 0x027E, 10, row, column)
    assert out.getvalue().count(number) == 1
    return out.getvalue().replace(number, far)


@pytest.mark.parametrize(("row", "column"), [(65_535, 65_535), (65_535, 9_000)])
def test_a_far_cell_of_an_old_workbook_ends_no_process_of_ours(row, column):
    """It asked for 137 GB, and the process of the server was ended (SIGABRT)."""
    with pytest.raises(InputRefused, match="损坏"):
        open_file(far_xls(row, column))


def test_a_workbook_that_takes_the_processor_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(apart, "MOST_SECONDS", 0)

    with pytest.raises(InputRefused, match="损坏"):
        open_file(workbook(HEAD + "<row><c><v>1</v></c></row>" * 300_000 + END))


def test_more_merged_ranges_than_any_list_has_are_refused(monkeypatch):
    monkeypatch.setattr(apart, "MOST_MERGED", 3)
    merged = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 5))
    end = f"</sheetData><mergeCells>{merged}</mergeCells></worksheet>"

    with pytest.raises(InputRefused) as refused:
        open_file(workbook(HEAD + end))

    assert set(refused.value.fields) == {"file"}
    monkeypatch.setattr(apart, "MOST_MERGED", 4)
    assert len(open_file(workbook(HEAD + end))[0].merged) == 4


def book_of_sheets(count: int) -> bytes:
    book = openpyxl.Workbook()
    for _each in range(count):
        book.create_sheet().append(["姓名", "电话"])
    out = io.BytesIO()
    book.save(out)  # with the empty one that it begins with
    return out.getvalue()


def test_more_sheets_than_a_county_has_villages_are_refused(monkeypatch):
    """A file of 300 kB named 60,000 sheets: half a minute, and a page of 27 MB."""
    monkeypatch.setattr(apart, "MOST_SHEETS", 3)

    assert len(open_file(book_of_sheets(2))) == 2
    with pytest.raises(InputRefused, match="工作表"):
        open_file(book_of_sheets(3))


def test_rows_hidden_beyond_any_list_are_not_kept(monkeypatch):
    monkeypatch.setattr(inner, "MOST_ROWS", 10)
    rows = "".join(f'<row r="{n}" hidden="1"/>' for n in range(2, 30))

    sheet = open_file(workbook(HEAD + rows + END))[0]

    assert sheet.hidden == set(range(1, 10))


def test_more_formulas_without_a_value_than_any_list_has_are_refused(monkeypatch):
    monkeypatch.setattr(inner, "MOST_UNVALUED", 2)
    cells = "<row>" + "<c><f>A1</f></c>" * 3 + "</row>"

    with pytest.raises(InputRefused):
        open_file(workbook(HEAD + cells + END))


def test_nothing_but_cells_comes_back_from_the_reader():
    with pytest.raises(pickle.UnpicklingError):
        list(apart._sheets(io.BytesIO(pickle.dumps(("rows", [[io.BytesIO]])))))


# --- small files of which much would come back
def sharing(text: str, *, rows: int, sheets: int) -> bytes:
    """A workbook whose cells, ten in a row, all are one text that is stored once."""
    listed = {f"第{nth}组": [[text] * 10] * rows for nth in range(sheets)}
    return xlsx(sheets=listed)


def test_cells_that_share_one_long_text_are_refused_before_they_come_back(monkeypatch):
    """35 kB, eight sheets: 2.8 GB and 19 seconds in the process of the server."""
    monkeypatch.setattr(apart, "MOST_CHARACTERS", 100_000)
    book = sharing("张" * 30_000, rows=20, sheets=4)  # 24,000,000 characters
    tracemalloc.start()

    with pytest.raises(InputRefused, match="太大"):
        open_file(book)

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(book) < 200_000
    assert peak < 10_000_000


@pytest.mark.parametrize(("limit", "most"), [("CELLS", 40), ("CHARACTERS", 80)])
def test_cells_and_characters_are_counted_over_all_sheets(monkeypatch, limit, most):
    book = sharing("甲乙", rows=2, sheets=2)
    monkeypatch.setattr(apart, f"MOST_{limit}", most)
    assert len(open_file(book)) == 2

    monkeypatch.setattr(apart, f"MOST_{limit}", most - 1)

    with pytest.raises(InputRefused, match="太大"):
        open_file(book)


def program(tmp_path, *lines: str):
    file = tmp_path / "reader.py"
    head = ("import pickle, sys, time", "out = sys.stdout.buffer")
    file.write_text("\n".join((*head, *lines)))
    return file


def test_no_more_is_read_than_a_list_may_be(monkeypatch, tmp_path):
    """Whatever the reader writes, and if it never ended."""
    without_end = "while True: pickle.dump(('rows', [['a' * 100_000]]), out)"
    monkeypatch.setattr(apart, "PROGRAM", program(tmp_path, without_end))
    monkeypatch.setattr(apart, "MOST_BYTES", 3_000_000)

    with pytest.raises(InputRefused, match="太大"):
        open_file(xlsx(["甲"]))


def test_a_reader_that_sleeps_is_ended(monkeypatch, tmp_path):
    """The limit of the processor's time does not end it."""
    monkeypatch.setattr(apart, "PROGRAM", program(tmp_path, "time.sleep(60)"))
    monkeypatch.setattr(apart, "LONGEST_WAIT", 0.2)
    begun = time.monotonic()

    with pytest.raises(InputRefused, match="损坏"):
        open_file(xlsx(["甲"]))

    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    "last",
    [
        "pickle.dump(('rows', [['a']]), out)",
        "out.write(pickle.dumps(('rows', []))[:9])",
    ],
)
def test_a_book_that_breaks_off_is_no_shorter_book(monkeypatch, tmp_path, last):
    monkeypatch.setattr(apart, "PROGRAM", program(tmp_path, last))

    with pytest.raises(InputRefused, match="损坏"):
        open_file(xlsx(["甲"]))


def test_a_tag_without_an_end_is_refused():
    """One attribute of 170 MB, packed into 2: nine seconds and 610 MB."""
    far = f'<row r="2" spans="{"9" * (inner.LONGEST_TAG + 2 * inner.PIECE)}"/>'

    with pytest.raises(InputRefused, match="太大"):
        open_file(workbook(HEAD + far + END, pack=False))


def test_long_words_are_no_tag(monkeypatch):
    monkeypatch.setattr(inner, "LONGEST_TAG", 10_000)
    monkeypatch.setattr(inner, "PIECE", 1_000)
    text = "词" * 20_000
    cell = f'<row r="2"><c r="A2" t="inlineStr"><is><t>{text}</t></is></c></row>'

    sheet = open_file(workbook(HEAD + cell + END))[0]

    assert len(sheet.rows[1][0]) == 20_000
