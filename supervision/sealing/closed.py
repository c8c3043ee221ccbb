"""What is closed for good beside the cases: closed ledgers, entries in red and signed
reports. Each is compared with the seal that the audit log, sealed itself, has of it.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from cases.ledgers.freezing import seal_of_entries, seal_with_key
from cases.models import FrozenLedger, FrozenRow, RedEntry
from cases.workflow.findings import Finding
from minshi.written import written_otherwise
from supervision.models import MonthlyReport, MonthlyReportRow
from supervision.reports.signing import seal_of_report
from supervision.sealing.findings import LogWrong
from villages.audit import sealed_titles
from villages.models.audit import AuditKind

Sealed = tuple[str, str]  # what it is called and where it stands, and the seal over it


def check_closed() -> Iterator[Finding]:
    """Yield what was put in, changed or taken away of what was closed for good. A query
    for each closed ledger and each signed report.
    """
    yield from _compared(AuditKind.CLOSED, _ledgers())
    yield from _compared(AuditKind.IN_RED, _entries_in_red())
    yield from _compared(AuditKind.SIGNED, _signed_reports())

    signed = MonthlyReport.objects.exclude(signed_at=None)
    rows_of_signed = MonthlyReportRow.objects.filter(report__in=signed)
    yield from _in_other_form(FrozenLedger.objects.all())
    yield from _in_other_form(FrozenRow.objects.all())
    yield from _in_other_form(RedEntry.objects.all())
    yield from _in_other_form(signed)
    yield from _in_other_form(rows_of_signed)


def _compared(kind: AuditKind, present: Iterator[Sealed]) -> Iterator[Finding]:
    """Yield what is there without a record, then what a record has and is not there."""
    titles = sealed_titles(kind)
    for where, seal in present:
        if titles.pop(seal, None) is None:
            yield Finding(where, LogWrong.CLOSED)
    for title in titles.values():
        yield Finding(f"{kind.label}（{title}）", LogWrong.CLOSED_GONE)


def _ledgers() -> Iterator[Sealed]:
    books = FrozenLedger.objects.select_related("town", "village").order_by("pk")
    for frozen in books.iterator(chunk_size=100):
        rows = frozen.frozen_rows.order_by("position")
        yield _where(frozen), seal_with_key(frozen, rows)


def _entries_in_red() -> Iterator[Sealed]:
    """Yield what was entered in red, together what was entered at one time."""
    entries = RedEntry.objects.select_related("book__town", "book__village")
    in_order = entries.order_by("book", "at", "by", "pk").iterator(chunk_size=500)

    at_one_time = groupby(in_order, key=lambda each: (each.book, each.at, each.by_id))
    for (book, at, _by), together in at_one_time:
        where = f"{RedEntry._meta.verbose_name} {at:%Y-%m-%d %H:%M}（{book}）"
        yield where, seal_of_entries(together)


def _signed_reports() -> Iterator[Sealed]:
    signed = MonthlyReport.objects.exclude(signed_at=None).select_related("town")
    for report in signed.order_by("pk").iterator(chunk_size=100):
        yield _where(report), seal_of_report(report)


def _in_other_form(rows: QuerySet[Any]) -> Iterator[Finding]:
    for key in written_otherwise(rows):
        where = f"{rows.model._meta.verbose_name} {key}"
        yield Finding(where, LogWrong.CLOSED)


def _where(row: FrozenLedger | MonthlyReport) -> str:
    return f"{row._meta.verbose_name} {row.pk}（{row}）"
