"""What was final before it was recorded, at the update that records it."""

import pytest
from django.db import connection

from minshi.history import history_lifted
from supervision.sealing.finals import FINALS
from supervision.sealing.findings import LogWrong
from tests.supervision.history.attacks import found
from tests.supervision.history.closing import LATER
from tests.supervision.history.deciding import decide_all
from tests.supervision.history.migrating import (
    migrate_again_to,
    migrate_back_before,
    migrate_to_the_end,
)
from tests.supervision.history.test_finals import DECIDED
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def decided(in_april, here):
    decide_all(here)


def test_what_was_final_before_the_update_is_recorded_by_it():
    migrate_back_before("0017_seal_what_is_final", app="supervision")
    with history_lifted():
        AuditRecord.objects.filter(kind="sealed").delete()

    migrate_to_the_end()

    subjects = AuditRecord.objects.filter(kind="sealed").values_list("subject")
    names = {subject.partition(":")[0] for (subject,) in subjects}
    assert names == {final.name for final in FINALS if final.rows().exists()}
    assert names >= {final.name for final in DECIDED}
    assert not found(LATER) & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}


def test_an_update_made_to_run_again_seals_nothing():
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE name = '0017_seal_what_is_final'"
        )
    with history_lifted():
        AuditRecord.objects.filter(kind="sealed").delete()

    migrate_again_to("0017_seal_what_is_final", app="supervision")

    assert not AuditRecord.objects.filter(kind="sealed").exists()
    assert LogWrong.CLOSED in found(LATER)
