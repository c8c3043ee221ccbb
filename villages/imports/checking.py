"""A file as it is read and checked, batch by batch.

To open a large file takes seconds, and so does to meet again the rows that were checked
before. A worker that gives way to other jobs therefore remembers the file until its
next turn; another worker that goes on meets the rows it has not seen.
"""

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from villages.imports.entries import Entry, Problem, cells_of, entry_of, stored_problems
from villages.imports.kinds import KINDS
from villages.imports.kinds.base import without_part_begun
from villages.imports.listing import Listed, listed_rows
from villages.imports.mapping import papers_in, places_of
from villages.imports.reading import open_file
from villages.models import ImportRow, ImportRun
from villages.models.imports import ImportState, Verdict

BATCH = 1000  # rows


@dataclass(frozen=True)
class Checked:
    """The next rows of a file with what was found in them, still to be stored."""

    read_as: tuple[Any, ...]
    after: int  # rows that stand before them
    total: int = 0  # rows of the file
    rows: list[ImportRow] = field(default_factory=list)
    refusal: str = ""  # why the file cannot be read


class OpenedFile:
    """The rows of a run's file, and what was met in them so far.

    RuleBroken: it cannot be read.
    """

    def __init__(self, run: ImportRun, at: datetime) -> None:
        content = ImportRun.objects.values_list("content", flat=True).get(pk=run.pk)
        self.read_as = read_as(run)
        self.kind = KINDS[run.kind]
        self.around: Any = self.kind.around(run, at)
        sheets = open_file(base64.b64decode(content or ""), dict(run.reading))
        self.rows = list(listed_rows(sheets, run.sheets))
        # by sheet, where numbers stand that are stored nowhere
        self.papers = [papers_in(about, run.mapping) for about in run.sheets]
        self.met = 0

    def check_next(self, run: ImportRun) -> Checked:
        """Judge the rows that come next in a run. It only reads."""
        self._meet_until(run)

        batch = self.rows[run.done : run.done + BATCH]
        rows = []
        entries = []
        for listed in batch:
            row = _row_of(run, listed, self.papers[listed.sheet])
            rows.append(row)
            if not listed.left_out:
                entries.append(entry_in(run, row, listed.cells))

        following = self._first_of(run, run.done + len(batch))
        if following:
            entries = without_part_begun(self.kind, entries, following)
            last = entries[-1].row.nth if entries else len(self.rows)
            rows = [row for row in rows if row.nth <= last]
        self.kind.judge(entries, self.around)
        for entry in entries:
            entry.write_back()
        self.met = run.done + len(rows)
        return Checked(self.read_as, run.done, len(self.rows), rows)

    def _first_of(self, run: ImportRun, begin: int) -> Entry | None:
        """Return the first row of the list that stands at `begin` or after it."""
        for nth in range(begin, len(self.rows)):
            listed = self.rows[nth]
            if not listed.left_out:
                return entry_in(run, _row_of(run, listed, ()), listed.cells)
        return None

    def _meet_until(self, run: ImportRun) -> None:
        """Meet the rows that another worker checked, to find who stands twice."""
        if self.met >= run.done:
            return
        others = run.rows.filter(nth__gt=self.met).exclude(verdict=Verdict.LEFT_OUT)
        entries = [entry_in(run, row, cells_of(row)) for row in others.order_by("nth")]
        self.kind.judge(entries, self.around)


# by key of the run, files of which this process has more to read when its turn comes
_put_aside: dict[int, OpenedFile] = {}


def put_aside(pk: int, file: OpenedFile) -> None:
    """Remember the file of a run until this process goes on with it."""
    _put_aside[pk] = file


def taken_up(pk: int) -> OpenedFile | None:
    """Return the file of a run that was put aside, and remember it no longer."""
    return _put_aside.pop(pk, None)


def forget_finished() -> None:
    """Forget files put aside that are not read any more: another worker may have ended
    them. One query where there are any, else none.
    """
    if not _put_aside:
        return
    reading = ImportRun.objects.filter(pk__in=_put_aside, state=ImportState.READING)
    for pk in set(_put_aside) - set(reading.values_list("pk", flat=True)):
        taken_up(pk)


def entry_in(run: ImportRun, row: ImportRow, cells: Any) -> Entry:
    """Return a row of a run as it is judged."""
    about = run.sheets[row.sheet]
    return entry_of(
        row,
        cells,
        KINDS[run.kind].columns_for(run.village),
        places_of(about, run.mapping),
        about["defaults"],
    )


def read_as(run: ImportRun) -> tuple[Any, ...]:
    """Return what decides how a run's file is understood."""
    return (run.file_hash, run.kind, run.reading, run.sheets, run.mapping)


def _row_of(run: ImportRun, listed: Listed, papers: Collection[int]) -> ImportRow:
    """Return a row as it is stored, its cells at `papers` empty."""
    cells = list(listed.cells)
    for place in papers:
        if place < len(cells):
            cells[place] = None

    problems = []
    if listed.left_out:
        problems.append(Problem("", listed.left_out, is_fault=False))
    return ImportRow(
        run=run,
        nth=listed.nth,
        sheet=listed.sheet,
        number=listed.number,
        raw=json.dumps(cells, ensure_ascii=False),
        verdict=Verdict.LEFT_OUT if listed.left_out else Verdict.NEW,
        problems=stored_problems(problems),
    )
