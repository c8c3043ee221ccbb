"""Where somebody was sent stands wherever one looks for it afterwards."""

import pytest
import time_machine

from cases.workflow import Action, make_move
from tests.cases.ledger_desk import rows
from tests.cases.roads import DAY, NOON, officer, spoken, staff

pytestmark = pytest.mark.django_db
ROUTE = "县信访局"


@pytest.fixture
def here():
    return staff()


@pytest.fixture(autouse=True)
def _later_that_day():
    with time_machine.travel(NOON, tick=False):
        yield


def shown_on(here, route=ROUTE):
    return make_move(
        spoken(here),
        Action.DIVERT,
        by=officer(here.secretary),
        at=NOON,
        route=route,
        told="这件事村里管不了",
    )


def test_the_page_of_the_matter_has_it_among_the_facts(client, here):
    case = shown_on(here)
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    assert ROUTE in [line.text for line in page.context["course"]]


@pytest.mark.parametrize("ledger", ["general", "requests"])
def test_the_ledgers_have_it_in_the_result(here, ledger):
    shown_on(here)

    (row,) = rows(here.secretary, ledger)

    assert row["result"].endswith(f" · {ROUTE}")


def test_once_it_is_opened_again_it_counts_no_more(client, here):
    case = shown_on(here)
    case = make_move(
        case,
        Action.REOPEN,
        by=officer(here.reviewer),
        at=NOON + DAY,
        reason="还是归村里",
    )
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    assert ROUTE not in [line.text for line in page.context["course"]]
