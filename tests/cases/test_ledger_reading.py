"""Which cases a period means, and what it costs to read the rows of a ledger."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from cases.ledgers import BOOKS_OF_CASES, batches
from cases.ledgers.period import Period, PeriodForm, in_words
from cases.models import Case
from minshi.clock import today
from tests.cases.ledger_desk import channel_of, rows
from tests.cases.roads import rated, settled, spoken, staff

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
CHANNELS = {"home-visit": "home_visit", "online": "qr_code"}
# queries of a batch: the rows, who handles it, the events or ratings that columns read
COSTS = dict.fromkeys(BOOKS_OF_CASES, 3) | {"home-visit": 2}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def in_ledger(here, key: str) -> Case:
    """A rated case that belongs in the ledger."""
    if key == "errands":
        return settled(here)
    return rated(here, channel_of(here, CHANNELS.get(key, "talk_room")))


@pytest.mark.parametrize("key", BOOKS_OF_CASES)
def test_a_period_means_the_ledgers_own_date_and_holds_both_its_days(key):
    here, book = staff(), BOOKS_OF_CASES[key]
    made = {}
    for text in (
        "2026-04-30T23:59:59",
        "2026-05-01T00:00:00",
        "2026-05-31T23:59:59",
        "2026-06-01T00:00:00",
    ):
        case = in_ledger(here, key)
        if key == "satisfaction":
            case.ratings.update(at=moment(text))
        else:
            Case.objects.filter(pk=case.pk).update(**{book.date: moment(text)})
        made[text] = case.number
    counted = Case.objects.counted_for(here.secretary.user, today())

    may = Period(date(2026, 5, 1), date(2026, 5, 31))
    found = may.of(book, counted).order_by(*book.order).values_list("number", flat=True)

    assert list(found) == [made["2026-05-01T00:00:00"], made["2026-05-31T23:59:59"]]
    assert Period(last=date(2026, 4, 30)).of(book, counted).count() == 1
    assert Period(first=date(2026, 6, 1)).of(book, counted).count() == 1
    assert Period().of(book, counted).count() == 4


def test_a_paper_is_of_the_days_chosen_not_of_those_of_its_rows():
    today = date(2026, 12, 8)

    assert in_words(*Period().bounds(today)) == "截至2026年12月8日"
    assert in_words(*Period(last=date(2026, 5, 2)).bounds(today)) == "截至2026年5月2日"
    assert Period(first=date(2026, 6, 3)).bounds(today) == (date(2026, 6, 3), today)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("month", date(2028, 2, 1), date(2028, 2, 29)),
        ("last_month", date(2028, 1, 1), date(2028, 1, 31)),
        ("year", date(2028, 1, 1), date(2028, 2, 29)),
        ("twelve_months", date(2027, 3, 1), date(2028, 2, 29)),
        ("all", None, None),
    ],
)
def test_periods_by_name_end_on_the_day_itself(name, first, last):
    assert Period.named(name, date(2028, 2, 29)) == Period(first, last)


def test_days_given_go_before_the_name_of_a_period():
    form = PeriodForm({"period": "month", "since": "2026-01-01"})

    assert form.is_valid()
    assert form.chosen(date(2026, 3, 2)) == Period(date(2026, 1, 1), None)


@pytest.mark.parametrize("key", BOOKS_OF_CASES)
def test_reading_a_batch_costs_the_same_for_one_case_and_for_many(
    key, django_assert_num_queries
):
    here = staff()
    cost = COSTS[key]
    post = here.secretary
    post.user.keep_posts(today())
    for count in (1, 4):
        while Case.objects.count() < count:
            in_ledger(here, key)
        with django_assert_num_queries(cost):
            assert len(rows(post, key)) == count


def test_batches_pass_every_case_once_in_order(monkeypatch):
    here = staff()
    made = [spoken(here).number for _ in range(7)]
    monkeypatch.setattr("cases.ledgers.loading.BATCH", 3)

    pages = list(batches(Case.objects.all(), ("registered_at", "id")))

    assert [[case.number for case in page] for page in pages] == [
        made[:3],
        made[3:6],
        made[6:],
    ]
    assert list(batches(Case.objects.none(), ("registered_at", "id"))) == [[]]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((2026, 11, 1), (2026, 11, 30), "2026年11月"),
        ((2026, 1, 1), (2026, 12, 31), "2026年"),
        ((2026, 11, 1), (2026, 11, 15), "2026年11月1日至15日"),
        ((2026, 9, 1), (2026, 11, 30), "2026年9月1日至11月30日"),
        ((2025, 11, 29), (2026, 11, 28), "2025年11月29日至2026年11月28日"),
        ((2026, 11, 5), (2026, 11, 5), "2026年11月5日"),
    ],
)
def test_a_period_is_written_as_an_office_writes_it(first, last, words):
    with translation.override("zh-hans"):
        assert in_words(date(*first), date(*last)) == words
