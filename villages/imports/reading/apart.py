"""Workbooks laid out in a process apart (`laying_out`), which a file that asks for all
memory ends, and not ours.
"""

import io
import logging
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from villages.imports.cells import Cell
from villages.imports.reading.recognising import (
    damaged,
    refused,
    too_many_merged,
    with_password,
)
from villages.imports.reading.sheets import (
    EMPTY_ROWS,
    MOST_COLUMNS,
    MOST_MERGED,
    MOST_ROWS,
    Merged,
)

PROGRAM = Path(__file__).with_name("laying_out.py")
# A list of inner.MOST_CELLS in 146 MB of XML took less than 640 MB, and 4 s.
MOST_MEGABYTES = 1_024
MOST_SECONDS = 60  # of the processor's time
KINDS_OF_CELLS = {each.__name__: each for each in (date, datetime, time, timedelta)}

logger = logging.getLogger(__name__)


class _Cells(pickle.Unpickler):
    """Values of cells, and nothing that could be run."""

    def find_class(self, module: str, name: str) -> Any:
        if module != "datetime" or name not in KINDS_OF_CELLS:
            raise pickle.UnpicklingError(f"No value of a cell: {module}.{name}")
        return KINDS_OF_CELLS[name]


@dataclass(frozen=True)
class LaidOut:
    """A sheet as the reader of workbooks gives it."""

    name: str
    merged: list[Merged]
    rows: list[list[Cell]]


def laid_out(content: bytes) -> Iterator[LaidOut]:
    """Return the sheets of a workbook. InputRefused: it cannot be read."""
    limits = (
        MOST_MEGABYTES,
        MOST_SECONDS,
        MOST_ROWS,
        MOST_COLUMNS,
        EMPTY_ROWS,
        MOST_MERGED,
    )
    command = [sys.executable, "-I", str(PROGRAM), *map(str, limits)]

    ended = subprocess.run(  # noqa: S603 - no shell; all of it is ours
        command, input=content, stdout=subprocess.PIPE, check=False
    )
    if ended.returncode:
        # what the process itself had to say stands in the log before
        logger.warning("A workbook ended its reader: %s", ended.returncode)
        raise damaged()
    return _sheets(ended.stdout)


def _sheets(written: bytes) -> Iterator[LaidOut]:
    rows: list[list[Cell]] = []
    values = io.BytesIO(written)
    while values.tell() < len(written):
        match _Cells(values).load():
            case ("rows", batch):
                rows += batch
            case ("sheet", name, merged):
                yield LaidOut(name, merged, rows)
                rows = []
            case ("refused", "password"):
                raise refused(with_password())
            case ("refused", "merged"):
                raise refused(too_many_merged())
            case _:
                raise damaged()
