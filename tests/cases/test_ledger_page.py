"""The ledger page: its rows, counts, tabs and places, and who finds it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from cases.ledgers import BOOKS
from cases.models import Case
from tests import roles
from tests.cases.ledger_desk import EVERYTHING, bulk, logged_in, page, shown_rows
from tests.cases.roads import decided, rated, spoken, staff
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_page_costs_eight_queries_however_many_rows_it_has(
    count, django_assert_num_queries
):
    here = staff()
    for _ in range(count):
        decided(here)
    client = logged_in(here.secretary)

    with django_assert_num_queries(8):
        response = client.get(reverse("cases:ledger", args=["general"]), EVERYTHING)

    assert len(shown_rows(response)) == count


def test_a_village_chosen_is_found_among_those_that_the_page_offers(
    django_assert_num_queries,
):
    here = staff()
    decided(here)
    client = logged_in(here.secretary)
    address = reverse("cases:ledger", args=["general"])

    with django_assert_num_queries(8):
        response = client.get(address, {**EVERYTHING, "village": here.village.pk})

    assert len(shown_rows(response)) == 1


def test_tabs_count_what_a_hand_counts():
    here = staff()
    rated(here)
    decided(here)
    spoken(here)
    spoken(here, channel="home_visit")

    response = page(here.secretary)

    counts = {book.key: count for book, count in response.context["tabs"]}
    assert counts == {
        "general": 4,
        "talk-room": 3,
        "handling": 2,
        "supervision": 0,
        "satisfaction": 1,
    }
    assert response.context["count"] == 4


def test_a_ledger_folded_away_comes_to_the_front_with_its_count_while_it_is_open():
    here = staff()
    rated(here)

    response = page(here.secretary, "results")

    counts = {book.key: count for book, count in response.context["tabs"]}
    folded = {book.key for book in response.context["folded"]}
    assert counts["results"] == 1
    assert counts.keys() | folded == set(BOOKS) - {"monthly"}  # no village has any
    assert not counts.keys() & folded


def test_filters_of_the_list_narrow_the_ledger_and_all_its_tabs():
    here = staff()
    rated(here)
    wanted = spoken(here, verbatim="水管漏了")

    response = page(here.secretary, q="水管")

    assert [row[1] for row in shown_rows(response)] == [wanted.number]
    assert dict(counted(response))["handling"] == 0


def counted(response) -> list[tuple[str, int]]:
    return [(book.key, count) for book, count in response.context["tabs"]]


def test_counts_stop_at_999(django_assert_num_queries):
    here = staff()
    bulk(here, 1001)

    assert ">999+<" in page(here.supervisor).content.decode()


def test_pages_hold_fifty_rows_and_number_on():
    here = staff()
    bulk(here, 53)
    client = logged_in(here.supervisor)
    first = client.get(reverse("cases:ledger", args=["general"]), EVERYTHING)
    following = re.search(
        r'href="([^"]*after=[^"]*)" rel="next"', first.content.decode()
    )

    second = client.get(
        reverse("cases:ledger", args=["general"]) + following[1].replace("&amp;", "&")
    )

    assert [row[0] for row in shown_rows(first)] == [str(n) for n in range(1, 51)]
    assert [row[0] for row in shown_rows(second)] == ["51", "52", "53"]
    assert not {row[1] for row in shown_rows(first)} & {
        row[1] for row in shown_rows(second)
    }


@pytest.mark.parametrize(
    "query",
    [
        {"after": "x"},
        {"after": "2026-01-01_1", "from_row": "-3"},
        {"from_row": "9" * 40},
    ],
)
def test_a_place_that_cannot_be_read_is_the_first_page(query):
    here = staff()
    spoken(here)

    assert [row[0] for row in shown_rows(page(here.secretary, **query))] == ["1"]


@pytest.mark.parametrize("key", BOOKS)
def test_a_day_that_cannot_be_read_shows_nothing_rather_than_all(key):
    here = staff()
    spoken(here)

    answer = page(here.secretary, key, since="yesterday")

    assert answer.status_code == 200
    assert shown_rows(answer) == []


def test_an_unknown_ledger_is_not_found():
    here = staff()

    assert page(here.secretary, "nothing").status_code == 404


def test_administrators_and_strangers_find_no_ledger():
    here = staff()
    spoken(here)

    assert page(roles.auditor()).status_code == 404
    assert shown_rows(page(roles.secretary_of(VillageFactory()))) == []
    assert Client().get(reverse("cases:ledger", args=["general"])).status_code == 302


def test_a_redacted_row_leads_nowhere():
    here = staff()
    case = spoken(here)
    Case.objects.filter(pk=case.pk).update(confidentiality="secret")

    response = page(here.supervisor)

    assert "保密事项" in response.content.decode()
    assert f'href="/cases/{case.number}/"' not in response.content.decode()
    assert case.verbatim not in response.content.decode()
