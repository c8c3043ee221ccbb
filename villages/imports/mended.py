"""Workbooks that go out: the list with what was found in each row, to be mended where
it stands, and an empty template of each kind.
"""

import io
from datetime import date, datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from minshi.errors import MoveRefused, NoSuchRight
from villages.audit import record_audit
from villages.imports.cells import Stored, shown
from villages.imports.entries import cells_of
from villages.imports.kinds import Kind, title_of
from villages.imports.preview import labels_of, result_in_words
from villages.models import ImportRun, User, Village
from villages.models.audit import AuditKind
from villages.models.imports import Verdict

CHUNK = 1000
WIDTH, WIDTH_OF_RESULT = 14, 48  # characters
LONGEST_TAB = 31
UNSAFE_IN_TAB = str.maketrans("", "", "[]:*?/\\'")
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def take_results(
    run: ImportRun, *, by: User, at: datetime, request: HttpRequest | None = None
) -> io.BytesIO:
    """Write who takes a list with what was found in each row, and return it. A long one
    takes seconds to be made, and nothing is locked so long.

    NoSuchRight: somebody else uploaded it, and it holds telephones in full.
    MoveRefused: its rows are not there yet, or no more.
    """
    if run.by_id != by.pk:
        raise NoSuchRight(_("Only whoever uploaded a list takes it back with results."))
    if not run.rows.exists():
        raise MoveRefused(_("The rows of this list are not here."))

    subject = title_of(run)
    record_audit(AuditKind.EXPORT, at=at, user=by, subject=subject, request=request)
    return with_results(run)


def with_results(run: ImportRun) -> io.BytesIO:
    """Return the list as it came, its values alone, with a last column that says what
    was found in each row.

    Sheet by sheet, each row at the number it had, under the head it had; rows that are
    no rows of the list are there as well. What stood above the head is not stored.
    Memory does not grow with the rows.
    """
    labels = labels_of(run)
    out = io.BytesIO()
    with Workbook(out, OPTIONS) as book:
        bold = book.add_format({"bold": True, "border": 1, "bg_color": "#eef1f6"})
        bad = book.add_format({"font_color": "#9b1c1c", "bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        plain = book.add_format()

        names: set[str] = set()
        for nth, about in enumerate(run.sheets):
            if not about["chosen"]:
                continue
            sheet = book.add_worksheet(_tab(about["name"], names))
            headings = [*about["headings"], _("Result of the check")]
            sheet.set_column(0, len(headings) - 2, WIDTH)
            sheet.set_column(len(headings) - 1, len(headings) - 1, WIDTH_OF_RESULT)
            sheet.freeze_panes(about["head"], 0)
            if about["head"] > 1:
                sheet.write_string(0, 0, _("Each row has the number it had."))
            for column, heading in enumerate(headings):
                sheet.write_string(about["head"] - 1, column, heading, bold)

            rows = run.rows.filter(sheet=nth).order_by("nth")
            for row in rows.iterator(chunk_size=CHUNK):
                line = row.number - 1
                cells = cells_of(row)[: len(headings) - 1]
                for column, cell in enumerate(cells):
                    _write(sheet, line, column, cell, day)
                style = bad if row.verdict == Verdict.FAULTY else plain
                words = result_in_words(row, labels)
                sheet.write_string(line, len(headings) - 1, words, style)

    out.seek(0)
    return out


def template_of(kind: Kind, village: Village | None = None) -> io.BytesIO:
    """Return an empty list of a kind: its head, and a second sheet that says what each
    column holds.
    """
    out = io.BytesIO()
    with Workbook(out, {"strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "border": 1, "bg_color": "#eef1f6"})
        text = book.add_format({"num_format": "@"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})

        columns = kind.columns_asked(village)
        sheet = book.add_worksheet(_tab(str(kind.label), set()))
        # typed as text, a telephone keeps its digits
        sheet.set_column(0, len(columns) - 1, WIDTH, text)
        sheet.freeze_panes(1, 0)
        for nth, column in enumerate(columns):
            sheet.write_string(0, nth, str(column.label), bold)

        told = book.add_worksheet(_("How to fill it in"))
        told.set_column(0, 0, WIDTH)
        told.set_column(1, 2, WIDTH_OF_RESULT)
        told.write_string(0, 0, str(kind.guide), wrapped)
        for nth, column in enumerate(columns, 2):
            needed = _("needed") if column.is_needed else _("may stay empty")
            told.write_string(nth, 0, str(column.label))
            told.write_string(nth, 1, f"{needed}。{column.help}", wrapped)
            told.write_string(nth, 2, column.example)

    out.seek(0)
    return out


def _tab(name: str, taken: set[str]) -> str:
    """Return a name for a tab that Excel takes and that is not there yet."""
    plain = name.translate(UNSAFE_IN_TAB)[:LONGEST_TAB].strip() or "1"
    tab = plain
    number = 2
    while tab.lower() in taken:
        tab = f"{plain[: LONGEST_TAB - 3]} {number}"
        number += 1
    taken.add(tab.lower())
    return tab


def _write(sheet: Worksheet, line: int, column: int, cell: Stored, day: Format) -> None:
    if cell is None:
        return
    if isinstance(cell, dict) and "day" in cell:
        sheet.write_datetime(line, column, date.fromisoformat(cell["day"]), day)
    elif isinstance(cell, int | float):
        sheet.write_number(line, column, cell)
    else:
        sheet.write_string(line, column, cell if isinstance(cell, str) else shown(cell))
