"""Workbooks laid out in a process apart (`laying_out`), which a file that asks for all
memory ends, and not ours.
"""

import logging
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from threading import Timer
from typing import IO, Any

from villages.imports.cells import Cell
from villages.imports.reading.recognising import (
    damaged,
    refused,
    too_large,
    too_many_merged,
    too_many_sheets,
    with_password,
)
from villages.imports.reading.sheets import (
    EMPTY_ROWS,
    MOST_COLUMNS,
    MOST_MERGED,
    MOST_ROWS,
    MOST_SHEETS,
    Merged,
)

PROGRAM = Path(__file__).with_name("laying_out.py")
# A list of inner.MOST_CELLS in 146 MB of XML took less than 640 MB, and 4 s.
MOST_MEGABYTES = 1_024
MOST_SECONDS = 60  # of the processor's time
LONGEST_WAIT = 180  # seconds, where others want the processor as well
# Over all sheets, for we hold all that comes back. A list of 100,000 rows has 300
# characters a row.
MOST_CELLS = 5_000_000
MOST_CHARACTERS = 30_000_000
# What they take at most as they come back: 4 bytes a character, 20 a cell. Where more
# comes, the process does not do as it should.
MOST_BYTES = 256 << 20
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


class _Pipe:
    """What the process writes, read up to MOST_BYTES."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.left = MOST_BYTES

    def read(self, size: int) -> bytes:
        self._refuse_more_than_left(size)
        read = self.source.read(size)
        self.left -= len(read)
        return read

    def readline(self) -> bytes:
        read = self.source.readline(self.left + 1)
        self._refuse_more_than_left(len(read))
        self.left -= len(read)
        return read

    def _refuse_more_than_left(self, size: int) -> None:
        if size > self.left:
            raise refused(too_large())


def laid_out(content: bytes) -> Iterator[LaidOut]:
    """Yield the sheets of a workbook. InputRefused: it cannot be read.

    The process takes in the whole file before it writes anything, so that the two never
    wait for each other. It is ended with the reading, however that ends.
    """
    limits = (
        MOST_MEGABYTES,
        MOST_SECONDS,
        MOST_SHEETS,
        MOST_ROWS,
        MOST_COLUMNS,
        EMPTY_ROWS,
        MOST_MERGED,
        MOST_CELLS,
        MOST_CHARACTERS,
    )
    command = [sys.executable, "-I", str(PROGRAM), *map(str, limits)]

    with subprocess.Popen(  # noqa: S603 - no shell; all of it is ours
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        ends_it = Timer(LONGEST_WAIT, process.kill)
        ends_it.start()
        try:
            yield from _sheets_from(process, content)
        finally:
            ends_it.cancel()
            process.kill()


def _sheets_from(process: subprocess.Popen[bytes], content: bytes) -> Iterator[LaidOut]:
    """Give the process the file and yield what it makes of it. InputRefused: it says
    so, or it ended otherwise than with the last sheet.
    """
    if process.stdin is None or process.stdout is None:
        raise TypeError("The process has no pipes.")
    with suppress(BrokenPipeError), process.stdin as given:
        given.write(content)

    broken_off: Exception | None = None
    try:
        yield from _sheets(_Pipe(process.stdout))
    except (EOFError, pickle.UnpicklingError) as error:
        broken_off = error
    if process.wait() or broken_off:
        # what the process itself had to say stands in the log before
        logger.warning("A workbook ended its reader: %s", process.returncode)
        raise damaged() from broken_off


def _sheets(written: _Pipe) -> Iterator[LaidOut]:
    rows: list[list[Cell]] = []
    while True:
        match _Cells(written).load():
            case ("rows", batch):
                rows += batch
            case ("sheet", name, merged):
                yield LaidOut(name, merged, rows)
                rows = []
            case ("end",):
                return
            case ("refused", "password"):
                raise refused(with_password())
            case ("refused", "merged"):
                raise refused(too_many_merged())
            case ("refused", "sheets"):
                raise refused(too_many_sheets())
            case ("refused", "large"):
                raise refused(too_large())
            case _:
                raise damaged()
