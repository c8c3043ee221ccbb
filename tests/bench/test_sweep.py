"""What a sweep costs follows what is due, not what exists; with nothing due it costs
next to nothing.
"""

import pytest

pytestmark = pytest.mark.postgres
FEW, MANY, DUE = 7_000, 70_000, 2_000


@pytest.fixture(scope="module")
def bench(run_bench):
    sizes = f"{FEW},{MANY}"
    return run_bench("--only", "sweep", "--sweep-cases", sizes, "--sweep-due", str(DUE))


@pytest.fixture(params=[FEW, MANY])
def swept(request, bench):
    return bench[1]["sweep"]["sizes"][str(request.param)]


def test_every_budget_is_kept(bench):
    ended, figures = bench

    assert figures["sweep"]["broken"] == [], ended.stdout
    assert ended.returncode == 0


def test_all_that_is_due_is_seen_to_once(swept):
    assert swept["clocks"] == DUE
    assert swept["due"]["taken"] > DUE * 0.9  # some are suspended
    assert swept["due"]["told"] == DUE // 10
    assert swept["due"]["sent"] == swept["due"]["circulated"] == DUE // 100
    assert swept["due"]["notices"] > DUE * 2
    assert swept["due"]["left"] == 0
    assert swept["idle"]["done"] == 0


def test_a_clock_that_is_due_takes_at_most_three_milliseconds(swept):
    assert swept["ms_per_due"] <= 3 * swept["pace"]


def test_it_holds_at_most_200_megabytes(swept):
    assert swept["due"]["megabytes"] <= 200


def test_ten_times_the_cases_cost_the_database_no_more(bench):
    assert bench[1]["sweep"]["growth"] <= 1.5
    assert bench[1]["sweep"]["idle_growth"] <= 1.5


def test_no_table_is_read_whole(bench):
    many = bench[1]["sweep"]["sizes"][str(MANY)]

    assert many["due"]["read_whole"] == many["idle"]["read_whole"] == []


def test_with_nothing_due_it_asks_ten_times_and_at_most_seventeen_once_an_hour(swept):
    # one is for red lines nobody has reported, one for words after closing
    assert swept["idle"]["queries"] == 10
    assert swept["idle"]["hourly_queries"] <= 17


def test_with_nothing_due_the_database_spends_at_most_50_milliseconds(swept):
    assert swept["idle"]["database_ms"] <= 50 * swept["pace"]
    assert swept["idle"]["hourly_ms"] <= 50 * swept["pace"]
