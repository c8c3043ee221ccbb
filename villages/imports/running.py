"""Working through an import in batches: reading and checking, entering, taking back.

Each batch is one transaction under a lock of the run, which stands at the next row
afterwards: a break goes on there, and two workers at once do nothing twice.
"""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from minshi.errors import RuleBroken
from villages.imports.entries import (
    Entry,
    Problem,
    cells_of,
    entry_of,
    stored_problems,
    undo_of,
)
from villages.imports.kinds import KINDS, Kind
from villages.imports.kinds.base import Around
from villages.imports.listing import Listed, listed_rows
from villages.imports.mapping import places_of
from villages.imports.reading import open_file
from villages.models import ImportRow, ImportRun, Town
from villages.models.imports import AT_WORK, ImportState, Verdict

BATCH = 1000
# A worker that was killed is followed by another after so long.
LEASE = timedelta(minutes=2)
# A list that failed lets others go first for so long.
PUT_OFF = timedelta(minutes=10)
# One that failed so often in a row is given up.
MOST_FAILURES = 3
FAILURES = "failures"  # among the counts of a run, until it goes on
WRITTEN = ("verdict", "problems", "undo", "is_entered", "kept_because")

Clock = Callable[[], datetime]
Shown = Callable[[ImportRun], object]


def waiting(at: datetime) -> list[int]:
    """Return the keys of the imports that wait for a worker, the oldest first."""
    runs = ImportRun.objects.filter(_is_free(at), state__in=AT_WORK)
    return list(runs.order_by("at").values_list("pk", flat=True))


def _is_free(at: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lt=at)


def work_through(
    pk: int,
    clock: Clock,
    shown: Shown | None = None,
    *,
    until: datetime | None = None,
) -> bool:
    """Do whatever an import waits for, and return whether this worker had it. `until`
    is when it gives way to other jobs.

    1. Claim it, or leave it to the worker that has it.
    2. Do batch after batch, and tell `shown` after each.
    3. Give it up again, also where a batch failed.
    """
    at = clock()
    runs = ImportRun.objects.filter(pk=pk, state__in=AT_WORK)
    if not runs.filter(_is_free(at)).update(claimed_until=at + LEASE):
        return False

    work = _Work(pk)
    free_at = None
    try:
        while run := work.do_batch(clock()):
            if shown:
                shown(run)
            if until and clock() >= until:
                break
    except (OperationalError, InterfaceError):
        raise  # the database is gone: no fault of the list
    except Exception:
        free_at = clock() + PUT_OFF
        _note_failure(pk)
        raise
    finally:
        ImportRun.objects.filter(pk=pk).update(claimed_until=free_at)
    return True


@transaction.atomic
def _note_failure(pk: int) -> None:
    """Say on its page that a list could not be worked on.

    One that was only being read is over. One that is half in goes on later; after
    MOST_FAILURES in a row it is taken back, and where that fails as often it stays half
    in and waits for people.
    """
    locked = ImportRun.objects.select_for_update(no_key=True)
    run = locked.defer("content", "samples").get(pk=pk)
    run.trouble = run.trouble or _went_wrong()

    if run.state == ImportState.READING:
        run.state = ImportState.FAILED
    else:
        run.counts[FAILURES] = run.counts.get(FAILURES, 0) + 1
        if run.counts[FAILURES] >= MOST_FAILURES:
            _give_up_failing(run)
    run.save(update_fields=["state", "counts", "done", "trouble"])


def _went_wrong() -> str:
    return _("Something went wrong here; whoever runs the server finds it in the log.")


def _give_up_failing(run: ImportRun) -> None:
    """Let a list that fails again and again do so no more."""
    del run.counts[FAILURES]
    if run.state == ImportState.ENTERING:
        words = _(
            "This list could not be entered: something went wrong here several times."
            " What was in is taken back as far as it can be; whoever runs the server"
            " finds the reason in the log."
        )
        _take_out(run, words)
    elif run.state == ImportState.TAKING_BACK:
        run.state = ImportState.FAILED
        run.trouble = _(
            "Rows of this list are in and could not be taken back: something went wrong"
            " here several times. Whoever runs the server finds the reason in the log."
        )


