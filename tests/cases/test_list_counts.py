"""The counts beside a list: the same numbers as its rows, each found in an index that
ends after the first thousand, and words searched for once.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.lists.paging import among_found, capped_counts
from cases.models import Case
from cases.models.choices import Stage
from cases.views.lists import TABS
from minshi.clock import today
from tests.cases.ledger_desk import EVERYTHING, logged_in
from tests.cases.roads import NOON, accepted, decided, rated, settled, spoken, staff

pytestmark = pytest.mark.django_db


def counting(post, page="cases:list", **query):
    """Return the statement that counts the tabs, and the page."""
    address = reverse(page, args=["general"] if page == "cases:ledger" else [])
    with CaptureQueriesContext(connection) as captured:
        response = logged_in(post).get(address, query)
    (statement,) = [each["sql"] for each in captured if "capped" in each["sql"]]
    return statement, response


@pytest.mark.parametrize("query", [{}, {"q": "路灯"}])
def test_every_tab_counts_the_rows_that_it_shows(query):
    here = staff()
    for said in ("路灯坏了", "路灯又坏了", "水管漏了"):
        spoken(here, verbatim=said)
    decided(here, accepted(here, verbatim="路灯不亮"))
    rated(here)

    _statement, response = counting(here.supervisor, **query)

    for tab, (_name, _label, wanted) in zip(
        response.context["tabs"], TABS, strict=True
    ):
        shown = counting(here.supervisor, **query, **wanted)[1].context["page"].rows
        assert tab["count"] == len(shown), tab["label"]


def test_all_are_the_stages_together_and_not_counted_by_themselves():
    here = staff()
    spoken(here)

    statement, _response = counting(here.supervisor)

    assert statement.count("capped") == len(TABS) - 1


def test_words_are_searched_for_once_among_what_is_open():
    here = staff()
    spoken(here, verbatim="路灯坏了")

    statement, _response = counting(here.supervisor, q="路灯")

    # among the open ones, among those with the reader, among the closed ones
    once = counting(here.supervisor, q="路灯", stage="speak")[0]
    assert statement.count("hidden_words") == once.count("hidden_words")
    assert statement.count("found_once") == len(Stage) + 1
    assert "MATERIALIZED" in statement


@pytest.mark.parametrize("page", ["cases:list", "cases:ledger"])
def test_what_a_village_has_is_counted_in_the_order_of_its_index(page):
    here = staff()
    spoken(here)
    asked = {**EVERYTHING, "village": here.village.pk}

    statement, _response = counting(here.supervisor, page, **asked)

    assert '"registered_at" DESC' in statement


def test_what_words_are_found_in_is_counted_in_no_order():
    here = staff()
    spoken(here)

    statement, _response = counting(here.supervisor, q="路灯", village=here.village.pk)

    assert "ORDER BY" not in statement


def test_whether_a_row_is_redacted_is_no_case():
    """Of a CASE PostgreSQL reckons that it is true for half of all rows."""
    here = staff()

    counted = Case.objects.counted_for(here.supervisor.user, today())

    assert "CASE" not in str(counted.filter(redacted=False).query)


def test_nothing_found_once_counts_nothing():
    spoken(staff())

    rows = {"open": among_found(Case.objects.all()), "all": Case.objects.all()}
    counts = capped_counts(rows, found=Case.objects.none())

    assert counts == {"open": 0, "all": 1}


@pytest.mark.postgres
def test_clocks_in_doubt_have_an_index_of_their_own():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Case.objects.with_doubt().order_by("pk")[:50].explain()

    assert "clock_provisional" in plan


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("address", "query", "index"),
    [
        ("cases:list", {"light": "grey"}, "case_open_grey"),
        ("cases:list", {"needs_order": "true"}, "case_needs_order"),
        ("cases:list", {"stage": "speak"}, "case_open_stage_village"),
    ],
)
def test_the_few_of_many_have_an_index_of_their_own(address, query, index):
    """Else a county's board reads each open matter, and its start page every one."""
    here = staff()
    spoken(here)
    statement, _response = counting(here.supervisor, address, **query)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert index in plan


def test_a_matter_to_be_done_on_the_spot_is_not_settled_before_it_is(time_machine):
    time_machine.move_to(NOON, tick=False)
    here = staff()
    settled(here)
    decided(here, lead=here.duty, handling="on_spot")

    counts = logged_in(here.duty).get("/").context["counts"]

    assert (counts["today"], counts["today_settled"]) == (2, 1)


def test_those_who_oversee_a_town_count_the_same_matters_of_today(time_machine):
    """A secret one is a row of their lists, read or not; so it is of their count."""
    time_machine.move_to(NOON, tick=False)
    here = staff()
    settled(here)
    spoken(here, confidentiality="secret")

    counted = {}
    for post in (here.secretary, here.reviewer, here.supervisor):
        home = logged_in(post).get("/")
        counted[post.role] = home.context["counts"]["today"]
        assert "只算您看得到的" in home.text

    assert counted == {"secretary": 2, "reviewer": 2, "supervisor": 2}
    assert "保密事项" in logged_in(here.supervisor).get(reverse("cases:list")).text
