"""Workbooks of the kinds offices have: .xlsx, .xls, .et."""

import re
import zipfile
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from minshi.text import clean_line
from villages.imports.cells import Cell, Stored, is_empty_row, stored
from villages.imports.reading.apart import LaidOut, laid_out
from villages.imports.reading.gbk import as_unicode, from_letters, is_in_gbk
from villages.imports.reading.inner import Inner
from villages.imports.reading.recognising import (
    ZIP,
    damaged,
    refused,
    save_anew,
    too_many_rows,
)
from villages.imports.reading.sheets import (
    EMPTY_ROWS,
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    Sheet,
)

# What Chinese becomes when it is read by the code page of another language.
GARBLED = re.compile("[\x00-\x08\x0e-\x1f\u0080-\u024f\ufffd]")
LETTER = re.compile(r"[^\t\n\r -~]")
GARBLED_SHARE = 0.3
LOOKED_AT = 400  # cells


def sheets_of(content: bytes) -> list[Sheet]:
    """Return the sheets of a workbook that hold anything. InputRefused: it cannot be
    read, with what to do.
    """
    in_gbk = is_in_gbk(content)
    if in_gbk:
        content = as_unicode(content)

    try:
        # an old .xls has no parts to be walked through, and 65,536 rows at most
        inner = Inner.of(content) if content.startswith(ZIP) else Inner()
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise damaged() from error

    sheets = [_sheet(found, inner) for found in laid_out(content)]
    if in_gbk:
        for sheet in sheets:
            _turn_back(sheet)
    sheets = [sheet for sheet in sheets if sheet.rows]
    if not sheets:
        raise refused(_("No sheet of this file holds anything."))

    _refuse_garbled(sheets)
    return sheets


def _sheet(found: LaidOut, inner: Inner) -> Sheet:
    part = inner.part(found.name)
    return Sheet(
        name=clean_line(found.name),
        rows=_rows(found.rows),
        hidden=part.hidden,
        unvalued=part.unvalued,
        merged=found.merged,
    )


def _rows(found: Iterable[Sequence[Cell]]) -> list[Row]:
    """Return the rows up to where EMPTY_ROWS empty ones follow each other."""
    rows: list[Row] = []
    last = 0
    for cells in found:
        row = [_stored(cell) for cell in cells[:MOST_COLUMNS]]
        rows.append(row)
        if not is_empty_row(row):
            last = len(rows)
        elif len(rows) - last >= EMPTY_ROWS:
            break
        if len(rows) > MOST_ROWS:
            raise refused(too_many_rows())
    return rows[:last]


def _stored(cell: Cell) -> Stored:
    return None if cell == "" else stored(cell)


def _turn_back(sheet: Sheet) -> None:
    """Give a sheet of a file in GBK its words."""
    sheet.name = clean_line(from_letters(sheet.name))
    for row in sheet.rows:
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                row[column] = from_letters(cell)


def _refuse_garbled(sheets: list[Sheet]) -> None:
    """InputRefused: the words of a sheet are not what was written there."""
    letters = garbled = seen = 0
    for sheet in sheets:
        for row in sheet.rows:
            for cell in row:
                if isinstance(cell, str) and seen < LOOKED_AT:
                    seen += 1
                    letters += len(LETTER.findall(cell))
                    garbled += len(GARBLED.findall(cell))

    if letters and garbled / letters > GARBLED_SHARE:
        raise refused(
            save_anew(
                _(
                    "The words of this file come out garbled: it says it is in another"
                    " language."
                )
            )
        )