class _Work:
    """One worker's way through one run; what it has read once it keeps."""

    def __init__(self, pk: int) -> None:
        self.pk = pk
        self.steps: dict[str, Callable[[ImportRun, datetime], None]] = {
            ImportState.READING: self._read,
            ImportState.ENTERING: self._enter,
            ImportState.TAKING_BACK: self._take_back,
        }
        self._around: Any = None

    def do_batch(self, at: datetime) -> ImportRun | None:
        """Do one batch; None where nothing is left to do."""
        with transaction.atomic():
            locked = ImportRun.objects.select_for_update(of=("self",), no_key=True)
            run = (
                locked.select_related("town", "village", "by")
                .defer("content", "samples")
                .get(pk=self.pk)
            )
            step = self.steps.get(run.state)
            if step is None:
                return None

            if run.counts.pop(FAILURES, 0) and run.trouble == _went_wrong():
                run.trouble = ""
            step(run, at)
            run.claimed_until = at + LEASE
            run.save(
                update_fields=[
                    "state",
                    "counts",
                    "done",
                    "total",
                    "trouble",
                    "entered_at",
                    "taken_back_at",
                    "claimed_until",
                ]
            )
        return run

    # --- reading and checking

    @cached_property
    def _rows(self) -> list[Listed]:
        run = ImportRun.objects.get(pk=self.pk)
        sheets = open_file(base64.b64decode(run.content or ""), dict(run.reading))
        return list(listed_rows(sheets, run.sheets))

    def _read(self, run: ImportRun, at: datetime) -> None:
        """Store and judge the next rows of the file."""
        kind = KINDS[run.kind]
        try:
            around = self._what_is_around(run, at)
            rows = self._rows
        except RuleBroken as refusal:
            run.state = ImportState.FAILED
            run.trouble = str(refusal)[:300]
            return

        batch = list(islice(rows, run.done, run.done + BATCH))
        entries = []
        stored = []
        for listed in batch:
            row = _row_of(run, listed)
            stored.append(row)
            if not listed.left_out:
                entries.append(_entry(run, kind, row, listed.cells))

        kind.judge(entries, around)
        for entry in entries:
            entry.write_back()
        ImportRow.objects.bulk_create(stored)

        run.total = len(rows)
        run.done += len(batch)
        if run.done >= run.total:
            run.state = ImportState.CHECKED
            run.counts = counted(run)

    def _what_is_around(self, run: ImportRun, at: datetime) -> Any:
        """Return what the kind knows of the place: read once, for of a file's rows it
        remembers those it met.
        """
        if self._around is None:
            self._around = KINDS[run.kind].around(run, at)
            self._meet_earlier_rows(run)
        return self._around

    def _meet_earlier_rows(self, run: ImportRun) -> None:
        """Let a worker that goes on know the rows before its own, so that it finds who
        stands twice.
        """
        if run.state != ImportState.READING or not run.done:
            return
        kind = KINDS[run.kind]
        rows = run.rows.exclude(verdict=Verdict.LEFT_OUT).order_by("nth")
        entries = [_entry(run, kind, row, cells_of(row)) for row in rows]
        kind.judge(entries, self._around)

    # --- entering

    def _enter(self, run: ImportRun, at: datetime) -> None:
        """Judge the next rows once more, as things stand now, and put them in."""
        kind = KINDS[run.kind]
        _lock(run)
        wanted = run.rows.filter(
            verdict__in=(Verdict.NEW, Verdict.CHANGED), is_entered=False
        )
        rows = list(wanted.order_by("nth")[: min(BATCH, kind.at_once)])
        if not rows:
            run.state = ImportState.ENTERED
            run.entered_at = at
            run.counts = counted(run)
            ImportRun.objects.filter(pk=run.pk).update(content="", samples="")
            return

        try:
            around = kind.around(run, at)
        except RuleBroken as refusal:
            words = _("This list cannot be entered any more: %(fault)s")
            _take_out(run, words % {"fault": refusal})
            return

        entries = [_entry(run, kind, row, cells_of(row)) for row in rows]
        kind.judge(entries, around)
        due = [
            entry
            for entry in entries
            if entry.verdict in (Verdict.NEW, Verdict.CHANGED)
        ]
        faulty = [entry for entry in entries if entry.has_fault]
        if faulty and not run.good_only:
            _write(faulty)
            _give_up(run, faulty[0])
            return

        kind.put_in(due, around)
        for entry in due:
            entry.row.is_entered = not entry.has_fault
        _write(entries)
        run.done += len(rows)
        refused = [entry for entry in due if entry.has_fault]
        if refused and not run.good_only:
            _give_up(run, refused[0])

    # --- taking back

    def _take_back(self, run: ImportRun, at: datetime) -> None:
        """Undo the rows that were entered last."""
        kind = KINDS[run.kind]
        _lock(run)
        entered = run.rows.filter(is_entered=True, kept_because="")
        rows = list(entered.order_by("-nth")[: min(BATCH, kind.at_once)])
        if not rows:
            run.state = ImportState.TAKEN_BACK
            run.taken_back_at = at
            run.counts = counted(run)
            return

        undone = [(row, undo_of(row)) for row in rows]
        kept = kind.take_back(undone, Around.of(run, at))
        for row in rows:
            row.kept_because = kept.get(row.pk, "")[:120]
            row.is_entered = row.pk in kept
        _save(rows)
        run.done += len(rows)


