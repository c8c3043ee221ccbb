"""Stored figures are those that the matters give, at any moment."""

from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Q

from cases.models import Case, Clock, Topic
from cases.models.scope import Sight
from cases.workflow import Action, Spoken, make_move, register
from supervision.figures.loading import hidden_from, load
from supervision.figures.periods import Days
from supervision.figures.places import Place
from supervision.figures.reading import Reading
from supervision.figures.storing import (
    FiguresDiffered,
    every_day,
    recount,
    recount_and_repair,
    store_touched,
)
from supervision.figures.tallying import tally
from supervision.models import DailyFigure, FigureMark
from tests.cases.roads import DAY, NOON, officer, rated, spoken, words
from tests.supervision.figures.world import make_world

pytestmark = pytest.mark.django_db
LATER = NOON + 40 * DAY
TODAY = LATER.date()
SPANS = [
    Days(date(2026, 2, 20), TODAY),
    Days(date(2026, 3, 1), date(2026, 3, 31)),
    Days(date(2026, 3, 2), date(2026, 3, 20)),
]
DAILY = Days(date(2026, 2, 16), TODAY)


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(LATER, tick=False):
            yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(made, db):
    FigureMark.objects.all().delete()
    DailyFigure.objects.all().delete()
    return made


def counted(place, sight=None):
    """The spans and days as the matters give them, without what is stored."""
    within = place.within if sight is None else place.within & ~Q(sight.in_conflict())
    spans = [{} for _span in SPANS]
    by_day = {}
    for (code, day), numbers in tally(within, [Days(date(2026, 1, 1), TODAY)]).items():
        add(by_day, day, numbers)
        for span, found in zip(SPANS, spans, strict=True):
            if span.holds(day):
                add(found, code, numbers)
    return spans, by_day


def stored(place, sight=None):
    hidden = hidden_from(sight) if sight else None
    loaded = load(place, hidden, SPANS, DAILY, LATER)
    spans = [without_nothing(by_place) for by_place in loaded.by_span]
    return spans, without_nothing(loaded.by_day)


def add(found, key, numbers):
    for code, number in numbers.items():
        of_key = found.setdefault(key, {})
        of_key[code] = of_key.get(code, 0) + number


def without_nothing(numbers):
    found = {}
    for key, each in numbers.items():
        left = {code: number for code, number in each.items() if number}
        if left:
            found[key] = left
    return found


def places(world):
    return (
        Place.of_village(world.here.village),
        Place.of_town(world.here.town),
    )


def test_what_is_read_from_the_store_is_what_the_matters_give(world):
    store_touched(LATER)

    for place in places(world):
        assert stored(place) == counted(place)
    assert DailyFigure.objects.filter(span="month").exists()


def test_before_anything_is_stored_the_matters_are_counted(world):
    for place in places(world):
        assert stored(place) == counted(place)


def test_a_county_is_read_by_its_towns(world):
    store_touched(LATER)
    county = Place(world.here.town.county_code, "礼县")

    figures = Reading(county, LATER, None).by_part(SPANS[0])

    town = Reading(Place.of_town(world.here.town), LATER, None).of(SPANS[0])
    other = Reading(Place.of_town(world.there.town), LATER, None).of(SPANS[0])
    assert figures[world.here.town.code].numbers == town.numbers
    assert figures[world.there.town.code].numbers == other.numbers


def test_what_happens_after_the_store_is_counted_at_once(world):
    store_touched(LATER - DAY)
    reopened = make_move(
        world.cases["praised"],
        Action.REOPEN,
        by=officer(world.here.reviewer),
        at=LATER,
        **words(Action.REOPEN, LATER),
    )

    assert reopened.closed_at is None
    for place in places(world):
        assert stored(place) == counted(place)

    store_touched(LATER + timedelta(hours=1))
    assert recount(LATER + timedelta(hours=1)) == []


def test_what_concerns_a_reader_is_taken_off_what_is_stored(world):
    store_touched(LATER)
    here = world.here
    case = world.cases["praised"]
    case.concerns.create(user=here.duty.user, village=here.village)
    sight = Sight.of(here.secretary.user, TODAY)

    village = Place.of_village(here.village)
    assert stored(village, sight) == counted(village, sight)
    assert stored(village) != stored(village, sight)


def test_the_store_costs_few_queries(world, django_assert_num_queries):
    store_touched(LATER)
    town = Place.of_town(world.here.town)

    with django_assert_num_queries(6):
        load(town, None, SPANS, DAILY, LATER)


