"""A workbook made to be hard: a cell far out, however it is written, is refused before
the sheet is laid out; brackets without an end take no time.
"""

import io
import time
import zipfile

import pytest

from minshi.errors import InputRefused
from tests.villages.imports.files import xlsx
from villages.imports.kinds import KINDS
from villages.imports.mapping import described
from villages.imports.reading import inner, open_file

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
