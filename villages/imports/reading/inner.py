"""What stands inside an .xlsx and its reader does not tell: hidden rows, and cells with
a formula that was never worked out.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from villages.imports.reading.sheets import Sheet

SHEET = re.compile(rb"<sheet\s[^>]*?>")
RELATION = re.compile(rb"<Relationship\s[^>]*?>")
ROW = re.compile(rb"<row\s[^>]*?(?:/>|>)")
CELL = re.compile(rb"<c\s([^>]*?)>(.*?)</c>", re.DOTALL)
REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
IS_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
VALUE = re.compile(rb"<v>[^<]+</v>|<v [^>]*>[^<]+</v>")
PIECE = 1_048_576
END_OF_ROW = b"</row>"


@dataclass
class Inner:
    """The parts of an .xlsx by the names of their sheets; of other files none."""

    content: bytes = b""
    parts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, content: bytes) -> "Inner":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                if "xl/workbook.xml" not in packed.namelist():
                    return cls()
                book = packed.read("xl/workbook.xml")
                relations = packed.read("xl/_rels/workbook.xml.rels")
        except (zipfile.BadZipFile, KeyError):
            return cls()

        targets = {}
        for found in RELATION.findall(relations):
            targets[_attribute(found, b"Id")] = _attribute(found, b"Target")

        parts = {}
        for found in SHEET.findall(book):
            target = targets.get(_attribute(found, b"r:id"), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            parts[_attribute(found, b"name")] = path
        return cls(content, parts)

    def look_into(self, sheet: Sheet) -> None:
        """Note in a sheet which of its rows are hidden, and which of its cells have a
        formula without a value.
        """
        path = self.parts.get(sheet.name)
        if path is None:
            return

        with zipfile.ZipFile(io.BytesIO(self.content)) as packed:
            if path not in packed.namelist():
                return
            for piece in _pieces(packed, path):
                _note_hidden(piece, sheet)
                if b"<f" in piece:
                    _note_unvalued(piece, sheet)


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + re.escape(name) + rb'="([^"]*)"', tag)
    text = found[1].decode("utf-8", "replace") if found else ""
    for written, meant in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&amp;", "&"),
    ):
        text = text.replace(written, meant)
    return text


def _pieces(packed: zipfile.ZipFile, path: str) -> Iterator[bytes]:
    """Yield a part piece by piece, each of whole rows."""
    rest = b""
    with packed.open(path) as part:
        while read := part.read(PIECE):
            whole, end, rest_of_it = (rest + read).rpartition(END_OF_ROW)
            rest = rest_of_it
            if end:
                yield whole + end
    yield rest


def _note_hidden(piece: bytes, sheet: Sheet) -> None:
    if b"hidden=" not in piece:
        return
    for row in ROW.findall(piece):
        number = re.search(rb'\br="(\d+)"', row)
        if number and IS_HIDDEN.search(row):
            sheet.hidden.add(int(number[1]) - 1)


def _note_unvalued(piece: bytes, sheet: Sheet) -> None:
    for attributes, inside in CELL.findall(piece):
        reference = REFERENCE.search(attributes)
        if reference and b"<f" in inside and not VALUE.search(inside):
            column = _column_number(reference[1].decode())
            sheet.unvalued.add((int(reference[2]) - 1, column))


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