def test_a_round_that_ended_after_the_last_closing_is_stored(world):
    ended = NOON + 40 * DAY
    case = world.cases["done"]
    Clock.objects.filter(case=case, stage="handle").update(stopped_at=ended)

    days = every_day(Case.objects.filter(pk=case.pk))

    assert ended.date() in days[case.town_id]


def test_a_recount_finds_and_mends_what_was_changed(world):
    store_touched(LATER)
    assert recount(LATER) == []

    row = DailyFigure.objects.filter(span="day").order_by("pk")[0]
    row.numbers["case.received.count"] = 99
    row.save()
    DailyFigure.objects.filter(span="month", place=world.there.town.code).delete()

    found = {(each.place, each.span) for each in recount(LATER)}
    assert found == {(row.place, "day"), (world.there.town.code, "month")}

    with pytest.raises(FiguresDiffered):
        recount_and_repair(LATER)
    assert recount(LATER) == []


def test_the_command_names_what_differs(world):
    with time_machine.travel(LATER, tick=False):
        out = StringIO()
        call_command("recount_figures", stdout=out)
        assert out.getvalue() == "所有数都与事项对得上。\n"

        DailyFigure.objects.filter(place=world.there.town.code).delete()
        with pytest.raises(CommandError):
            call_command("recount_figures", stdout=out)
        assert world.there.town.code in out.getvalue()


def test_days_touched_while_a_run_went_on_are_those_of_the_next(world):
    store_touched(LATER)
    mark = FigureMark.objects.get()

    case = rated(world.here, world.cases["answered"], at=LATER - timedelta(minutes=5))
    assert case.closed_at < mark.at
    store_touched(LATER + timedelta(minutes=1))

    assert recount(LATER + timedelta(minutes=1)) == []


def test_a_town_whose_past_is_told_after_the_mark_is_stored_as_well(world):
    store_touched(LATER + 30 * DAY)
    DailyFigure.objects.filter(town=world.there.town).delete()

    store_touched(LATER + 31 * DAY)

    assert DailyFigure.objects.filter(place=world.there.town.code).exists()
    assert recount(LATER + 31 * DAY) == []


@pytest.mark.parametrize(
    ("action", "values"),
    [
        (Action.PROTECT, {"confidentiality": "hidden"}),
        (Action.AMEND, {"place": "村尾"}),
        (Action.VOID, {"void_as": "void", "reason": "记错了"}),
        (Action.RECUSE, {}),
    ],
)
def test_what_repeats_a_matter_is_counted_anew_with_it(world, action, values):
    here = world.here
    by = officer(here.duty)
    topic = Topic.objects.create(town=here.town, name="路灯")
    first = spoken(here, topic=topic, place="村口")
    second = Spoken(
        channel="talk_room",
        verbatim="路灯又坏了",
        village=here.village,
        group=here.group,
        topic=topic,
        place="村口",
    )
    register(second, by=by, at=NOON + 3 * DAY)
    store_touched(LATER - DAY)
    village = Place.of_village(here.village)
    assert repeated(village) == 1

    if action == Action.RECUSE:
        by = officer(here.reviewer)
        values = {"concerns": [here.supervisor.user]}
    make_move(first, action, by=by, at=LATER, **values)

    assert repeated(village) == 0
    store_touched(LATER + timedelta(hours=1))
    assert repeated(village) == 0
    assert recount(LATER + timedelta(hours=1)) == []


def repeated(place):
    return Reading(place, LATER, None).of(SPANS[1]).count("case.repeated.count")


def test_a_topic_that_becomes_delicate_changes_nothing_stored(world):
    topic = Topic.objects.create(town=world.here.town, name="未成年人")
    Case.objects.filter(pk=world.cases["heard"].pk).update(topic=topic)
    store_touched(LATER)

    Topic.objects.update(is_red_line=True)

    assert recount(LATER) == []


def test_nothing_stored_is_read_of_today(world):
    with time_machine.travel(LATER, tick=False):
        store_touched(LATER)
        DailyFigure.objects.filter(day=TODAY).update(numbers={"case.received.count": 9})
        spoken(world.here, village=world.here.village)

    figures = Reading(Place.of_town(world.here.town), LATER, None).of(
        Days(TODAY, TODAY)
    )

    assert figures.count("case.received.count") == 0  # taken down at NOON, as told
