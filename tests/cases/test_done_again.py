"""A matter that is done once more: what it shows of 办结 and of the rating is of the
present round, and empty until then.
"""

from datetime import timedelta

import pytest
from django.utils import translation

from cases.meetings.agenda import _received
from cases.models import Case
from cases.workflow import Action, System, make_move
from tests.api import Api
from tests.cases.ledger_desk import page as ledger_page
from tests.cases.ledger_desk import records, rows, shown_rows, table_of, take
from tests.cases.roads import (
    DAY,
    NOON,
    completed,
    decided,
    dissatisfied_twice,
    officer,
    rated,
    settled,
    staff,
    verified,
)

pytestmark = pytest.mark.django_db

BADLY = {
    "satisfaction": "dissatisfied",
    "solved": "no",
    "reason": "没修",
    "how": "call",
}
RATINGS = {
    "general": "satisfaction",
    "requests": "satisfaction",
}
RESULTS = {
    "general": ("completed_on", "result"),
    "requests": ("completed_on", "measures", "result"),
}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def here():
    return staff()


def row_of(here, key: str) -> dict[str, object]:
    (row,) = rows(here.secretary, key)
    return row


@pytest.mark.parametrize("key", RATINGS)
def test_a_ledger_shows_nothing_of_the_round_before_while_it_is_done_again(here, key):
    rated(here, **BADLY)

    row = row_of(here, key)

    assert not row[RATINGS[key]]
    assert not any(row[name] for name in RESULTS[key])


@pytest.mark.parametrize("key", RATINGS)
def test_done_again_it_shows_its_result_and_no_rating_of_before(here, key):
    case = completed(here, rated(here, **BADLY), at=NOON + 3 * DAY)

    row = row_of(here, key)

    assert all(row[name] for name in RESULTS[key])
    assert not row[RATINGS[key]]

    rated(here, verified(here, case, NOON + 3 * DAY), NOON + 4 * DAY)
    assert row_of(here, key)[RATINGS[key]] == "satisfied"


def test_the_page_and_the_file_show_as_much_as_the_ledger(here):
    with translation.override("zh-hans"):
        rated(here, **BADLY)

        pages = shown_rows(ledger_page(here.secretary))
        files = table_of(take(here.secretary))

    for table in (pages, files):
        cells = [cell for row in table for cell in row]
        assert "不满意" not in cells
        assert not any("换了蓄电池" in cell for cell in cells)


def test_the_rating_that_waits_for_an_order_is_of_the_present_round(here):
    dissatisfied_twice(here)

    assert row_of(here, "general")["satisfaction"] == "dissatisfied"


def test_a_matter_closed_without_an_answer_shows_none_of_the_round_before(here):
    case = completed(here, rated(here, **BADLY), at=NOON + 3 * DAY)
    case = verified(here, case, NOON + 3 * DAY)
    case = make_move(
        case,
        Action.CLOSE_UNRATED,
        by=System("close_unrated"),
        at=NOON + timedelta(days=90),
    )

    assert row_of(here, "general")["satisfaction"] == ""
    with translation.override("zh-hans"):
        assert _received(case) == case.get_close_reason_display()


def test_work_that_was_sent_back_is_not_done(here):
    make_move(
        completed(here),
        Action.REJECT,
        by=officer(here.secretary),
        at=NOON + DAY,
        reason="灯还是不亮",
    )

    row = row_of(here, "general")

    assert not row["completed_on"]
    assert not row["result"]


def test_the_book_of_visitors_says_what_was_answered_and_not_twice_what_is_undone(here):
    case = settled(here)
    make_move(case, Action.RATE, by=officer(here.leader), at=NOON + DAY, **BADLY)

    (record,) = records(here.secretary, "visitors")

    assert record.done("result") == ""


def test_the_api_shows_the_present_round_in_lists_and_in_full(here):
    case = rated(here, **BADLY)
    api = Api(here.secretary)

    (row,) = api.get("cases/").json()["results"]
    whole = api.get(f"cases/{case.number}/").json()

    for shown in (row, whole):
        answers = [shown[name] for name in ("outcome", "satisfaction", "solved")]
        assert answers == ["", "", ""]
        assert shown["completed_at"] is None


def test_the_case_page_says_that_a_rating_is_of_the_time_before(here, client):
    case = rated(here, **BADLY)
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url(), headers={"accept-language": "en"})

    labels = [line.label for line in page.context["course"]]
    assert "Rating last time" in labels
    assert "Rating" not in labels


def test_what_is_counted_still_goes_by_the_last_rating(here):
    rated(here, **BADLY)

    assert Case.objects.get().satisfaction == "dissatisfied"


def test_decided_anew_it_is_not_rated(here):
    assert not decided(here).is_rated
