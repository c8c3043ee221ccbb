"""The one clock that the edges read."""

from datetime import date, datetime

import time_machine

from minshi.clock import now, today
from minshi.workdays import SHANGHAI


def test_the_clock_of_the_demo_runs_so_many_days_ahead(settings):
    settings.CLOCK_AHEAD = 8
    with time_machine.travel(datetime(2026, 3, 2, 23, 30, tzinfo=SHANGHAI), tick=False):
        assert now() == datetime(2026, 3, 10, 23, 30, tzinfo=SHANGHAI)
        assert today() == date(2026, 3, 10)
