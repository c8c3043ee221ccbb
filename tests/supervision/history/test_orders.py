"""Orders before they go out: one that SQL changed, put in or took away, while it waited
for a signature or in the grace, is found, and what the program does is not.
"""

import pytest

from minshi.history import history_lifted
from supervision.chasing.ladder import look_at_clocks
from supervision.models import SupervisionOrder
from supervision.orders import cancel_order, send_orders_due, sign_order
from supervision.orders.final import ORDER
from supervision.sealing.findings import LogWrong
from tests.cases.roads import DAY, NOON, accepted, decided
from tests.supervision.history.attacks import HOUR, MINUTE, NIGHT, by_sql, found
from tests.supervision.history.migrating import migrate_back_before, migrate_to_the_end
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db
TABLE = "supervision_supervisionorder"


CHANGES = (
    "SET reason = '误发'",
    "SET demand = '无'",
    "SET reply_on = '2027-01-01'",
    "SET raised_by_id = NULL",
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_draft_is_found(draft, change):
    assert found(NOON) == set()

    by_sql("order", f"UPDATE {TABLE} {change}", id=draft.pk)

    assert found(NOON) == {LogWrong.CLOSED}


@pytest.mark.parametrize("change", [*CHANGES, "SET send_at = '2099-01-01 00:00+00:00'"])
def test_an_order_that_is_changed_in_the_grace_is_found(draft, signer, change):
    sign_order(draft, by=signer, at=NOON)
    assert found(NOON) == set()

    by_sql("order", f"UPDATE {TABLE} {change}", id=draft.pk)

    assert found(NOON) == {LogWrong.CLOSED}


def test_a_draft_that_was_taken_away_is_found(draft):
    with history_lifted():
        SupervisionOrder.objects.all().delete()

    assert found(NOON) == {LogWrong.CLOSED_GONE}


def test_what_the_program_does_with_an_order_is_recorded(draft, signer):
    sign_order(draft, by=signer, at=NOON)
    send_orders_due(NOON + HOUR)
    assert SupervisionOrder.objects.get().state == "sent"

    assert found(NOON + HOUR) == set()


def test_an_order_that_is_cancelled_is_recorded(draft, signer):
    cancel_order(draft, reason="误写", by=signer, at=NOON + MINUTE)

    assert found(NOON + MINUTE) == set()


def test_a_draft_of_the_system_is_recorded(here):
    clock = decided(here).clocks.get(stopped_at=None)
    at = clock.due_at + 30 * DAY
    look_at_clocks(at)

    assert SupervisionOrder.objects.get().state == "to_sign"
    assert LogWrong.CLOSED not in found(at)


# --- rows of before


@pytest.mark.django_db(transaction=True)
def test_drafts_of_before_are_recorded_by_the_update(draft):
    migrate_back_before("0020_seal_what_records_name", app="supervision")
    with history_lifted():
        of_orders = AuditRecord.objects.filter(subject__startswith=f"{ORDER.name}:")
        of_orders.delete()
        AuditRecord.objects.filter(subject__startswith="account:").delete()
    assert LogWrong.CLOSED in found(NIGHT)

    migrate_to_the_end()

    assert not found(NIGHT) & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}


@pytest.mark.django_db(transaction=True)
def test_an_update_made_to_run_again_records_no_draft(here, draft):
    with history_lifted():
        draft.pk = None
        draft.case = accepted(here)
        draft.save(force_insert=True)
    migrate_back_before("0020_seal_what_records_name", app="supervision")

    migrate_to_the_end()

    assert LogWrong.CLOSED in found(NIGHT)
