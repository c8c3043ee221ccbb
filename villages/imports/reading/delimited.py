"""Text with a comma or a tab between the cells, in the encodings that offices use."""

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from itertools import islice

from django.utils.translation import gettext as _

from villages.imports.reading.recognising import (
    refused,
    save_anew,
    too_many_rows,
)
from villages.imports.reading.sheets import (
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    Sheet,
    until_it_ends,
)

ENCODINGS = ("utf-8", "gb18030", "utf-16")
SEPARATORS = (",", "\t", ";", "|")
SAMPLE = 20  # lines by which the separator is found
# ="0123" and '0123: a number that is to stay as it is written
AS_FORMULA = re.compile(r'="?([^"]*)"?')
LONGEST_CELL = 32_767  # of a workbook; no column takes as much, and it is refused


def encoding_of(content: bytes) -> str:
    """Return the encoding of a text: UTF-16 or UTF-8 by its mark, UTF-8 where all of it
    is, else GB18030.
    """
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    if content.startswith(BOM_UTF8):
        return "utf-8"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def sheet_of(content: bytes, reading: dict[str, str]) -> Sheet:
    """Return a text as a sheet, and note in `reading` what it was read by.

    `reading` may name an encoding and a separator. InputRefused: it is no text.
    """
    encoding = reading.get("encoding") or encoding_of(content)
    try:
        text = content.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise refused(save_anew(_("The words of this file cannot be read."))) from error
    if "\0" in text:
        raise refused(save_anew(_("The words of this file cannot be read.")))

    separator = reading.get("separator") or _separator_of(text)
    reading.update(encoding=encoding, separator=separator)

    rows: list[Row] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append([_cell(cell) for cell in cells[:MOST_COLUMNS]])
            if len(rows) > MOST_ROWS:
                raise refused(too_many_rows())
    except csv.Error as error:
        raise refused(
            save_anew(_("The rows of this file cannot be told apart."))
        ) from error

    rows = until_it_ends(rows)
    if not rows:
        raise refused(_("The file is empty."))
    return Sheet(_("Sheet"), rows)


def _separator_of(text: str) -> str:
    """Return what stands most often between cells in the first lines."""
    lines = list(islice(io.StringIO(text), SAMPLE))
    counted = {mark: sum(line.count(mark) for line in lines) for mark in SEPARATORS}
    return max(SEPARATORS, key=lambda mark: counted[mark])


def _cell(text: str) -> str | None:
    text = text.strip()
    if text.startswith("="):
        quoted = AS_FORMULA.fullmatch(text)
        text = quoted[1] if quoted else text
    return text.removeprefix("'")[:LONGEST_CELL] or None
