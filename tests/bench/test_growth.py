"""Ten times as many matters must not make a page dearer, nor let a list read the whole
table.
"""

import pytest

pytestmark = pytest.mark.postgres
SMALL, LARGE = 2_000, 20_000
LISTS = ("list of 50", "deep page", "filtered list", "search of two characters")


@pytest.fixture(scope="module")
def bench(run_bench):
    return run_bench("--only", "requests", "--sizes", f"{SMALL},{LARGE}")


def test_nothing_costs_more_in_a_larger_town(bench, run_bench):
    """What seems to grow is measured once more: a busy moment does not come twice for
    the same request.
    """
    ended, figures = bench
    if not figures["grown"]:
        return

    again, second = run_bench("--only", "requests", "--sizes", f"{SMALL},{LARGE}")

    grown_twice = set(figures["grown"]) & set(second["grown"])
    assert grown_twice == set(), ended.stdout + again.stdout


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_a_full_page_and_never_reads_the_whole_table(bench, name):
    _ended, figures = bench
    row = figures["requests"][name][str(LARGE)]

    assert row["cases"] == 50
    assert row["scans"] == []


def test_no_request_asks_the_database_more_often_than_it_may(bench):
    _ended, figures = bench
    most = {
        name: row[str(LARGE)]["queries"] for name, row in figures["requests"].items()
    }

    assert most["list of 50"] <= 8
    assert most["detail"] <= 14


def test_a_ledger_takes_no_more_memory_for_ten_times_the_matters(bench):
    _ended, figures = bench
    small, large = (figures["export"][str(size)]["ledger"] for size in (SMALL, LARGE))

    assert large["rows"] == 20_000
    assert large["megabytes"] < small["megabytes"] * 1.3


def test_a_ledger_takes_at_most_twice_the_time_of_the_bare_writer(bench):
    _ended, figures = bench
    large = figures["export"][str(LARGE)]

    assert large["ledger"]["seconds"] <= 2 * large["bare"]["seconds"]
