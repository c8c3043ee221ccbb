"""What is closed for good: ledgers, entries in red and signed reports that SQL changed,
put in or took away are found.
"""

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from cases.models import FrozenLedger, FrozenRow, RedEntry
from minshi.history import history_lifted
from supervision.models import HistoryCheck, MonthlyReport, MonthlyReportRow
from supervision.reports.signing import correct
from supervision.sealing.findings import LogWrong
from supervision.sealing.seals import seal_logs
from tests.cases.roads import DAY
from tests.supervision.history.attacks import by_sql, found
from tests.supervision.history.closing import APRIL, LATER, close
from tests.supervision.history.migrating import (
    migrate_again_to,
    migrate_back_before,
    migrate_to_the_end,
)
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db
SEALED = ("closed", "in_red", "signed", "checked")
CHANGED = {LogWrong.CLOSED, LogWrong.CLOSED_GONE}


def test_nothing_is_found_where_all_is_as_it_was_closed(closed):
    assert found(LATER) == set()


@pytest.mark.parametrize(
    ("rows", "change"),
    [
        (FrozenRow, "SET cells = '{}'"),
        (FrozenRow, "SET position = 7"),
        (FrozenLedger, "SET last_on = '2026-03-20'"),
        (FrozenLedger, "SET frozen_at = '2026-01-01 00:00:00+00:00'"),
        (FrozenLedger, "SET ledger = 'none such'"),
        (FrozenLedger, f"SET digest = '{'0' * 64}'"),
        (RedEntry, "SET now = '没有误记'"),
        (RedEntry, "SET reason = '领导要求'"),
        (RedEntry, "SET at = '2026-01-01 00:00:00+00:00'"),
        (RedEntry, "SET id = 424242"),
        (MonthlyReport, "SET numbers = '{}'"),
        (MonthlyReport, "SET typical = '没有一件超期'"),
        (MonthlyReport, "SET parts = '[]'"),
        (MonthlyReport, "SET signed_at = '2026-01-01 00:00:00+00:00'"),
        (MonthlyReportRow, "SET numbers = '{}'"),
        (MonthlyReportRow, "SET at = '2025-01-31 16:00:00'"),
        (HistoryCheck, "SET found = 7"),
        (HistoryCheck, "SET findings = '[\"nothing\"]'"),
    ],
)
def test_what_was_changed_is_found(closed, rows, change):
    table = rows._meta.db_table
    row = rows.objects.order_by("pk").first()

    by_sql(table, f"UPDATE {table} {change}", id=row.pk)

    assert CHANGED <= found(LATER) <= {*CHANGED}


NOT_SEALED = {(FrozenRow, "id")}  # its place is by its position


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "rows",
    [FrozenLedger, FrozenRow, RedEntry, MonthlyReport, MonthlyReportRow, HistoryCheck],
)
def test_every_column_is_sealed(closed, rows):
    unsealed = set()
    for field in rows._meta.concrete_fields:
        with transaction.atomic():
            change(rows, field)
            if not found(LATER) & CHANGED:
                unsealed.add((rows, field.attname))
            transaction.set_rollback(True)

    assert unsealed <= NOT_SEALED


def change(rows, field):
    row = rows.objects.order_by("pk").first()
    value = getattr(row, field.attname)
    if isinstance(field, models.JSONField):
        other = '{"x": 1}'
    elif isinstance(field, models.DateTimeField):
        other = "2026-01-05 03:00:00"
    elif isinstance(field, models.DateField):
        other = "2026-02-01"
    elif isinstance(field, models.BooleanField):
        other = not value
    elif isinstance(field, (models.IntegerField, models.ForeignKey)):
        other = (value or 0) + 424_242
    else:
        other = "别的"

    with history_lifted(), connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        exchanged = f'SET "{field.column}" = %s WHERE id = %s'
        table = rows._meta.db_table
        cursor.execute(f"UPDATE {table} {exchanged}", [other, row.pk])
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_ledgers_that_changed_keys_with_their_rows_are_found(here, closed):
    """What was entered in red in the one would be read in the other."""
    other = close(here, "talk-room")
    seal_logs(LATER - DAY / 2)
    assert found(LATER) == set()

    with history_lifted():
        exchange_keys(closed.pk, other.pk)

    assert RedEntry.objects.get().book.ledger == "talk-room"
    assert found(LATER) == CHANGED


