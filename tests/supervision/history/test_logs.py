"""The logs that only grow are compared with their seals."""

import pytest
from django.db import IntegrityError, transaction
from django.db.migrations.recorder import MigrationRecorder

from minshi.history import history_lifted
from supervision.models import Log, Seal
from supervision.sealing.checking import LogWrong, check_everything
from supervision.sealing.heads import file_of_newest
from supervision.sealing.logs import SOURCES
from supervision.sealing.seals import seal_logs
from supervision.sealing.spans import keys_in, merged, text_of
from tests.cases.roads import DAY, NOON
from tests.supervision.history.attacks import (
    MINUTE,
    NIGHT,
    by_sql,
    found,
    in_other_form,
)
from villages.audit import record_audit
from villages.finals import seal_final
from villages.models import AuditRecord, FieldHistory, Town
from villages.models.audit import AuditKind
from villages.named import TOWN

pytestmark = pytest.mark.django_db


# --- the logs


def test_every_column_of_the_audit_log_is_sealed():
    columns = {field.attname for field in AuditRecord._meta.concrete_fields}

    assert {"id", *SOURCES[Log.AUDIT].columns} == columns


def test_audit_rows_that_are_gone_are_found(audited):
    by_sql("audit", "DELETE FROM villages_auditrecord", id=audited[1].pk)

    result = check_everything(NIGHT)

    assert {each.wrong for each in result.findings} == {LogWrong.ROWS_GONE}
    assert "审计日志" in result.findings[0].where or "audit" in result.findings[0].where


def test_the_end_of_the_audit_log_that_is_gone_is_found(audited):
    for row in audited[2:]:
        by_sql("audit", "DELETE FROM villages_auditrecord", id=row.pk)

    assert found() == {LogWrong.ROWS_GONE}


def test_an_audit_row_that_was_changed_is_found(audited):
    by_sql("audit", "UPDATE villages_auditrecord SET reason = 'x'", id=audited[1].pk)

    assert found() == {LogWrong.ROWS_CHANGED}


@pytest.mark.parametrize("key", [0, -7])
def test_an_audit_row_put_in_long_after_is_found(audited, here, key):
    row = audited[1]
    with history_lifted():
        AuditRecord.objects.filter(pk=row.pk).update(id=key)

    assert found(NIGHT + DAY) == {LogWrong.ROWS_GONE, LogWrong.ROWS_ADDED}


def test_field_history_that_is_gone_is_found(here):
    town = Town.objects.get(pk=here.town.pk)
    town.name = "别的镇"
    town.save()
    seal_final(TOWN, town, at=NOON, user=None)
    assert FieldHistory.objects.exists()
    seal_logs(NIGHT)
    assert found() == set()

    FieldHistory.objects.all().delete()

    assert found() == {LogWrong.ROWS_GONE}


def test_a_seal_that_was_changed_or_is_gone_is_found(audited, here):
    record_audit(AuditKind.LOGIN, at=NIGHT, user=here.duty.user)
    seal_logs(NIGHT + MINUTE)
    first, second = Seal.objects.filter(log=Log.AUDIT).order_by("sequence")

    by_sql("seals", "UPDATE supervision_seal SET count = 9", id=second.pk)
    assert found() == {LogWrong.SEAL}

    by_sql("seals", "DELETE FROM supervision_seal", id=first.pk)
    assert LogWrong.SEAL_GONE in found()


def test_a_seal_put_in_before_the_first_is_found(audited, here):
    """It would say of rows to come that they are sealed."""
    Seal.objects.create(
        log=Log.AUDIT, sequence=0, rows="1-99999", count=1, total=1, highest=1, at=NIGHT
    )
    record_audit(AuditKind.LOGIN, at=NIGHT, user=here.duty.user)
    seal_logs(NIGHT + MINUTE)

    assert LogWrong.SEAL in found()


def test_rows_below_zero_that_were_there_before_the_first_seal_are_sealed(here):
    row = record_audit(AuditKind.LOGIN, at=NOON, user=here.duty.user)
    with history_lifted():
        AuditRecord.objects.filter(pk=row.pk).update(id=-5)

    seal_logs(NIGHT)

    assert Seal.objects.get(log=Log.AUDIT).rows.startswith("-5")
    assert found(NIGHT + DAY) == set()


def test_a_log_whose_seals_are_all_gone_is_found(audited):
    with history_lifted():
        Seal.objects.all()._raw_delete("default")
    file_of_newest().unlink()
    assert found() == set()  # brought up to date within the hour

    MigrationRecorder.Migration.objects.update(applied=NOON)
    assert found() == {LogWrong.UNSEALED}
    assert found(NOON + 30 * MINUTE) == set()


def test_a_log_whose_first_row_is_new_has_no_seal_yet(here):
    MigrationRecorder.Migration.objects.update(applied=NOON - DAY)
    record_audit(AuditKind.LOGIN, at=NOON, user=here.duty.user)

    assert found(NOON + MINUTE) == set()


def test_a_row_that_was_committed_late_is_sealed_later(audited):
    late = audited[1]
    with history_lifted():
        AuditRecord.objects.filter(pk=late.pk)._raw_delete("default")
        Seal.objects.all()._raw_delete("default")
    file_of_newest().unlink()
    seal_logs(NIGHT)
    with history_lifted():
        late.save(force_insert=True)

    assert seal_logs(NIGHT + 2 * MINUTE) == 1
    assert seal_logs(NIGHT + 3 * MINUTE) == 0
    assert found(NIGHT + DAY) == set()


def test_seals_cannot_be_changed(audited):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Seal.objects.update(count=0)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("log", "wrong"),
    [(AuditRecord, LogWrong.ROWS_CHANGED), (Seal, LogWrong.SEAL)],
)
def test_a_moment_in_another_form_is_found(audited, log, wrong):
    with history_lifted():
        log.objects.filter(pk=log.objects.first().pk).update(at=in_other_form("at"))

    assert found() == {wrong}


def test_spans_hold_any_keys():
    keys = [-5, -4, 0, 1, 2, 3, 7, 9, 10]

    assert text_of(keys) == "-5--4,0-3,7,9-10"
    assert keys_in(text_of(keys)) == keys
    assert merged([(9, 10), (1, 3), (4, 4), (2, 3)]) == [(1, 4), (9, 10)]
