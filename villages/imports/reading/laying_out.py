"""A process of its own in which a workbook is laid out: the program of `apart`.

A file made to do harm makes the reader of workbooks ask for memory without an end, and
Rust then ends the process it is in. Here it ends nothing else. Nothing of ours and
nothing of Django is imported, so that it starts in a tenth of a second.

It is given limits as arguments and the file as its input. It writes one value after
another: the rows of a sheet in batches, each as ("rows", rows), then the sheet as
("sheet", name, merged ranges), and ("end",) behind the last; or ("refused", why).
"""

import io
import pickle
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

BATCH = 1_000  # rows


@dataclass(frozen=True)
class Limits:
    """Of memory, of the processor's time, of each sheet, and of all sheets: cells of
    six kilobytes may share one text and be gigabytes for whoever takes them in.
    """

    megabytes: int
    seconds: int
    sheets: int
    rows: int
    columns: int
    empty_rows: int  # that follow each other: there a sheet ends
    merged: int  # ranges
    cells: int  # of all sheets
    characters: int  # likewise


class TooLargeError(Exception):
    """There is more in the book than may be handed on."""


@dataclass
class Left:
    """What may still be handed on."""

    cells: int
    characters: int

    def take(self, row: list[Any]) -> None:
        """Count a row. TooLargeError: it is one too many."""
        self.cells -= len(row)
        for cell in row:
            if isinstance(cell, str):
                self.characters -= len(cell)
        if self.cells < 0 or self.characters < 0:
            raise TooLargeError


def main(limits: Limits) -> None:
    # on a Mac it cannot be set
    if sys.platform == "linux":
        most_bytes = limits.megabytes << 20
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it would hold names

    for value in _book(sys.stdin.buffer.read(), limits):
        pickle.dump(value, sys.stdout.buffer)


def _book(content: bytes, limits: Limits) -> Iterator[tuple[Any, ...]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    left = Left(limits.cells, limits.characters)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if len(book.sheet_names) > limits.sheets:
            yield ("refused", "sheets")
            return

        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            merged = sheet.merged_cell_ranges or ()
            if len(merged) > limits.merged:
                yield ("refused", "merged")
                return

            yield from _rows(sheet.iter_rows(), limits, left)
            yield ("sheet", name, [(*first, *last) for first, last in merged])
        yield ("end",)
    except PasswordError:
        yield ("refused", "password")
    except TooLargeError:
        yield ("refused", "large")
    except (CalamineError, OSError, ValueError, MemoryError):
        yield ("refused", "damaged")


def _rows(
    found: Iterator[list[Any]], limits: Limits, left: Left
) -> Iterator[tuple[Any, ...]]:
    """Yield rows in batches: one more than there may be, so that it is noticed."""
    batch: list[list[Any]] = []
    empty = 0
    for number, cells in enumerate(found):
        is_empty = all(cell == "" for cell in cells)
        empty = empty + 1 if is_empty else 0
        if number > limits.rows or empty > limits.empty_rows:
            break
        row = cells[: limits.columns]
        left.take(row)
        batch.append(row)
        if len(batch) == BATCH:
            yield ("rows", batch)
            batch = []
    yield ("rows", batch)


if __name__ == "__main__":
    main(Limits(*map(int, sys.argv[1:])))
