"""A value that SQL put in and nobody can read is a finding, and stops nothing of the
nightly check. SQLite takes any value; PostgreSQL has a type for each.
"""

import pytest
from django.db import connection

from cases.models import FrozenLedger, FrozenRow, NumberCounter, RedEntry
from minshi.history import history_lifted
from supervision.models import (
    Log,
    MonthlyReport,
    MonthlyReportRow,
    Notice,
    Seal,
)
from supervision.sealing.checking import check_history
from supervision.sealing.findings import LogWrong
from supervision.sealing.heads import file_of_heads, file_of_newest
from supervision.sealing.seals import seal_logs
from tests.cases.roads import DAY
from tests.supervision.history.attacks import MINUTE, by_sql, found
from tests.supervision.history.closing import APRIL, LATER
from villages.audit import record_audit
from villages.finals import seal_final
from villages.models import AuditRecord, FieldHistory, Town
from villages.models.audit import AuditKind
from villages.named import TOWN

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NO_MOMENT = "2026-13-45 00:00:00"
END_OF_TIME = "9999-12-31 23:00:00"
LONE_SURROGATE = '{"content": "\\ud800"}'
NESTED = "[" * 100_000
BYTES = b"\xff"


def put_in(model, column, value, expression="%s"):
    """Put a value by SQL into the first row of a table, past every constraint."""
    table = model._meta.db_table
    row = model.objects.order_by("pk").first()
    exchanged = f"SET {column} = {expression} WHERE id = %s"
    values = [value, row.pk]
    with history_lifted(), connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE {table} {exchanged}", values)
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


def take_a_lock_off():
    """Do what is compared last of all."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER cases_event_no_update")


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        (FrozenLedger, "first_on", "x"),
        (FrozenLedger, "frozen_at", NO_MOMENT),
        (FrozenLedger, "columns", LONE_SURROGATE),
        (FrozenLedger, "columns", NESTED),
        (FrozenRow, "cells", LONE_SURROGATE),
        (FrozenRow, "cells", "[]"),
        (FrozenRow, "position", "x"),
        (FrozenRow, "was_hidden", 2),
        (RedEntry, "at", "x"),
        (RedEntry, "at", END_OF_TIME),
        (RedEntry, "now", BYTES),
        (MonthlyReport, "signed_at", "x"),
        (MonthlyReport, "made_at", NO_MOMENT),
        (MonthlyReport, "names", LONE_SURROGATE),
        (MonthlyReportRow, "numbers", LONE_SURROGATE),
        (MonthlyReportRow, "at", "x"),
        (Seal, "at", "x"),
        (Seal, "at", END_OF_TIME),
        (Seal, "rows", "x"),
        (Seal, "rows", BYTES),
        (Seal, "sequence", "x"),
        (Seal, "total", "x"),
        (Seal, "highest", "x"),
        (Seal, "digest", BYTES),
        (Seal, "hash", BYTES),
        (AuditRecord, "at", "x"),
        (AuditRecord, "at", NO_MOMENT),
        (AuditRecord, "subject", BYTES),
        (NumberCounter, "last", "x"),
        (FieldHistory, "timestamp", "x"),
    ],
)
def test_what_cannot_be_read_is_found_and_stops_nothing(
    closed, auditor, model, column, value
):
    town = Town.objects.get()
    town.name = "别的镇"
    town.save()
    seal_final(TOWN, town, at=APRIL, user=None)
    seal_logs(APRIL + DAY)
    assert found(LATER) == set()

    put_in(model, column, value)
    take_a_lock_off()
    check = check_history(LATER)

    assert LogWrong.UNLOCKED in found(LATER)
    assert check.found > 1
    assert check.kept_on == LATER.date()
    assert check.heads
    assert set(Notice.objects.values_list("kind", flat=True)) == {"heads", "history"}


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (FrozenLedger, "digest"),
        (RedEntry, "reason"),
        (MonthlyReport, "typical"),
        (Seal, "rows"),
        (AuditRecord, "reason"),
    ],
)
def test_a_text_that_is_no_utf8_is_found_and_stops_nothing(closed, model, column):
    put_in(model, column, BYTES, expression="CAST(%s AS TEXT)")
    take_a_lock_off()

    check_history(LATER)

    assert {LogWrong.UNREADABLE, LogWrong.UNLOCKED} <= found(LATER)


def test_the_others_of_the_same_kind_are_compared_all_the_same(closed):
    put_in(FrozenLedger, "first_on", "x")
    closed.pk = None
    closed.ledger = "handling"
    closed.save(force_insert=True)

    assert {LogWrong.UNREADABLE, LogWrong.CLOSED} <= found(LATER)


def test_rows_after_a_seal_that_cannot_be_read_are_compared(closed, here):
    record_audit(AuditKind.LOGIN, at=APRIL + DAY, user=here.duty.user)
    seal_logs(APRIL + DAY)
    put_in(Seal, "at", "x")
    last = AuditRecord.objects.latest("pk").pk
    by_sql("audit", "UPDATE villages_auditrecord SET reason = 'x'", id=last)

    assert {LogWrong.UNREADABLE, LogWrong.ROWS_CHANGED} <= found(LATER)


def test_a_log_that_cannot_be_read_keeps_no_other_from_being_sealed(closed, here):
    put_in(Seal, "rows", "x")
    assert Seal.objects.order_by("pk").first().log == Log.EVENTS
    record_audit(AuditKind.LOGIN, at=APRIL + DAY, user=here.duty.user)

    with pytest.raises(ValueError, match="x"):
        seal_logs(APRIL + DAY + MINUTE)

    last = Seal.objects.filter(log=Log.AUDIT).latest("sequence")
    assert last.at == APRIL + DAY + MINUTE


@pytest.mark.parametrize("damaged", [BYTES, b"[1]\n", b"null\n", NESTED.encode()])
def test_files_of_heads_that_cannot_be_read_stop_nothing(closed, damaged):
    check_history(LATER)
    for file in (file_of_heads(), file_of_newest()):
        file.write_bytes(damaged)

    check = check_history(LATER + DAY)

    assert check.found == 2
    assert found(LATER + DAY) == {LogWrong.HEADS}
