"""Spreadsheets in the forms of other programs, each a real file: read rightly, or sent
back with words by which a clerk gets an .xlsx.
"""

import io
import struct
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from xlwt.CompoundDoc import XlsDoc

from minshi.errors import InputRefused
from tests.villages.imports.files import FAMILY, HEAD
from tests.villages.imports.test_faults import GBK, UTF_16, in_gbk, xls
from villages.imports.reading import open_file

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OASIS = "urn:oasis:names:tc:opendocument:xmlns"
LIST = [HEAD, *FAMILY]


def packed(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return out.getvalue()


def ods(rows, kind: str = "spreadsheet") -> bytes:
    """An OpenDocument file as LibreOffice writes it, with what is needed alone."""
    lines = []
    for row in rows:
        cells = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        lines.append(f"<table:table-row>{cells}</table:table-row>")

    content = (
        f'<office:document-content xmlns:office="{OASIS}:office:1.0"'
        f' xmlns:table="{OASIS}:table:1.0" xmlns:text="{OASIS}:text:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="花名册">'
        f"{''.join(lines)}"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return packed(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": content,
        }
    )


def _number(value: int) -> bytes:
    """A number as BIFF12 has it: seven bits in a byte, the last one first."""
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _record(kind: int, data: bytes = b"") -> bytes:
    return _number(kind) + _number(len(data)) + data


def _words(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(rows) -> bytes:
    """A binary workbook as Excel writes it, with what is needed alone."""
    sheet_of_book = struct.pack("<II", 0, 1) + _words("rId1") + _words("花名册")
    book = b"".join(
        (
            _record(131),
            _record(143),
            _record(156, sheet_of_book),
            _record(144),
            _record(132),
        )
    )
    reach = struct.pack("<IIII", 0, len(rows) - 1, 0, len(rows[0]) - 1)
    sheet = _record(129) + _record(148, reach) + _record(145)
    for number, row in enumerate(rows):
        sheet += _record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))
        for column, cell in enumerate(row):
            sheet += _record(6, struct.pack("<II", column, 0) + _words(str(cell)))
    sheet += _record(146) + _record(130)

    relations = '<Relationships xmlns="{}/relationships">{}</Relationships>'
    related = '<Relationship Id="rId1" Type="{}/{}" Target="{}"/>'
    of_package = related.format(DOCUMENT, "officeDocument", "xl/workbook.bin")
    of_book = related.format(DOCUMENT, "worksheet", "worksheets/sheet1.bin")
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
            "_rels/.rels": relations.format(PACKAGE, of_package),
            "xl/_rels/workbook.bin.rels": relations.format(PACKAGE, of_book),
            "xl/workbook.bin": book,
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _old_record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def biff5(rows) -> bytes:
    """A workbook of Excel 5 and 95, as the programs of offices still write them: words
    are bytes of GBK.
    """
    begin_of_book = struct.pack("<HHHH", 0x0500, 0x0005, 0x0DBB, 0x07CC)
    begin_of_sheet = struct.pack("<HHHH", 0x0500, 0x0010, 0x0DBB, 0x07CC)
    name = "花名册".encode("gbk")

    head = _old_record(0x809, begin_of_book) + GBK
    at = len(head) + 4 + 7 + len(name) + 4
    about = struct.pack("<IHB", at, 0, len(name)) + name
    book = head + _old_record(0x85, about) + _old_record(0x0A)

    sheet = _old_record(0x809, begin_of_sheet)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = struct.pack("<HHH", number, column, 0)
            if isinstance(cell, str):
                words = cell.encode("gbk")
                words = struct.pack("<H", len(words)) + words
                sheet += _old_record(0x204, place + words)
            elif cell is not None:
                sheet += _old_record(0x203, place + struct.pack("<d", cell))
    sheet += _old_record(0x0A)

    out = io.BytesIO()
    XlsDoc().save(out, book + sheet)
    return out.getvalue().replace(_entry("Workbook"), _entry("Book"))


def _entry(name: str) -> bytes:
    """A stream of a compound file, as its directory names it."""
    written = name.encode("utf-16-le")
    return written.ljust(64, b"\0") + struct.pack("<H", len(written) + 2)


def refusal_of(content: bytes) -> str:
    with pytest.raises(InputRefused) as refusal:
        open_file(content)
    assert list(refusal.value.fields) == ["file"]
    return str(refusal.value)


def first_words_of(content: bytes) -> str:
    """What is read of a file by a reader that takes every form there is."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python()[1][2]


@pytest.mark.parametrize(("made", "form"), [(ods, ".ods"), (xlsb, ".xlsb")])
def test_another_form_is_named_and_the_way_to_xlsx_said(made, form):
    content = made(LIST)
    assert first_words_of(content) == "李建国"  # a sound file, not only called so

    said = refusal_of(content)

    assert said.startswith("这是")
    assert form in said
    assert "另存为 .xlsx" in said


def test_a_letter_in_open_document_is_no_spreadsheet():
    assert "不是表格" in refusal_of(ods(LIST, kind="text"))


def test_numbers_of_an_iphone_says_where_to_export():
    content = packed({"Index/Document.iwa": b"\0", "preview.jpg": b"\xff\xd8"})

    said = refusal_of(content)

    assert "苹果" in said
    assert "导出为 Excel" in said


@pytest.mark.parametrize(
    "beginning", [b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c"]
)
def test_an_archive_is_to_be_unpacked_first(beginning):
    assert "压缩包" in refusal_of(beginning + bytes(range(256)))


@pytest.mark.parametrize(
    "content",
    [
        biff5(LIST),
        in_gbk(LIST).replace(UTF_16, GBK),
        xls(*LIST).replace(UTF_16, GBK),
    ],
    ids=["Excel 95", "bytes of GBK in Excel 97", "Unicode that says it is GBK"],
)
def test_an_old_workbook_in_gbk_is_read_as_it_was_written(content):
    (sheet,) = open_file(content)

    assert sheet.name in ("花名册", "Sheet1")
    assert [row[:4] for row in sheet.rows] == [row[:4] for row in LIST]


def test_letters_of_other_languages_stay_in_a_workbook_in_gbk():
    rows = [HEAD, [1, 3, "阿依古丽·买买提"], [1, 4, "±5°"], [1, 5, "VIP"]]

    (sheet,) = open_file(xls(*rows).replace(UTF_16, GBK))

    assert [row[2] for row in sheet.rows[1:]] == ["阿依古丽·买买提", "±5°", "VIP"]
