"""What is closed for good beside the cases: closed ledgers, entries in red, signed
reports and the notes of checks; and what is final, see finals.py. Each is compared with
the seal that the audit log, sealed itself, has of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from django.db.models import Model, QuerySet

from cases.ledgers.freezing import seal_with_key
from cases.ledgers.red_entries import seal_of_entries
from cases.models import FrozenLedger, FrozenRow, RedEntry
from cases.workflow.findings import Finding
from minshi.written import written_otherwise
from supervision.models import HistoryCheck, MonthlyReport, MonthlyReportRow
from supervision.reports.signing import seal_of_report
from supervision.sealing.finals import check_finals
from supervision.sealing.findings import LogWrong
from supervision.sealing.guards import OF_UNREADABLE_ROWS, guarded
from supervision.sealing.noted import seal_of_check
from villages.audit import sealed_titles
from villages.models.audit import AuditKind


@dataclass(frozen=True)
class Sealed:
    """What it is called and where it stands, and the seal over it as it is now; no seal
    where a value of it cannot be read.
    """

    where: str
    seal: str | None


def check_closed() -> Iterator[Finding]:
    """Yield what was put in, changed or taken away of what was closed for good. Three
    queries for each closed ledger and each signed report, two for the entries in red of
    a ledger and for the note of a check.

    Where a value cannot be read, that is a finding; all others are compared.
    """
    for kind, present in (
        (AuditKind.CLOSED, _ledgers()),
        (AuditKind.IN_RED, _entries_in_red()),
        (AuditKind.SIGNED, _signed_reports()),
        (AuditKind.CHECKED, _checks()),
    ):
        yield from guarded(str(kind.label), _compared(kind, present))
    yield from check_finals()

    signed = MonthlyReport.objects.exclude(signed_at=None)
    rows_of_signed = MonthlyReportRow.objects.filter(report__in=signed)
    for rows in (
        FrozenLedger.objects.all(),
        FrozenRow.objects.all(),
        RedEntry.objects.all(),
        signed,
        rows_of_signed,
        HistoryCheck.objects.all(),
    ):
        name = str(rows.model._meta.verbose_name)
        yield from guarded(name, _in_other_form(rows))


def _compared(kind: AuditKind, present: Iterator[Sealed]) -> Iterator[Finding]:
    """Yield what is there without a record, then what a record has and is not there."""
    titles = sealed_titles(kind)
    for each in present:
        if each.seal is None:
            yield Finding(each.where, LogWrong.UNREADABLE)
        elif titles.pop(each.seal, None) is None:
            yield Finding(each.where, LogWrong.CLOSED)

    for title in titles.values():
        yield Finding(f"{kind.label}（{title}）", LogWrong.CLOSED_GONE)


def _ledgers() -> Iterator[Sealed]:
    for key in _keys(FrozenLedger.objects.all()):
        yield _sealed(_name_of_ledger(key), partial(_seal_of_ledger, key))


def _seal_of_ledger(key: int) -> str:
    frozen = FrozenLedger.objects.get(pk=key)
    return seal_with_key(frozen, frozen.frozen_rows.order_by("position"))


def _entries_in_red() -> Iterator[Sealed]:
    """Yield what was entered in red, together what was entered at one time."""
    for key in _keys(FrozenLedger.objects.filter(red_entries__isnull=False)):
        ledger = _name_of_ledger(key)
        in_order = RedEntry.objects.filter(book=key).order_by("at", "by", "pk")
        try:
            entries = list(in_order)
        except OF_UNREADABLE_ROWS:
            yield Sealed(f"{RedEntry._meta.verbose_name}（{ledger}）", None)
            continue

        at_one_time = groupby(entries, key=lambda each: (each.at, each.by_id))
        for (at, _by), together in at_one_time:
            where = f"{_name(RedEntry, f'{at:%Y-%m-%d %H:%M}')}（{ledger}）"
            yield _sealed(where, partial(seal_of_entries, list(together)))


def _signed_reports() -> Iterator[Sealed]:
    for key in _keys(MonthlyReport.objects.exclude(signed_at=None)):
        yield _sealed(_name_of_report(key), partial(_seal_of_report, key))


def _seal_of_report(key: int) -> str:
    return seal_of_report(MonthlyReport.objects.get(pk=key))


def _checks() -> Iterator[Sealed]:
    for key in _keys(HistoryCheck.objects.all()):
        name = _name_of(HistoryCheck.objects.all(), key)
        yield _sealed(name, partial(_seal_of_check, key))


def _seal_of_check(key: int) -> str:
    return seal_of_check(HistoryCheck.objects.get(pk=key))


def _sealed(where: str, seal: Callable[[], str]) -> Sealed:
    try:
        return Sealed(where, seal())
    except OF_UNREADABLE_ROWS:
        return Sealed(where, None)


def _keys(rows: QuerySet[Any]) -> Iterator[int]:
    """Yield the keys of rows, which can be read whatever else is in them."""
    keys = rows.order_by("pk").values_list("pk", flat=True).distinct()
    return keys.iterator()


def _in_other_form(rows: QuerySet[Any]) -> Iterator[Finding]:
    for key in written_otherwise(rows):
        yield Finding(_name(rows.model, key), LogWrong.CLOSED)


# --- how they are called


def _name_of_ledger(key: int) -> str:
    ledgers = FrozenLedger.objects.select_related("town", "village")
    return _name_of(ledgers, key)


def _name_of_report(key: int) -> str:
    return _name_of(MonthlyReport.objects.select_related("town"), key)


def _name_of(rows: QuerySet[Any], key: int) -> str:
    """Return the name of a row with its title, which not every row has still."""
    name = _name(rows.model, key)
    try:
        return f"{name}（{rows.get(pk=key)}）"
    except OF_UNREADABLE_ROWS:
        return name


def _name(model: type[Model], key: object) -> str:
    return f"{model._meta.verbose_name} {key}"