def counted(run: ImportRun) -> dict[str, int]:
    """Count the rows of a run by verdict, those entered, and those kept."""
    found = run.rows.order_by().values_list("verdict").annotate(count=Count("pk"))
    counts: dict[str, int] = dict(found)
    counts["entered"] = run.rows.filter(is_entered=True).count()
    counts["kept"] = run.rows.exclude(kept_because="").count()
    return counts


def _row_of(run: ImportRun, listed: Listed) -> ImportRow:
    problems = []
    if listed.left_out:
        problems.append(Problem("", listed.left_out, is_fault=False))
    return ImportRow(
        run=run,
        nth=listed.nth,
        sheet=listed.sheet,
        number=listed.number,
        raw=json.dumps(listed.cells, ensure_ascii=False),
        verdict=Verdict.LEFT_OUT if listed.left_out else Verdict.NEW,
        problems=stored_problems(problems),
    )


def _entry(run: ImportRun, kind: Kind, row: ImportRow, cells: Any) -> Entry:
    about = run.sheets[row.sheet]
    return entry_of(
        row,
        cells,
        kind.columns_for(run.village),
        places_of(about, run.mapping),
        about["defaults"],
    )


def _lock(run: ImportRun) -> None:
    """Let lists of one town be entered one batch at a time. Matters taken down there
    meanwhile do not wait: the key of the town stays free to be named.
    """
    Town.objects.select_for_update(no_key=True).get(pk=run.town_id)


def _give_up(run: ImportRun, first: Entry) -> None:
    """Take back whatever is in: all of a list was to go in, or nothing of it."""
    words = _(
        "Row %(row)s cannot be entered any more: %(fault)s Everything was taken back."
    )
    if not KINDS[run.kind].can_be_taken_back:
        words = _(
            "Row %(row)s cannot be entered any more: %(fault)s What was entered before"
            " it stays."
        )
    _take_out(run, words % {"row": first.row.number, "fault": first.first_fault})


def _take_out(run: ImportRun, why: str) -> None:
    """Have the rows taken back that are in, and say why."""
    run.trouble = why[:300]
    run.state = ImportState.TAKING_BACK
    run.done = 0


def _write(entries: Sequence[Entry]) -> None:
    _save([entry.write_back() for entry in entries])


def _save(rows: Sequence[ImportRow]) -> None:
    """Write rows that are there, all in one statement a batch."""
    ImportRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN
    )
