"""Counting of a day reads that day's rows, whatever else there is."""

import pytest
from django.db import connection
from django.db.models import Q

from minshi.clock import today
from supervision.figures.periods import Days
from supervision.figures.tallying import CLOSED, RECEIVED, ROUND_ENDED, counted, on_days
from tests.cases.roads import decided, staff

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
INDEXES = {
    RECEIVED: "registered",
    CLOSED: "case_closed",
    ROUND_ENDED: "clock_stopped",
}


@pytest.mark.parametrize("day", INDEXES)
def test_a_day_is_found_in_an_index(day):
    decided(staff())
    rows = counted(day, Q()).filter(on_days(day, [Days(today(), today())]))

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rows.order_by().explain()

    assert INDEXES[day] in plan
