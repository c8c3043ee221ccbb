"""Every figure counts what its definition says, as plain SQL does, and its rows are
those it counts.
"""

from collections import Counter
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.models import Case, Topic
from cases.models.scope import Sight
from minshi.errors import InputRefused
from supervision.figures.asking import days_of_month
from supervision.figures.board import Board, Links
from supervision.figures.definitions import COUNTS, FIGURES, SHARES
from supervision.figures.periods import Days
from supervision.figures.places import Open, Place
from supervision.figures.reading import Figures, Reading, ShareOf, SpreadOf
from supervision.figures.rows import Behind
from supervision.figures.shown import spread_in_words
from supervision.figures.small import topics_of
from supervision.figures.storing import store_touched
from tests.cases.roads import DAY, NOON
from tests.roles import group_leader_of, secretary_of
from tests.supervision.figures.world import in_sql, make_world
from tests.villages.factories import GroupFactory, VillageFactory

pytestmark = pytest.mark.django_db
LATER = NOON + 20 * DAY
TODAY = LATER.date()
MONTH = Days(date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Made once for all tests that only look at it."""
    with django_db_blocker.unblock():
        from django.db import transaction

        with transaction.atomic():
            with time_machine.travel(LATER, tick=False):
                yield make_world()
            transaction.set_rollback(True)


def reading_of(post, place: Place) -> Reading:
    return Reading(place, LATER, Sight.of(post.user, TODAY))


def client_of(post) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(post.user)
    return client


@pytest.mark.parametrize("code", COUNTS)
def test_a_figure_counts_what_plain_sql_counts(world, code):
    village = Place.of_village(world.here.village)
    town = Place.of_town(world.here.town)

    within = f"c.village_id = {world.here.village.pk}"
    for place, where in (
        (village, within),
        (town, f"c.town_id = {world.here.town.pk}"),
    ):
        figures = Reading(place, LATER, None).of(MONTH)

        assert figures.count(code) == in_sql(code, MONTH, where, LATER)


def test_the_world_has_something_of_what_is_counted(world):
    figures = Reading(Place.of_village(world.here.village), LATER, None).of(MONTH)

    assert figures.count("case.received.count") == 13  # the slip left out
    assert figures.count("case.online.count") == 1
    assert figures.count("case.concluded.count") == 4
    assert figures.count("round.completed.count") == 6
    assert figures.count("case.redone.count") == 1
    assert figures.share("rate.satisfied") == ShareOf(2, 3)
    assert figures.share("ratio.concluded") == ShareOf(4, 12)
    assert figures.spread("days.acceptance").median == 0


@pytest.mark.parametrize("who", ["secretary", "leader", "supervisor", "county"])
def test_the_rows_of_every_figure_are_those_it_counts(world, who):
    here = world.here
    post = here.county_supervisor if who == "county" else getattr(here, who)
    place = Open(post.user, TODAY).widest()
    reading = reading_of(post, place)
    figures = reading.of(MONTH)

    for code in COUNTS:
        behind = Behind.of(code)
        rows = behind.rows(reading, MONTH)
        assert rows.count() == figures.count(code), code

        listed = behind.listed(rows, reading.sight)
        cases = {row.case.pk if behind.count.is_of_rounds else row.pk for row in listed}
        seen = Case.objects.counted_for(post.user, TODAY)
        assert cases <= set(seen.values_list("pk", flat=True)), code


def test_what_was_received_is_parted_without_a_remainder(world):
    reading = reading_of(world.here.supervisor, Place.of_town(world.here.town))
    figures = reading.of(MONTH)
    received = figures.count("case.received.count")

    for split in ("category", "grade", "handling", "level", "channel", "topic"):
        parts = figures.split(split)
        assert sum(parts.values()) == received
        for value, number in parts.items():
            behind = Behind.of("case.received.count", f"{split}|{value}")
            assert behind.rows(reading, MONTH).count() == number, (split, value)


def test_a_county_reads_topics_of_one_name_as_one(world):
    """Each of its towns has topics of its own."""
    Case.objects.filter(confidentiality="secret").update(confidentiality="normal")
    for staff_of_town, title in ((world.here, "taken up"), (world.there, "elsewhere")):
        topic = Topic.objects.create(town=staff_of_town.town, name="饮水")
        Case.objects.filter(pk=world.cases[title].pk).update(topic=topic)
    post = world.here.county_supervisor
    reading = reading_of(post, Open(post.user, TODAY).widest())

    board = Board(reading, MONTH, Links(reading.place.code, {}))
    rows = [row for row in board.topics() if str(row.label) == "饮水"]

    assert [row.number for row in rows] == [2]
    part = parse_qs(urlsplit(rows[0].address).query)["part"][0]
    behind = Behind.of("case.received.count", part)
    assert behind.rows(reading, MONTH).count() == 2
    for bad in (f"{part},x", f"{part}," * 400):
        with pytest.raises(InputRefused):
            Behind.of("case.received.count", bad)


def test_a_secret_matter_is_counted_and_told_of_in_no_part(world):
    post = world.here.supervisor
    reading = reading_of(post, Place.of_town(world.here.town))
    figures = reading.of(MONTH)

    assert figures.split("channel")["secret"] == 1
    assert "phone" not in figures.split("channel")

    behind = Behind.of("case.received.count", "channel|secret")
    rows = behind.rows(reading, MONTH)
    assert rows.get() == world.cases["secret"]
    assert not behind.listed(rows, reading.sight)


def test_a_matter_that_concerns_a_cadre_is_in_none_of_their_figures(world):
    here = world.here
    case = world.cases["heard"]
    before = reading_of(here.secretary, Place.of_village(here.village)).of(MONTH)
    concern = case.concerns.create(user=here.duty.user, village=here.village)

    after = reading_of(here.secretary, Place.of_village(here.village)).of(MONTH)
    above = reading_of(here.supervisor, Place.of_village(here.village)).of(MONTH)
    concern.delete()

    received = "case.received.count"
    assert after.count(received) == before.count(received) - 1
    assert above.count(received) == before.count(received)


# --- of few nothing is worked out


def test_of_fewer_than_five_no_share_and_no_median_is_worked_out():
    assert ShareOf(4, 4).percent is None
    assert ShareOf(4, 5).percent == 80.0
    assert SpreadOf.of(Counter({1: 4})) == SpreadOf(4, None, None)
    assert SpreadOf.of(Counter({1: 3, 9: 2})) == SpreadOf(5, 1, 9)
    assert SpreadOf.of(Counter({0: 5, 7: 4, 30: 1})) == SpreadOf(10, 0, 7)


def test_the_page_says_of_how_many_matters_its_bars_are(world):
    client = client_of(world.here.supervisor)

    with time_machine.travel(LATER, tick=False):
        shown = client.get(reverse("supervision:figures"), {"period": "month"}).context

    received = next(iter(shown["six"])).shown
    assert sum(row.number for row in shown["topics"]) == int(received)
    # without a topic all of them, but for a secret one that may not be told apart
    assert f"{received} matters, not parted" in shown["seen_topics"]


def test_a_topic_is_delicate_by_its_mark_of_now(world):
    topic = Topic.objects.create(town=world.here.town, name="未成年人")
    figures = Figures(Counter({f"topic|{topic.pk}": 3}))

    def shown():
        return [cell.value for cell in topics_of(figures, leaves_village=True)]

    assert shown() == [str(topic.pk)]
    Topic.objects.filter(pk=topic.pk).update(is_red_line=True)
    assert shown() == [""]


# --- periods


@pytest.mark.parametrize(
    ("first", "last", "before", "a_year_before"),
    [
        ("2026-03-01", "2026-03-31", "2026-02-01 2026-02-28", "2025-03-01 2025-03-31"),
        ("2026-03-01", "2026-03-30", "2026-02-01 2026-02-28", "2025-03-01 2025-03-30"),
        ("2026-01-01", "2026-03-10", "2025-10-01 2025-12-10", "2025-01-01 2025-03-10"),
        ("2024-02-01", "2024-02-29", "2024-01-01 2024-01-31", "2023-02-01 2023-02-28"),
        ("2026-03-02", "2026-03-08", "2026-02-23 2026-03-01", "2025-03-02 2025-03-08"),
    ],
)
def test_a_period_is_compared_with_the_one_before_and_that_of_last_year(
    first, last, before, a_year_before
):
    days = Days(date.fromisoformat(first), date.fromisoformat(last))

    assert f"{days.before().first} {days.before().last}" == before
    assert f"{days.a_year_before().first} {days.a_year_before().last}" == a_year_before


def test_a_month_to_come_or_none_is_refused():
    on = date(2026, 3, 10)

    assert days_of_month("2026-03", on) == Days(date(2026, 3, 1), on)
    assert days_of_month("2026-02", on).last == date(2026, 2, 28)
    for text in ("2026-04", "2026-13", "1999-01", "März", "2026-3-1", "20263", "3月"):
        with pytest.raises(InputRefused):
            days_of_month(text, on)


# --- who reads what


def test_each_reader_opens_the_places_of_their_posts_alone(world):
    here = world.here
    there = world.there
    village = here.village.code

    for post, opened, shut in (
        (here.duty, [village], [here.town.code, there.village.code, "621226"]),
        (here.leader, [village], [here.town.code]),
        (here.member, [village], [here.town.code]),
        (here.supervisor, [village, here.town.code], [there.town.code, "621226"]),
        (here.county_supervisor, [village, there.town.code, "621226"], ["621227"]),
        (here.handler, [], [village, here.town.code]),
    ):
        open_to = Open(post.user, TODAY)
        assert all(open_to.place(code) for code in opened)
        assert not any(open_to.place(code) for code in shut)


@pytest.mark.parametrize("address", ["figures", "figure_rows"])
def test_a_page_of_a_foreign_place_is_not_found(world, address):
    args = ["case.received.count"] if address == "figure_rows" else []
    page = reverse(f"supervision:{address}", args=args)

    with time_machine.travel(LATER, tick=False):
        for post, place, status in (
            (world.here.secretary, world.here.village.code, 200),
            (world.here.secretary, world.there.village.code, 404),
            (world.here.secretary, world.here.town.code, 404),
            (world.here.supervisor, world.there.town.code, 404),
            (world.here.handler, world.here.town.code, 404),
        ):
            answer = client_of(post).get(page, {"place": place, "month": "2026-03"})
            assert answer.status_code == status


def test_the_page_of_a_figure_says_how_many_it_does_not_list(world):
    page = reverse("supervision:figure_rows", args=["case.online.count"])
    asked = {"place": world.here.village.code, "month": "2026-03"}

    with time_machine.travel(LATER, tick=False):
        answer = client_of(world.here.secretary).get(page, asked)
        of_group = client_of(group_leader_of(GroupFactory(village=world.here.village)))
        unseen = of_group.get(page, asked)

    assert answer.context["number"] == unseen.context["number"] == 1
    assert [case.pk for case in answer.context["cases"]] == [world.cases["heard"].pk]
    assert (answer.context["unlisted"], unseen.context["unlisted"]) == (0, 1)
    assert not unseen.context["cases"]


@pytest.mark.parametrize(
    "address",
    [
        "no.such.figure/",
        "case.received.count/?part=topic|x",
        "case.online.count/?part=topic|1",
        "case.open.count/?part=age|3",
        "case.received.count/?period=ever",
        "case.received.count/?month=2026-99",
    ],
)
def test_rows_of_no_figure_are_not_found(world, address):
    page = reverse("supervision:figure_rows", args=["x"]).removesuffix("x/")

    with time_machine.travel(LATER, tick=False):
        assert client_of(world.here.supervisor).get(page + address).status_code == 404


@pytest.mark.parametrize(
    "written", ["2026.3", "2026/03", "2026年3月", "２０２６-03", "202603", " 2026-03 "]
)
def test_a_month_is_understood_as_it_is_written(world, written):
    """A browser without a box for months gives one for text."""
    page = reverse("supervision:figures")

    with time_machine.travel(NOON + 30 * DAY, tick=False):
        shown = client_of(world.here.supervisor).get(page, {"month": written}).context

    assert shown["board"].days == Days(date(2026, 3, 1), date(2026, 3, 31))
    assert (shown["month"], shown["refused"]) == ("2026-03", "")


@pytest.mark.parametrize("asked", [{"month": "2027-01"}, {"period": "ever"}])
def test_a_month_to_come_is_refused_beside_its_field(world, asked):
    with time_machine.travel(LATER, tick=False):
        answer = client_of(world.here.supervisor).get(
            reverse("supervision:figures"), asked
        )

    assert answer.status_code == 200
    text = answer.content.decode()
    assert 'id="month_error"' in text
    assert asked.get("month", "") in text


def test_everybody_who_deals_with_matters_reads_what_each_figure_counts(world):
    page = reverse("supervision:figure_definitions")

    for post in (world.here.handler, world.here.duty):
        text = client_of(post).get(page).content.decode()
        assert all(f'id="{code}"' in text for code in FIGURES)


# --- the same by the API


def test_the_api_gives_figures_by_their_codes(world):
    with time_machine.travel(LATER, tick=False):
        client = client_of(world.here.supervisor)
        answer = client.get(
            "/api/v1/figures/",
            {
                "codes": "case.received.count,ratio.concluded,days.acceptance",
                "month": "2026-03",
                "parts": "true",
            },
        ).json()

    assert answer["place"] == world.here.town.code
    assert (answer["since"], answer["until"]) == ("2026-03-01", "2026-03-22")
    received, ratio, days = answer["figures"]
    assert received["value"] == 13
    assert ratio == {
        "code": "ratio.concluded",
        "value": 33.3,
        "part": 4,
        "whole": 12,
        "most": None,
    }
    assert (days["value"], days["whole"]) == (0, 9)
    codes = [part["place"] for part in answer["parts"]]
    assert codes == [world.here.village.code, f"{world.here.town.code}-00"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("codes=case.none", 400),
        ("month=2027-01", 400),
        ("period=ever", 400),
        ("village=621226999999", 400),
        ("town=621227", 400),
        ("", 200),
    ],
)
def test_the_api_refuses_what_it_does_not_know(world, query, status):
    with time_machine.travel(LATER, tick=False):
        answer = client_of(world.here.supervisor).get(f"/api/v1/figures/?{query}")

    assert answer.status_code == status


def test_an_office_has_no_figures_of_a_place(world):
    answer = client_of(world.here.handler).get("/api/v1/figures/")

    assert answer.status_code == 403


def test_the_api_names_every_figure_with_its_meaning(world):
    answer = client_of(world.here.handler).get("/api/v1/figures/definitions/").json()

    assert [figure["code"] for figure in answer] == list(FIGURES)
    assert all(figure["meaning"] and figure["unit"] for figure in answer)


def test_the_two_numbers_of_a_share_are_figures_themselves():
    for share in SHARES.values():
        assert share.part in COUNTS
        assert share.whole in COUNTS


# --- the cost


@pytest.mark.parametrize("villages", [1, 3])
def test_a_page_of_figures_costs_the_same_whatever_it_counts(
    world, villages, django_assert_num_queries
):
    for _nth in range(villages - 1):
        secretary_of(VillageFactory(town=world.here.town))
    page = reverse("supervision:figures")

    with time_machine.travel(LATER, tick=False):
        client_of(world.here.supervisor).get(page)  # the calendar is read once
        for post, queries in (
            (world.here.supervisor, 14),
            (world.here.county_supervisor, 14),
            (world.here.secretary, 15),
        ):
            client = client_of(post)
            with django_assert_num_queries(queries):
                assert client.get(page).status_code == 200


def test_a_page_of_stored_figures_costs_at_most_twenty_queries(
    world, django_assert_num_queries
):
    store_touched(LATER)
    world.cases["heard"].concerns.create(
        user=world.here.duty.user, village=world.here.village
    )

    with time_machine.travel(LATER, tick=False):
        for post, queries in (
            (world.here.supervisor, 16),
            (world.here.secretary, 20),
        ):
            client = client_of(post)
            with django_assert_num_queries(queries):
                assert client.get(reverse("supervision:figures")).status_code == 200


def test_half_and_nine_tenths_on_one_day_are_said_once():
    with translation.override("zh-hans"):
        same = spread_in_words(SpreadOf(20, 0, 0))
        other = spread_in_words(SpreadOf(20, 0, 13))

    assert same == "九成以上当天"
    assert other == "一半以上当天，九成以上13天内"
