"""Working through an import in batches: reading and checking, entering, taking back,
making one-time passwords anew.

Each batch is one transaction under a lock of the run, which stands at the next row
afterwards: a break goes on there, and two workers at once do nothing twice. SQLite has
one lock for all that is written, so whatever takes long is done before the transaction,
and between two batches others have their turn.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic, sleep

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from minshi.errors import RuleBroken
from villages.accounts import OneTimePassword
from villages.imports.checking import (
    BATCH,
    Checked,
    OpenedFile,
    entry_in,
    put_aside,
    read_as,
    taken_up,
)
from villages.imports.entries import Entry, cells_of, undo_of
from villages.imports.kinds import KINDS, Kind
from villages.imports.kinds.base import Around, without_part_begun
from villages.imports.passwords import renew_some
from villages.models import ImportRow, ImportRun, Town
from villages.models.imports import AT_WORK, ImportState, Verdict

# A worker that was killed is followed by another after so long.
LEASE = timedelta(minutes=2)
# A list that failed lets others go first for so long.
PUT_OFF = timedelta(minutes=10)
# One that failed so often in a row is given up.
MOST_FAILURES = 3
FAILURES = "failures"  # among the counts of a run, until it goes on
# Of rows entered or taken back, others wait for so few where there is one lock: for a
# fortieth of a second of work.
BATCH_UNDER_ONE_LOCK = 25
# After each batch others have SQLite for as long as it had it, between these. Whoever
# waits looks again every 100 ms at the latest, and so finds it free at the first pause.
SHORTEST_PAUSE = 0.11  # seconds
LONGEST_PAUSE = 1.0
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
                work.stop_for_now()
                break
            if run.is_at_work:
                work.let_others_write()
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
    in and waits for people. One of which passwords were being made anew stays in.
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
    elif run.state == ImportState.RENEWING:
        run.state = ImportState.ENTERED
        run.trouble = _(
            "Not all one-time passwords could be made anew: something went wrong here"
            " several times. Whoever runs the server finds the reason in the log."
        )


class _Work:
    """One worker's way through one run."""

    def __init__(self, pk: int) -> None:
        self.pk = pk
        self.file = taken_up(pk)
        self.passwords: list[OneTimePassword] = []  # hashed while nothing was locked
        self.wrote_for = 0.0  # seconds that the last batch kept others from writing
        self.steps: dict[str, Callable[[ImportRun, datetime], None]] = {
            ImportState.ENTERING: self._enter,
            ImportState.RENEWING: self._renew,
            ImportState.TAKING_BACK: self._take_back,
        }

    def do_batch(self, at: datetime) -> ImportRun | None:
        """Do one batch; None where nothing is left to do.

        1. Judge the next rows of a file that is read, or hash the next one-time
           passwords, while nothing is locked.
        2. Lock the run, and do what it waits for now.
        3. Note how far it is.
        """
        waiting_run = self._unlocked()
        found = self._read_ahead(waiting_run, at)
        self.passwords = _hash_ahead(waiting_run)

        with transaction.atomic():
            begun = monotonic()
            run = self._locked()
            if run.state not in AT_WORK:
                return None

            if run.counts.pop(FAILURES, 0) and run.trouble == _went_wrong():
                run.trouble = ""
            if run.state == ImportState.READING:
                self._store(found, run)
            else:
                self.steps[run.state](run, at)
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
        self.wrote_for = monotonic() - begun
        return run

    def _unlocked(self) -> ImportRun:
        runs = ImportRun.objects.select_related("town", "village", "by")
        return runs.defer("content", "samples").get(pk=self.pk)

    def _locked(self) -> ImportRun:
        runs = ImportRun.objects.select_related("town", "village", "by")
        locked = runs.select_for_update(of=("self",), no_key=True)
        return locked.defer("content", "samples").get(pk=self.pk)

    def let_others_write(self) -> None:
        """Pause for as long as the last batch kept others from writing, within
        SHORTEST_PAUSE and LONGEST_PAUSE. Only SQLite keeps anybody: who waits there
        stands in no queue, and would miss the moment between two batches for as long as
        the list is.
        """
        if connection.vendor == "sqlite":
            pause = max(self.wrote_for, SHORTEST_PAUSE)
            sleep(min(pause, LONGEST_PAUSE))

    def stop_for_now(self) -> None:
        """Give way to other jobs; a file that is half read is at hand the next time."""
        if self.file:
            put_aside(self.pk, self.file)

    # --- reading and checking

    def _read_ahead(self, run: ImportRun, at: datetime) -> Checked | None:
        """Judge the next rows of a file that is being read; None where it is not."""
        if run.state != ImportState.READING:
            return None

        try:
            if self.file is None or self.file.read_as != read_as(run):
                self.file = OpenedFile(run, at)
        except RuleBroken as refusal:
            return Checked(read_as(run), run.done, refusal=str(refusal))
        return self.file.check_next(run)

    def _store(self, found: Checked | None, run: ImportRun) -> None:
        """Store rows that were judged. Where another worker, or new columns, came
        before them, nothing is stored, and the next batch looks again.
        """
        if found is None or found.after != run.done or found.read_as != read_as(run):
            return
        if found.refusal:
            run.state = ImportState.FAILED
            run.trouble = found.refusal[:300]
            return

        ImportRow.objects.bulk_create(found.rows)
        run.total = found.total
        run.done += len(found.rows)
        if run.done >= run.total:
            run.state = ImportState.CHECKED
            run.counts = counted(run)

    # --- entering

    def _enter(self, run: ImportRun, at: datetime) -> None:
        """Judge the next rows once more, as things stand now, and put them in."""
        kind = KINDS[run.kind]
        _lock(run)
        wanted = run.rows.filter(
            verdict__in=(Verdict.NEW, Verdict.CHANGED), is_entered=False
        )
        at_once = _at_once(kind)
        rows = list(wanted.order_by("nth")[: at_once + 1])
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

        entries = [entry_in(run, row, cells_of(row)) for row in rows]
        if len(entries) > at_once:
            following = entries.pop()
            entries = without_part_begun(kind, entries, following)
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
        run.done += len(entries)
        refused = [entry for entry in due if entry.has_fault]
        if refused and not run.good_only:
            _give_up(run, refused[0])

    # --- making one-time passwords anew

    def _renew(self, run: ImportRun, at: datetime) -> None:
        """Give the next accounts the one-time passwords that were hashed for them."""
        seen = renew_some(run, self.passwords, at)
        run.done += seen
        if not seen:
            run.state = ImportState.ENTERED

    # --- taking back

    def _take_back(self, run: ImportRun, at: datetime) -> None:
        """Undo the rows that were entered last."""
        kind = KINDS[run.kind]
        _lock(run)
        entered = run.rows.filter(is_entered=True, kept_because="")
        rows = list(entered.order_by("-nth")[: _at_once(kind)])
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


def _hash_ahead(run: ImportRun) -> list[OneTimePassword]:
    """Return the next one-time passwords of a list of which they are made anew; none
    otherwise.
    """
    if run.state != ImportState.RENEWING:
        return []
    wanted = min(_at_once(KINDS[run.kind]), run.total - run.done)
    return [OneTimePassword.new() for _nth in range(wanted)]


def _at_once(kind: Kind) -> int:
    """Return how many rows of a kind are entered, or taken back, together."""
    if connection.vendor == "sqlite":
        return min(BATCH, kind.at_once, BATCH_UNDER_ONE_LOCK)
    return min(BATCH, kind.at_once)


def counted(run: ImportRun) -> dict[str, int]:
    """Count the rows of a run by verdict, those entered, and those kept."""
    found = run.rows.order_by().values_list("verdict").annotate(count=Count("pk"))
    counts: dict[str, int] = dict(found)
    counts["entered"] = run.rows.filter(is_entered=True).count()
    counts["kept"] = run.rows.exclude(kept_because="").count()
    return counts


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
