"""The tabs of the list of cases, each with its count."""

import pytest
from django.urls import reverse

from tests.cases.roads import accepted, decided, spoken, staff

pytestmark = pytest.mark.django_db
LIST = "cases:list"


@pytest.fixture
def here():
    return staff()


def test_each_tab_counts_what_its_address_shows(client, here):
    spoken(here)
    decided(here)
    decided(here, accepted(here, confidentiality="secret"))
    client.force_login(here.supervisor.user)

    tabs = client.get(reverse(LIST)).context["tabs"]

    for tab in tabs:
        page = client.get(f"{reverse(LIST)}?{tab['query']}").context["page"]
        assert len(page.rows) == tab["count"], tab["query"]
    assert [tab["count"] for tab in tabs] == [3, 0, 3, 1, 0, 2, 0, 0, 0]


@pytest.mark.parametrize("within", ["", "&stage=speak", "&overdue=true", "&owner=me"])
def test_within_a_tab_the_others_count_as_outside_it(client, here, within):
    spoken(here)
    decided(here, accepted(here))
    client.force_login(here.secretary.user)

    address = f"{reverse(LIST)}?level=village&order=newest{within}"
    tabs = client.get(address).context["tabs"]

    assert [tab["count"] for tab in tabs] == [2, 0, 2, 1, 0, 1, 0, 0, 0]


def test_the_counts_follow_the_filters_chosen(client, here):
    spoken(here)
    accepted(here)
    client.force_login(here.secretary.user)

    tabs = client.get(f"{reverse(LIST)}?grade=complex").context["tabs"]

    assert tabs[0]["count"] == 1
