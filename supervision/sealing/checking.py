"""The comparison of everything with its history: cases, logs, numbers, kept heads."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import Case, FrozenLedger
from cases.workflow.findings import Finding
from cases.workflow.proof import check_cases, check_numbers
from minshi import workdays
from minshi.locks import broken_locks, planted
from minshi.written import written_otherwise
from supervision.installation import brought_up_at
from supervision.models import HistoryCheck, Log, Seal
from supervision.sealing.closed import check_closed
from supervision.sealing.findings import LogWrong
from supervision.sealing.guards import OF_UNREADABLE_ROWS, guarded
from supervision.sealing.heads import (
    Head,
    Unreadable,
    file_of_heads,
    file_of_newest,
    heads_now,
    keep,
    keep_newest,
    kept_lines,
    newest_line,
)
from supervision.sealing.logins import check_logins
from supervision.sealing.logs import SOURCES
from supervision.sealing.looks import check_looks, look_at_once
from supervision.sealing.noted import note_check
from supervision.sealing.seals import (
    LATE,
    digest_of,
    floor_of,
    hash_of,
    newest_are_missing,
    seal_logs,
)
from supervision.sealing.spans import keys_in
from supervision.sealing.telling import tell_auditors
from villages.models import OpenLogin

MOST = 200  # findings that are named; the others are counted
SEALS = 500  # read at once


@dataclass
class Result:
    """What a check went through, and what it found."""

    cases: int = 0
    rows: Counter[Log] = field(default_factory=Counter)
    found: int = 0
    findings: list[Finding] = field(default_factory=list)  # the first of them

    def note(self, finding: Finding) -> None:
        self.found += 1
        if len(self.findings) < MOST:
            self.findings.append(finding)


def check_everything(at: datetime) -> Result:
    """Compare cases with their events, the logs with their seals, the numbers given
    with the cases that are there, what was closed for good with the audit log, the
    seals with the heads kept elsewhere, the triggers of the database with those that
    keep history from being changed, beside which there are to be none, and the moments
    at which somebody looks at what is under way with those that the rules give, and the
    log-ins that are open with those that the program let in.

    Memory stays flat however much there is. Nothing is written. A value that cannot be
    read is a finding: it ends the check of its own row, or of its own part, alone.
    """
    result = Result()
    parts = [
        (Case._meta.verbose_name_plural, _check_cases(result)),
        (pgettext("history", "numbers of cases"), check_numbers()),
        (FrozenLedger._meta.verbose_name_plural, check_closed()),
        *((log.label, _check_log(log, at, result)) for log in Log),
        (OpenLogin._meta.verbose_name_plural, check_logins(at)),
        (pgettext("history", "when somebody looks next"), check_looks(at)),
        (file_of_heads().parent.name, _check_heads()),
        (file_of_newest().name, _check_newest(at)),
        (pgettext("history", "locks of the database"), _check_locks()),
    ]
    for name, findings in parts:
        for finding in guarded(str(name), findings):
            result.note(finding)
    return result


def _check_cases(result: Result) -> Iterator[Finding]:
    for findings in check_cases(Case.objects.all()):
        result.cases += 1
        yield from findings


def _check_locks() -> Iterator[Finding]:
    for lock in broken_locks():
        yield Finding(lock, LogWrong.UNLOCKED)
    for each in planted():
        yield Finding(f"{each.name}（{each.on}）", LogWrong.PLANTED)


def check_history(at: datetime) -> HistoryCheck:
    """Compare everything, seal what is new, keep the heads of the day, and tell the
    auditors.

    1. Compare. What was sealed since it was written is compared with its seal: sealing
       comes first by design, within a minute, so that little time is left to change a
       row before.
    2. Seal what came in during the comparison, so that the heads cover it.
    3. Keep the heads outside of the database; a file that was damaged stays as it is,
       and is a finding.
    4. Let the next sweep look at what was put off.
    5. Note the check, with a seal of its own, and write to the auditors.
    """
    result = check_everything(at)
    with suppress(*OF_UNREADABLE_ROWS):  # found by the comparison already
        seal_logs(at)
    keep_newest(at)  # anew, where they were missing

    heads = heads_now()
    day = workdays.local_day(at)
    kept_on = None
    with suppress(Unreadable):  # found, too
        keep(heads, day)
        kept_on = day
    with suppress(*OF_UNREADABLE_ROWS):
        look_at_once(at)

    check = HistoryCheck(
        at=at,
        cases=result.cases,
        found=result.found,
        findings=[str(finding) for finding in result.findings],
        heads=[str(head) for head in heads],
        kept_on=kept_on,
    )
    note_check(check, at=at)
    tell_auditors(check, at)
    return check


def last_check() -> HistoryCheck | None:
    return HistoryCheck.objects.first()


def found_last() -> int:
    """Return in how many places the last check found what does not fit."""
    check = last_check()
    return check.found if check else 0


# --- the logs


def _check_log(log: Log, at: datetime, result: Result) -> Iterator[Finding]:
    """Yield what does not fit of a log: its seals in their order, then their rows, then
    rows that are under none.

    Rows younger than the last hour may still wait for their seal.
    """
    so_far = _LogSoFar(log, _floor_to_check(log, at))
    for key, seal, is_as_written in _seals_of(log):
        where = f"{Seal._meta.verbose_name} {key}（{log.label}）"
        findings = so_far.findings_of(seal, is_as_written=is_as_written)
        yield from guarded(where, findings)
    result.rows[log] += so_far.rows

    old = SOURCES[log].rows().filter(pk__lte=so_far.floor)
    if old.count() > so_far.under_floor:
        yield Finding(str(log.label), LogWrong.ROWS_ADDED)
    if so_far.sequence == 0 and _should_be_sealed(log, at):
        yield Finding(str(log.label), LogWrong.UNSEALED)


def _floor_to_check(log: Log, at: datetime) -> int:
    """Return the key below which no row is new; 0 where the seal that says it cannot be
    read, which is a finding of its own.
    """
    try:
        return int(floor_of(log, at))
    except OF_UNREADABLE_ROWS:
        return 0


@dataclass
class _LogSoFar:
    """A log as far as it was compared with its seals."""

    log: Log
    floor: int
    sequence: int = 0
    previous: str = ""  # hash of the last seal
    rows: int = 0
    under_floor: int = 0

    def findings_of(
        self, seal: Seal | None, *, is_as_written: bool
    ) -> Iterator[Finding]:
        """Yield what does not fit of the next seal and of the rows under it. Raises
        what `guarded` takes for a value that cannot be read.
        """
        self.sequence += 1
        if seal is None:
            self.previous = ""
            raise ValueError("This seal cannot be read.")

        sealed_at = timezone.localtime(seal.at)
        where = f"{self.log.label} {seal.sequence}（{sealed_at:%Y-%m-%d %H:%M}）"
        if (seal.sequence, seal.previous_hash) != (self.sequence, self.previous):
            yield Finding(where, LogWrong.SEAL_GONE)
            self.sequence = seal.sequence
        self.previous = seal.hash
        if seal.hash != hash_of(seal) or not is_as_written:
            yield Finding(where, LogWrong.SEAL)
            return

        yield from self._rows_at_fault(seal, where)

    def _rows_at_fault(self, seal: Seal, where: str) -> Iterator[Finding]:
        source = SOURCES[self.log]
        keys = keys_in(seal.rows)
        try:
            there = source.read(keys)
        except OF_UNREADABLE_ROWS:
            present = source.rows().filter(pk__in=keys, pk__lte=self.floor)
            self.under_floor += present.count()
            yield Finding(where, LogWrong.UNREADABLE)
            return

        self.rows += len(there)
        self.under_floor += sum(1 for key in there if key <= self.floor)
        if len(there) < len(keys):
            gone = _("%(where)s, %(gone)s of %(count)s") % {
                "where": where,
                "gone": len(keys) - len(there),
                "count": len(keys),
            }
            yield Finding(gone, LogWrong.ROWS_GONE)
            return

        is_changed = seal.digest != digest_of(self.log, keys, there)
        if is_changed or source.written_otherwise(keys):
            yield Finding(where, LogWrong.ROWS_CHANGED)


def _should_be_sealed(log: Log, at: datetime) -> bool:
    """Return if a log has rows that were to be sealed an hour ago and more.

    Where the program was installed or brought up to date within that hour, the job that
    seals may not have had its turn.
    """
    if brought_up_at() > at - LATE:
        return False
    return SOURCES[log].until(at - LATE).exists()


def _seals_of(log: Log) -> Iterator[tuple[int, Seal | None, bool]]:
    """Yield the seals of a log in their order, from the lowest number there is: the key
    of each, the seal or None where a value of it cannot be read, and whether it is
    stored in the form in which we write it.
    """
    in_order = Seal.objects.filter(log=log).order_by("sequence", "pk")
    left = in_order.values_list("pk", flat=True).iterator()
    while keys := list(islice(left, SEALS)):
        seals = _readable(keys)
        for key in keys:
            seal, is_as_written = seals.get(key, (None, False))
            yield key, seal, is_as_written


def _readable(keys: list[int]) -> dict[int, tuple[Seal, bool]]:
    """Return the seals that can be read, by key, each with whether it is stored in the
    form in which we write it: all in two queries, or each alone.
    """
    try:
        return _read(keys)
    except OF_UNREADABLE_ROWS:
        pass

    seals: dict[int, tuple[Seal, bool]] = {}
    for key in keys:
        with suppress(*OF_UNREADABLE_ROWS):
            seals |= _read([key])
    return seals


def _read(keys: list[int]) -> dict[int, tuple[Seal, bool]]:
    rows = Seal.objects.filter(pk__in=keys)
    in_other_form = written_otherwise(rows)
    return {seal.pk: (seal, seal.pk not in in_other_form) for seal in rows}


# --- the heads kept elsewhere


def _check_heads() -> Iterator[Finding]:
    """Yield where the database is not the one whose heads of a day were kept."""
    last_day = ""
    try:
        for line in kept_lines():
            last_day = max(last_day, line.day)  # a clock may have been set back
            for head in line.heads:
                yield from _check_head(head, line.day)
    except Unreadable as error:
        yield Finding(f"{file_of_heads().name} {error}", LogWrong.HEADS)
        return
    kept_on = HistoryCheck.objects.aggregate(last=Max("kept_on"))["last"]
    if kept_on and last_day < kept_on.isoformat():
        yield Finding(f"{file_of_heads().name}（{kept_on}）", LogWrong.HEADS_GONE)


def _check_newest(at: datetime) -> Iterator[Finding]:
    """Yield where the database is not the one whose newest heads were kept."""
    if newest_are_missing(at):
        yield Finding(file_of_newest().name, LogWrong.HEADS_GONE)
        return
    try:
        newest = newest_line()
    except Unreadable as error:
        yield Finding(f"{file_of_newest().name} {error}", LogWrong.HEADS)
        return
    if newest:
        for head in newest.heads:
            yield from _check_head(head, newest.day)


def _check_head(head: Head, day: str) -> Iterator[Finding]:
    seals = Seal.objects.filter(log=head.log, sequence=head.sequence)
    found = seals.values_list("hash", "total").first()
    where = f"{head.log.label}（{day}）"
    if found is None:
        yield Finding(where, LogWrong.SHORTER)
    elif found != (head.hash, head.total):
        yield Finding(where, LogWrong.OTHER_HEAD)
