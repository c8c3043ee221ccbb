"""One door for all files: recognised, guarded, read as sheets."""

from villages.imports.reading.delimited import sheet_of
from villages.imports.reading.recognising import Form, form_of
from villages.imports.reading.sheets import Sheet
from villages.imports.reading.workbooks import sheets_of


def open_file(content: bytes, reading: dict[str, str] | None = None) -> list[Sheet]:
    """Return the sheets of a file that hold anything, and note in `reading` by which
    encoding and separator a text was read; named there, those are taken.

    InputRefused at `file`: it cannot be read, in words that say what to do.
    """
    if form_of(content) == Form.WORKBOOK:
        return sheets_of(content)
    return [sheet_of(content, reading if reading is not None else {})]
