"""A workbook made to be hard: a cell far out, however it is written, is refused before
the sheet is laid out, or ends no process of ours; brackets without an end take no time.
"""

import io
import pickle
import struct
import time
import warnings
import zipfile

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


def workbook(sheet: str) -> bytes:
    """A sound workbook whose one sheet is as it is written here."""
    out = io.BytesIO()
    sound = zipfile.ZipFile(io.BytesIO(xlsx(["甲"])))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
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
        list(apart._sheets(pickle.dumps(("rows", [[io.BytesIO]]))))
