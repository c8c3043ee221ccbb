"""The ledger as a spreadsheet, and beside it a bare XlsxWriter fed the same cells in
the same formats, each in a process of its own.
"""

import pickle
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from time import process_time
from typing import Any

import django

from minshi.bench.alone import alone, peak

ROWS = 20_000
LEDGER = "general"
# what every cell of a ledger has
TEXT = {
    "font_name": "宋体",
    "font_size": 11,
    "border": 1,
    "valign": "top",
    "text_wrap": True,
}


@dataclass(frozen=True)
class Taken:
    rows: int
    seconds: float  # CPU of the process and time waited for the database
    megabytes: float  # the most the process held


@dataclass(frozen=True)
class Compared:
    ledger: Taken
    bare: Taken


def compare(database: str, at: datetime) -> Compared:
    """Write the ledger's first 20,000 rows (or all there are) both ways."""
    with tempfile.NamedTemporaryFile(suffix=".pickle") as cells:
        alone(_write_cells, database, at, cells.name)
        return Compared(
            alone(_take_ledger, database, at), alone(_write_bare, cells.name)
        )


def _take_ledger(database: str, at: datetime) -> Taken:
    django.setup()
    from minshi.bench.cost import MS, metered
    from minshi.bench.database import joined_database

    with joined_database(database):
        export = _export(at)
        with metered() as meter:
            export.file("xlsx").close()
        return Taken(export.count, meter.milliseconds / MS, peak())


def _write_bare(cells: str) -> Taken:
    from xlsxwriter import Workbook

    with Path(cells).open("rb") as rows, tempfile.TemporaryFile() as out:
        started = process_time()
        for _row in _pickled(rows):
            pass
        reading = process_time() - started
        rows.seek(0)

        started = process_time()
        number = 0
        with Workbook(out, {"constant_memory": True}) as book:
            text = book.add_format(TEXT)
            formats = {
                date: book.add_format({**TEXT, "num_format": "yyyy-mm-dd"}),
                int: book.add_format({**TEXT, "align": "center"}),
            }
            sheet = book.add_worksheet()
            for number, row in enumerate(_pickled(rows), 1):
                for column, cell in enumerate(row):
                    style = formats.get(type(cell), text)
                    sheet.write(number, column, cell, style)
        return Taken(number, process_time() - started - reading, peak())


def _write_cells(database: str, at: datetime, path: str) -> None:
    django.setup()
    from minshi.bench.database import joined_database
    from minshi.plain_cells import plain_rows

    with joined_database(database), Path(path).open("wb") as out:
        export = _export(at)
        columns = [(each.value, each.kind) for each in export.book.ledger.columns]
        for row in plain_rows(columns, export.records()):
            pickle.dump(row, out)


def _pickled(rows: Any) -> Any:
    while True:
        try:
            yield pickle.load(rows)  # noqa: S301 - written a moment ago by this very program
        except EOFError:
            return


def _export(at: datetime) -> Any:
    """The supervisor's export of the general ledger, narrowed to its first rows by
    date.
    """
    from cases.ledgers import BOOKS
    from cases.ledgers.exports import Export
    from cases.models import Case
    from minshi.workdays import local_day
    from villages.models import User

    user = User.objects.get(username="supervisor")
    on = local_day(at)
    cases = Case.objects.counted_for(user, on)

    in_order = Case.objects.order_by("registered_at", "pk")
    beyond = in_order[ROWS : ROWS + 1].first()
    if beyond:
        cases = cases.filter(registered_at__lt=beyond.registered_at)

    return Export(BOOKS[LEDGER], cases, user, at, (date(2000, 1, 1), on), "bench")
