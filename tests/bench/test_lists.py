"""A long list of residents costs so much a row and no more, whatever becomes of its
workers; in again it changes nothing, and taken back all is as before.
"""

import pytest

pytestmark = pytest.mark.postgres
ROWS = 5_000
MS_PER_ROW = {"read": 1.2, "enter": 2.4, "again": 1.2, "take back": 2.4}


@pytest.fixture(scope="module")
def bench(run_bench):
    return run_bench("--only", "lists", "--list-rows", str(ROWS))


def test_nothing_is_doubled_lost_or_too_dear(bench):
    ended, figures = bench

    assert figures["lists"]["broken"] == [], ended.stdout
    assert ended.returncode == 0


@pytest.mark.parametrize("phase", MS_PER_ROW)
def test_fifty_thousand_rows_are_read_in_one_minute_and_entered_in_two(bench, phase):
    measured = bench[1]["lists"]["phases"][phase]

    assert measured["ms_per_row"] <= MS_PER_ROW[phase] * measured["pace"]
    assert measured["megabytes"] <= 300


def test_the_rows_of_the_worker_that_was_killed_are_not_entered_again(bench):
    entered = bench[1]["lists"]["phases"]["enter"]

    assert 0 < entered["rows"] < ROWS
    assert entered["counts"]["entered"] == ROWS


def test_a_row_asks_the_database_less_than_once_in_ten(bench):
    """Whatever is asked is asked for a thousand rows."""
    for measured in bench[1]["lists"]["phases"].values():
        assert measured["queries"] <= measured["rows"] / 10
