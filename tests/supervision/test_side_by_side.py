"""A sweep and people's moves on the same matters at once, on PostgreSQL: neither waits
for the other for ever.
"""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from cases.models.choices import Stage
from minshi.errors import MoveRefused
from minshi.workdays import local_day
from supervision.chasing import notifying
from supervision.chasing.ladder import look_at_clocks
from supervision.chasing.sweeping import sweep
from supervision.models import Chase, SupervisionOrder
from supervision.orders import raise_order
from tests import roles
from tests.cases.roads import DAY, NOON, accepted, completed, decided, officer, staff
from tests.processes import until
from tests.together import PATIENCE, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND"
    " wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # else a transaction sees the first answer again
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


@pytest.fixture
def meets(monkeypatch):
    """Holds the sweep at its notices, the clock's row locked, until somebody waits for
    that row.
    """
    taken = threading.Event()
    whole = notifying.put_in_outbox

    def put_in_outbox(messages, *, at):
        taken.set()
        until(somebody_waits)
        return whole(messages, at=at)

    monkeypatch.setattr(notifying, "put_in_outbox", put_in_outbox)
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


@pytest.mark.parametrize("attempt", range(5))
def test_an_order_by_hand_and_the_ladders_at_once_make_one(attempt):
    here = staff()
    roles.reviewer_of(here.town, may_sign=True)
    case = accepted(here)
    at = case.due_at + 7 * DAY
    words = {
        "reason": "久拖不办",
        "demand": "快办",
        "reply_on": local_day(at),
        "key": None,
    }

    swept, written = at_once(
        lambda: look_at_clocks(at),
        lambda: raise_order(case, by=officer(here.supervisor), at=at, **words),
    )

    assert swept[1] == []
    assert isinstance(written, (SupervisionOrder, MoveRefused))
    # what was another's at that moment is seen to in the next
    look_at_clocks(at + timedelta(minutes=1))
    assert SupervisionOrder.objects.count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_one_form_for_two_matters_at_once_makes_one_order(attempt):
    here = staff()
    key = uuid4()
    words = {
        "reason": "久拖不办",
        "demand": "快办",
        "reply_on": local_day(NOON),
        "key": key,
    }
    cases = accepted(here), accepted(here)

    answers = at_once(
        *[
            lambda case=case: raise_order(
                case, by=officer(here.supervisor), at=NOON, **words
            )
            for case in cases
        ]
    )

    assert sorted(type(answer).__name__ for answer in answers) == [
        "KeyReused",
        "SupervisionOrder",
    ]


def test_a_sweep_and_its_matters_moves_all_at_once_come_to_an_end():
    here = staff()
    cases = [decided(here) for _nth in range(8)]
    at = cases[0].due_at

    swept, *moved = at_once(
        lambda: sweep(at),
        *[lambda case=case: completed(here, case, at=at) for case in cases],
    )

    assert not isinstance(swept, Exception)
    assert [case.stage for case in moved] == [Stage.SUPERVISE] * 8
