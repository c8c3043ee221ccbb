"""A sweep and people's moves on the same matters at once, on PostgreSQL: neither waits for the other for ever."""

import threading

import pytest
from django.db import connection

from cases.models.choices import Stage
from supervision import ladder
from supervision.ladder import look_at_clocks
from supervision.models import Chase
from tests.cases.roads import completed, decided, staff
from tests.cases.test_workflow_concurrency import PATIENCE, at_once
from tests.processes import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    " AND pid <> pg_backend_pid()"
)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first answer again
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


@pytest.fixture
def meets(monkeypatch):
    """Holds the sweep at its notices, the clock's row locked, until somebody waits for that row."""
    taken = threading.Event()
    whole = ladder.put_in_outbox

    def put_in_outbox(messages, *, at):
        taken.set()
        until(somebody_waits)
        return whole(messages, at=at)

    monkeypatch.setattr(ladder, "put_in_outbox", put_in_outbox)
    return taken


def test_a_move_that_meets_the_sweep_at_its_clock_ends_and_so_does_the_sweep(meets):
    here = staff()
    case = decided(here)
    at = case.due_at

    def complete():
        assert meets.wait(PATIENCE)
        return completed(here, case, at=at)

    swept, moved = at_once(lambda: look_at_clocks(at), complete)

    assert swept == (1, [])
    assert moved.stage == Stage.SUPERVISE
    assert Chase.objects.get().case == case
