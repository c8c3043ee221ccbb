"""What stands inside an .xlsx, read before anything opens it: how far its cells reach,
which rows are hidden, and which cells have a formula that was never worked out.

The reader of workbooks lays a sheet out as one block from its first cell to its last:
two cells in opposite corners of five kilobytes would take all memory there is. So each
part is walked through once, tag by tag, in time that grows with its length alone.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from villages.imports.reading.recognising import refused

SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")
TAG = re.compile(rb"<(/?)(?:\w+:)?(row|c|f|v|is)(?=[\s/>])([^<>]*)>")
REFERENCE = re.compile(rb"""\sr=["']([A-Za-z]{1,4})(\d{1,8})["']""")
NUMBER = re.compile(rb"""\sr=["'](\d{1,8})["']""")
IS_HIDDEN = re.compile(rb"""\shidden=["'](?:1|true)["']""")
PIECE = 1_048_576
# What a sheet may be laid out as: a list of 100,000 rows has 50 columns.
MOST_CELLS = 5_000_000


@dataclass
class Part:
    """What was found in one part of a workbook."""

    rows: int = 0
    columns: int = 0
    hidden: set[int] = field(default_factory=set)
    unvalued: set[tuple[int, int]] = field(default_factory=set)


@dataclass
class Inner:
    """The parts of an .xlsx by the names of their sheets."""

    parts: dict[str, Part] = field(default_factory=dict)

    @classmethod
    def of(cls, content: bytes) -> "Inner":
        """Walk through an .xlsx. InputRefused: its cells reach too far to be laid out.

        Every part is looked at, whatever its name: a part that is a sheet only for
        another reader must not slip through.
        """
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            found = {}
            for name in packed.namelist():
                part = _Walk().through(_pieces(packed, name))
                _refuse_too_wide(part)
                found[name] = part
            paths = _paths_of_sheets(packed)

        parts = {}
        for name, path in paths.items():
            parts[name] = found.get(path, Part())
        return cls(parts)

    def part(self, name: str) -> Part:
        return self.parts.get(name, Part())


class _Walk:
    """A walk through the tags of a part, remembering where it is between pieces."""

    def __init__(self) -> None:
        self.part = Part()
        self.row = 0  # from 1, as written or counted
        self.column = 0
        self.has_formula = False
        self.has_value = False
        self.is_in_cell = False

    def through(self, pieces: Iterator[bytes]) -> Part:
        for piece in pieces:
            for tag in TAG.finditer(piece):
                self._meet(tag, piece)
        return self.part

    def _meet(self, tag: re.Match[bytes], piece: bytes) -> None:
        name = tag[2]
        is_end = bool(tag[1])
        is_empty = tag[3].endswith(b"/")
        if name == b"row" and not is_end:
            self._begin_row(tag[3])
        elif name == b"c" and not is_end:
            self._begin_cell(tag[3], is_empty=is_empty)
        elif name == b"c":
            self._end_cell()
        elif name == b"f" and not is_end:
            self.has_formula = True
        elif not is_end and not is_empty:
            self.has_value = self.has_value or piece[tag.end() : tag.end() + 1] != b"<"
            self.has_value = self.has_value or name == b"is"

    def _begin_row(self, attributes: bytes) -> None:
        number = NUMBER.search(attributes)
        self.row = int(number[1]) if number else self.row + 1
        self.column = 0
        if IS_HIDDEN.search(attributes):
            self.part.hidden.add(self.row - 1)

    def _begin_cell(self, attributes: bytes, *, is_empty: bool) -> None:
        reference = REFERENCE.search(attributes)
        if reference:
            self.column = _column_number(reference[1].upper())
            self.row = int(reference[2])
        else:
            self.column += 1
        self.is_in_cell = not is_empty
        self.has_formula = False
        self.has_value = False
        if not is_empty:
            self.part.rows = max(self.part.rows, self.row)
            self.part.columns = max(self.part.columns, self.column)

    def _end_cell(self) -> None:
        if self.is_in_cell and self.has_formula and not self.has_value:
            self.part.unvalued.add((self.row - 1, self.column - 1))
        self.is_in_cell = False


def _refuse_too_wide(part: Part) -> None:
    if part.rows * part.columns <= MOST_CELLS:
        return
    words = _(
        "A cell far out (row %(row)s, column %(column)s) makes this sheet too large to"
        " be read. Copy the rows that hold something into a new sheet and send that."
    )
    raise refused(words % {"row": part.rows, "column": part.columns})


def _pieces(packed: zipfile.ZipFile, path: str) -> Iterator[bytes]:
    """Yield a part piece by piece, none of which ends within a tag."""
    rest = b""
    with packed.open(path) as part:
        while read := part.read(PIECE):
            whole, begin, tag = (rest + read).rpartition(b"<")
            if not begin or len(tag) > PIECE:
                yield rest + read
                rest = b""
                continue
            yield whole
            rest = begin + tag
    yield rest


def _paths_of_sheets(packed: zipfile.ZipFile) -> dict[str, str]:
    """Return which part each sheet is, by its name."""
    names = set(packed.namelist())
    relations_of_book = "xl/_rels/workbook.xml.rels"
    if not {"xl/workbook.xml", relations_of_book} <= names:
        return {}

    targets = {}
    for found in RELATION.findall(packed.read(relations_of_book)):
        targets[_attribute(found, b"Id")] = _attribute(found, b"Target")

    paths = {}
    for found in SHEET.findall(packed.read("xl/workbook.xml")):
        target = targets.get(_attribute(found, b"r:id"), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        paths[_attribute(found, b"name")] = path
    return paths


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + re.escape(name) + rb"""=["']([^"']*)["']""", tag)
    text = found[1].decode("utf-8", "replace") if found else ""
    for written, meant in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&amp;", "&"),
    ):
        text = text.replace(written, meant)
    return text


def _column_number(letters: bytes) -> int:
    """Return the number of a column from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