def exchange_keys(one, other):
    """Exchange the keys of two ledgers, and those by which their rows name them."""
    spare = 424_242
    for before, after in ((one, spare), (other, one), (spare, other)):
        FrozenLedger.objects.filter(id=before).update(id=after)
        FrozenRow.objects.filter(book=before).update(book=after)


def test_a_closed_ledger_that_was_taken_away_is_found(closed):
    with history_lifted():
        closed.red_entries.all().delete()
        closed.frozen_rows.all().delete()
        closed.delete()

    assert found(LATER) == {LogWrong.CLOSED_GONE}


def test_entries_in_red_that_were_taken_away_are_found(closed):
    with history_lifted():
        closed.red_entries.all().delete()

    assert found(LATER) == {LogWrong.CLOSED_GONE}


def test_an_entry_in_red_that_was_put_in_is_found(closed):
    entry = closed.red_entries.get()
    entry.pk = None
    entry.now, entry.at = "没有这件事", APRIL + DAY
    entry.save(force_insert=True)

    assert found(LATER) == {LogWrong.CLOSED}


def test_a_closed_ledger_that_was_put_in_is_found(closed):
    row = closed.frozen_rows.get()
    closed.pk, closed.ledger = None, "handling"
    closed.save(force_insert=True)
    row.pk, row.book = None, closed
    row.save(force_insert=True)

    assert found(LATER) == {LogWrong.CLOSED}


def test_a_signed_report_that_was_taken_away_is_found(closed):
    with history_lifted():
        MonthlyReport.objects.all().delete()

    assert found(LATER) == {LogWrong.CLOSED_GONE}


def test_a_record_of_what_was_closed_that_was_taken_away_is_found(closed):
    record = AuditRecord.objects.get(kind="closed")

    by_sql("audit", "DELETE FROM villages_auditrecord", id=record.pk)

    assert found(LATER) == {LogWrong.ROWS_GONE, LogWrong.CLOSED}


def test_the_database_refuses_to_change_a_signed_report(closed):
    report = MonthlyReport.objects.get()
    report.typical = "没有一件超期"

    with pytest.raises(IntegrityError), transaction.atomic():
        report.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        report.rows.update(numbers={})
    with pytest.raises(IntegrityError), transaction.atomic():
        report.rows.all().delete()


def test_the_database_moves_no_row_of_a_draft_into_a_signed_report(here, closed):
    report = MonthlyReport.objects.get()
    draft = correct(report, "改正", by=here.supervisor.user, at=APRIL)

    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        draft.rows.update(report=report)


def test_the_note_of_a_check_that_was_taken_away_is_found(closed):
    by_sql("check", "DELETE FROM supervision_historycheck", cases=1)

    assert LogWrong.CLOSED_GONE in found(LATER)


def test_the_database_refuses_to_change_the_note_of_a_check(closed):
    with pytest.raises(IntegrityError), transaction.atomic():
        HistoryCheck.objects.update(found=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        HistoryCheck.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_what_was_closed_before_the_update_is_recorded_by_it(closed):
    migrate_back_before("0013_seal_what_is_closed", app="supervision")
    with history_lifted():
        AuditRecord.objects.filter(kind__in=SEALED).delete()

    migrate_to_the_end()

    kinds = AuditRecord.objects.values_list("kind", flat=True)
    assert {*SEALED} <= set(kinds)
    wrong = found(LATER)
    assert not wrong & CHANGED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_records", [True, False])
def test_an_update_made_to_run_again_seals_nothing(closed, has_records):
    closed.pk, closed.ledger = None, "handling"
    closed.save(force_insert=True)
    if not has_records:
        with history_lifted():
            AuditRecord.objects.filter(kind__in=SEALED).delete()
    records = AuditRecord.objects.count()

    names = ("0013_seal_what_is_closed", "0014_seal_notes_of_checks")
    again = MigrationRecorder.Migration.objects.filter(
        app="supervision", name__in=names
    )
    again.delete()
    migrate_again_to(names[-1], app="supervision")

    assert again.count() == len(names)
    assert AuditRecord.objects.count() == records
    assert LogWrong.CLOSED in found(LATER)
