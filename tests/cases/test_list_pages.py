"""Pages of rows that no index gives in their order: the same rows, and what they show is
read for those of the page alone.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.lists.paging import page_of
from cases.models import Case
from minshi.clock import now, today
from tests.cases.ledger_desk import EVERYTHING, logged_in
from tests.cases.roads import spoken, staff

pytestmark = pytest.mark.django_db
NEWEST = ("-registered_at", "-id")
KEYS_FIRST = "LIMIT 51)"  # within another statement


def listing(post, page, **query):
    """Return the statement that reads the rows, and the answer."""
    address = reverse(page, args=["general"] if page == "cases:ledger" else [])
    with CaptureQueriesContext(connection) as captured:
        response = logged_in(post).get(address, query)
    (statement,) = [
        each["sql"]
        for each in captured
        if '"verbatim"' in each["sql"] and "LIMIT 51" in each["sql"]
    ]
    return statement, response


def test_pages_among_some_rows_are_those_of_these_rows():
    here = staff()
    for said in (
        "路灯坏了",
        "水管漏了",
        "路灯又坏了",
        "路灯不亮",
        "路灯歪了",
        "渠堵了",
    ):
        spoken(here, verbatim=said)
    counted = Case.objects.counted_for(here.supervisor.user, today())
    wanted = counted.filter(verbatim__contains="路灯")

    rows = []
    after = ""
    for _page in range(2):
        page = page_of(counted, NEWEST, after, size=2, among=wanted)
        rows += page.rows
        after = page.after

    assert rows == list(wanted.order_by(*NEWEST))
    assert after == ""


@pytest.mark.parametrize("page", ["cases:list", "cases:ledger"])
@pytest.mark.parametrize("asked", ["q", "light"])
def test_what_a_row_shows_is_read_for_the_page_alone(page, asked):
    here = staff()
    case = spoken(here, verbatim="路灯坏了")
    query = {"q": "路灯", "light": case.light(now()).value}

    statement, response = listing(
        here.supervisor, page, **EVERYTHING, **{asked: query[asked]}
    )

    assert KEYS_FIRST in statement
    assert "路灯坏了" in response.content.decode()


@pytest.mark.parametrize("page", ["cases:list", "cases:ledger"])
def test_an_order_that_an_index_gives_is_read_at_once(page):
    here = staff()
    spoken(here)

    statement, _response = listing(here.supervisor, page, **EVERYTHING)

    assert KEYS_FIRST not in statement


def test_a_secret_matter_is_redacted_on_such_a_page_as_well():
    here = staff()
    case = spoken(here, verbatim="路灯坏了", confidentiality="secret")

    light = case.light(now()).value
    _statement, response = listing(here.supervisor, "cases:list", light=light)

    (row,) = response.context["page"].rows
    assert (row, row.redacted) == (case, True)
    assert "路灯" not in response.content.decode()
