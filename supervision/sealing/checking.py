"""The comparison of everything with its history: cases, logs, numbers, kept heads."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from cases.workflow.findings import Finding
from cases.workflow.proof import check_cases, check_numbers
from minshi import workdays
from minshi.locks import broken_locks
from minshi.written import written_otherwise
from supervision.installation import brought_up_at
from supervision.models import HistoryCheck, Log, Seal
from supervision.sealing.closed import check_closed
from supervision.sealing.findings import LogWrong
from supervision.sealing.heads import (
    Head,
    Unreadable,
    file_of_heads,
    file_of_newest,
    heads_now,
    keep,
    kept_lines,
    newest_line,
)
from supervision.sealing.logs import SOURCES
from supervision.sealing.seals import LATE, digest_of, floor_of, hash_of, seal_logs
from supervision.sealing.spans import keys_in
from supervision.sealing.telling import tell_auditors

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
    seals with the heads kept elsewhere, and the triggers that keep history from being
    changed with those that are to be there.

    Memory stays flat however much there is. Nothing is written.
    """
    result = Result()
    for findings in check_cases(Case.objects.all()):
        result.cases += 1
        for finding in findings:
            result.note(finding)

    for finding in check_numbers():
        result.note(finding)
    for finding in check_closed():
        result.note(finding)
    for log in Log:
        for finding in _check_log(log, at, result):
            result.note(finding)
    for finding in _check_heads():
        result.note(finding)
    for lock in broken_locks():
        result.note(Finding(lock, LogWrong.UNLOCKED))

    return result


def check_history(at: datetime) -> HistoryCheck:
    """Compare everything, seal what is new, keep the heads of the day, and tell the
    auditors.

    1. Compare. What was sealed since it was written is compared with its seal: sealing
       comes first by design, within a minute, so that little time is left to change a
       row before.
    2. Seal what came in during the comparison, so that the heads cover it.
    3. Keep the heads outside of the database; a file that was damaged stays as it is,
       and is a finding.
    4. Note the check, and write to the auditors.
    """
    result = check_everything(at)
    seal_logs(at)

    heads = heads_now()
    day = workdays.local_day(at)
    kept_on = None
    try:
        keep(heads, day)
        kept_on = day
    except Unreadable:
        pass  # found by the comparison already

    check = HistoryCheck.objects.create(
        at=at,
        cases=result.cases,
        found=result.found,
        findings=[str(finding) for finding in result.findings],
        heads=[str(head) for head in heads],
        kept_on=kept_on,
    )
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
    previous = ""
    sequence = 0
    floor = floor_of(log, at)
    under_floor = 0

    for seal, is_as_written in _seals_of(log):
        sequence += 1
        sealed_at = timezone.localtime(seal.at)
        where = f"{log.label} {seal.sequence}（{sealed_at:%Y-%m-%d %H:%M}）"
        if (seal.sequence, seal.previous_hash) != (sequence, previous):
            yield Finding(where, LogWrong.SEAL_GONE)
            sequence = seal.sequence
        previous = seal.hash
        if seal.hash != hash_of(seal) or not is_as_written:
            yield Finding(where, LogWrong.SEAL)
            continue

        keys = keys_in(seal.rows)
        there = SOURCES[log].read(keys)
        result.rows[log] += len(there)
        under_floor += sum(1 for key in there if key <= floor)
        if len(there) < len(keys):
            gone = _("%(where)s, %(gone)s of %(count)s") % {
                "where": where,
                "gone": len(keys) - len(there),
                "count": len(keys),
            }
            yield Finding(gone, LogWrong.ROWS_GONE)
            continue

        is_changed = seal.digest != digest_of(log, keys, there)
        if is_changed or SOURCES[log].written_otherwise(keys):
            yield Finding(where, LogWrong.ROWS_CHANGED)

    if SOURCES[log].rows().filter(pk__lte=floor).count() > under_floor:
        yield Finding(str(log.label), LogWrong.ROWS_ADDED)
    if sequence == 0 and _should_be_sealed(log, at):
        yield Finding(str(log.label), LogWrong.UNSEALED)


def _should_be_sealed(log: Log, at: datetime) -> bool:
    """Return if a log has rows that were to be sealed an hour ago and more.

    Where the program was installed or brought up to date within that hour, the job that
    seals may not have had its turn.
    """
    if brought_up_at() > at - LATE:
        return False
    return SOURCES[log].until(at - LATE).exists()


def _seals_of(log: Log) -> Iterator[tuple[Seal, bool]]:
    """Yield the seals of a log in their order, from the lowest number there is, each
    with whether it is stored in the form in which we write it.
    """
    seals = Seal.objects.filter(log=log).order_by("sequence")
    batch = list(seals[:SEALS])
    while batch:
        keys = [seal.pk for seal in batch]
        in_other_form = written_otherwise(Seal.objects.filter(pk__in=keys))
        for seal in batch:
            yield seal, seal.pk not in in_other_form
        batch = list(seals.filter(sequence__gt=batch[-1].sequence)[:SEALS])


# --- the heads kept elsewhere


def _check_heads() -> Iterator[Finding]:
    """Yield where the database is not the one whose heads were kept."""
    last_day = ""
    try:
        for line in kept_lines():
            last_day = line.day
            for head in line.heads:
                yield from _check_head(head, line.day)
    except Unreadable as error:
        yield Finding(f"{file_of_heads().name} {error}", LogWrong.HEADS)
        return
    try:
        newest = newest_line()
    except Unreadable as error:
        yield Finding(f"{file_of_newest().name} {error}", LogWrong.HEADS)
        return
    if newest:
        for head in newest.heads:
            yield from _check_head(head, newest.day)

    kept_on = HistoryCheck.objects.aggregate(last=Max("kept_on"))["last"]
    if kept_on and last_day < kept_on.isoformat():
        yield Finding(f"{file_of_heads().name}（{kept_on}）", LogWrong.HEADS_GONE)


def _check_head(head: Head, day: str) -> Iterator[Finding]:
    seal = Seal.objects.filter(log=head.log, sequence=head.sequence).first()
    where = f"{head.log.label}（{day}）"
    if seal is None:
        yield Finding(where, LogWrong.SHORTER)
    elif (seal.hash, seal.total) != (head.hash, head.total):
        yield Finding(where, LogWrong.OTHER_HEAD)
