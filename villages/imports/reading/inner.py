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
from xml.parsers import expat

from django.utils.translation import gettext as _

from villages.imports.cells import never_worked_out
from villages.imports.reading.recognising import damaged, refused, too_large
from villages.imports.reading.sheets import MOST_ROWS

SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")
REFERENCE = re.compile(r"([A-Za-z]{1,4})(\d{1,12})")
NUMBER = re.compile(r"\d{1,12}")
OF_SHEET = b"sheetData"  # without it no reader finds cells in a part
PIECE = 1_048_576
# A tag with all that stands in it, which is taken anew with every piece until it ends:
# one of 170 MB cost nine seconds. The words of a cell are no tag.
LONGEST_TAG = 4 * PIECE
# What a sheet may be laid out as: a list of 100,000 rows has 50 columns.
MOST_CELLS = 5_000_000
MOST_UNVALUED = 500_000  # of each part


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
            for entry in packed.infolist():
                part = _Walk().through(_pieces(packed, entry))
                _refuse_too_wide(part)
                found[entry.filename] = part
            paths = _paths_of_sheets(packed)

        parts = {}
        for name, path in paths.items():
            parts[name] = found.get(path, Part())
        return cls(parts)

    def part(self, name: str) -> Part:
        return self.parts.get(name, Part())


class _Walk:
    """A walk through the tags of a part, as a reader of XML takes them: however blanks,
    quotes, prefixes and references are written.
    """

    def __init__(self) -> None:
        self.part = Part()
        self.row = 0  # from 1, as written or counted
        self.column = 0
        self.has_formula = False
        self.has_value = False
        self.is_in_cell = False
        self.is_in_formula = False
        self.taken = 0  # bytes

        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._meet_text
        self.parser.StartDoctypeDeclHandler = _refuse_declaration

    def through(self, pieces: Iterator[bytes]) -> Part:
        """Return what was found. InputRefused: a sheet that is no sound XML, which
        another reader might read all the same.
        """
        is_sound = True
        end_of_last = b""
        for piece in pieces:
            if is_sound:
                is_sound = self._takes(piece)
            elif OF_SHEET in end_of_last + piece:
                raise damaged()
            end_of_last = piece[-len(OF_SHEET) :]
        return self.part

    def _takes(self, piece: bytes) -> bool:
        """Take in a piece, and return if it is sound. What is no XML at all is none:
        a picture. InputRefused: a tag without an end.
        """
        try:
            self.parser.Parse(piece, False)
        except expat.ExpatError as error:
            if OF_SHEET in piece or self.row:
                raise damaged() from error
            return False

        self.taken += len(piece)
        if self.taken - self.parser.CurrentByteIndex > LONGEST_TAG:
            raise refused(too_large())
        return True

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "row":
            self._begin_row(attributes)
        elif name == "c":
            self._begin_cell(attributes)
        elif self.is_in_cell:
            self._begin_content(name)

    def _begin_content(self, name: str) -> None:
        """Note what a cell has in it; a cell with anything is laid out."""
        self.part.rows = max(self.part.rows, self.row)
        self.part.columns = max(self.part.columns, self.column)
        if name == "f":
            self.has_formula = True
            self.is_in_formula = True
        elif name == "is":
            self.has_value = True

    def _end(self, tag: str) -> None:
        name = _local(tag)
        if name == "c":
            self._end_cell()
        elif name == "f":
            self.is_in_formula = False

    def _meet_text(self, _text: str) -> None:
        if self.is_in_cell and not self.is_in_formula:
            self.has_value = True

    def _begin_row(self, attributes: dict[str, str]) -> None:
        written = attributes.get("r", "").strip()
        self.row = int(written) if NUMBER.fullmatch(written) else self.row + 1
        self.column = 0
        is_hidden = attributes.get("hidden") in ("1", "true")
        if is_hidden and self.row <= MOST_ROWS:  # no list goes beyond
            self.part.hidden.add(self.row - 1)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = REFERENCE.fullmatch(attributes.get("r", "").strip())
        if reference:
            self.column = _column_number(reference[1].upper())
            self.row = int(reference[2])
        else:
            self.column += 1
        self.is_in_cell = True
        self.has_formula = False
        self.has_value = False

    def _end_cell(self) -> None:
        if self.has_formula and not self.has_value:
            self.part.unvalued.add((self.row - 1, self.column - 1))
            if len(self.part.unvalued) > MOST_UNVALUED:
                raise refused(never_worked_out())
        self.is_in_cell = False


def _local(tag: str) -> str:
    """Return the name of a tag without its prefix."""
    return tag.rpartition(":")[2]


def _refuse_declaration(*_declared: object) -> None:
    """InputRefused: the part declares a document type, and no workbook does."""
    raise damaged()


def _refuse_too_wide(part: Part) -> None:
    if part.rows * part.columns <= MOST_CELLS:
        return
    words = _(
        "A cell far out (row %(row)s, column %(column)s) makes this sheet too large to"
        " be read. Copy the rows that hold something into a new sheet and send that."
    )
    raise refused(words % {"row": part.rows, "column": part.columns})


def _pieces(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with packed.open(entry) as part:
        while read := part.read(PIECE):
            yield read


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


def _column_number(letters: str) -> int:
    """Return the number of a column from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
