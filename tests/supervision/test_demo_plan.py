"""The plan of the demo holds on any day of the year, and a demo that cannot be made
leaves nothing.
"""

from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from cases.deadlines.calendar import load_calendar
from minshi.demo import make_demo
from minshi.demo.diary import Diary
from minshi.demo.draws import draws_from
from minshi.demo.making import calendar_of_the_year
from minshi.demo.plan import Plan
from minshi.demo.samples import in_group
from tests.cases.roads import SHANGHAI
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    ResidentFactory,
    TownFactory,
    VillageFactory,
)
from villages.models import User, Village

pytestmark = pytest.mark.django_db
CODE = "621226118"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=SHANGHAI)
PASSWORD = "baiguan-2026"


# --- refusals


def test_it_is_refused_without_debug_or_password(settings):
    settings.DEBUG, settings.DEMO_PASSWORD = False, PASSWORD
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo_data", town=CODE)

    settings.DEBUG, settings.DEMO_PASSWORD = True, ""
    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        call_command("demo_data", town=CODE)
    assert not User.objects.exists()


def test_an_unknown_town_is_refused(settings):
    settings.DEBUG, settings.DEMO_PASSWORD = True, PASSWORD

    with pytest.raises(CommandError):
        call_command("demo_data", town="999999999")


def test_an_interrupted_run_leaves_nothing(monkeypatch):
    def interrupted(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr("minshi.demo.telling.StoryTelling.settle", interrupted)

    with pytest.raises(KeyboardInterrupt):
        make_demo(CODE, PASSWORD, seed=1, at=NOW)

    assert not User.objects.exists()
    assert not Village.objects.exists()


# --- the plan, on any day


@pytest.fixture
def grid():
    town = TownFactory()
    groups = [
        GroupFactory(number=3, village=VillageFactory(town=town, name=name))
        for name in ("白关村", "马崖村", "硬坪村")
    ]
    return groups, [
        ResidentFactory(household=HouseholdFactory(group=group), is_head=True)
        for group in groups
    ]


def plan_at(grid, at, seed=1):
    groups, people = grid
    load_calendar(None, at)
    calendar = calendar_of_the_year(groups[0].village.town, at)
    return Plan(groups, people, Diary(calendar, draws_from(seed)), at).stories()


DAYS = [
    "2026-01-01T00:10",
    "2026-02-18T12:00",
    "2026-02-24T09:00",
    "2026-03-04T03:00",
    "2026-05-03T23:50",
    "2026-07-01T08:00",
    "2026-10-05T12:00",
    "2026-10-08T06:59",
    "2026-12-31T18:00",
    "2024-02-29T12:00",
]


@pytest.mark.parametrize("moment", DAYS)
def test_the_plan_holds_on_any_day_of_the_year(grid, moment):
    at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)

    stories = plan_at(grid, at)

    closed = [story for story in stories if not story.sample.stays_open]
    assert (len(stories), len(closed)) == (183, 178)
    assert sum(story.sample.is_online for story in stories) == 50
    first = at.date() - timedelta(days=380)
    for story in stories:
        moments = [moment for _step, moment in story.steps]
        assert moments == sorted(moments)
        assert first <= moments[0].date()
        assert moments[-1] <= at
    assert all(story.steps[-1][1].date() < at.date() for story in closed)
    steps = [step for story in stories for step, _moment in story.steps]
    assert steps.count("say_more") == 1


@pytest.mark.parametrize("moment", DAYS)
def test_one_of_each_road_is_told_in_full_whatever_the_day(grid, moment):
    stories = plan_at(grid, datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))

    told = {story.example: story for story in stories if story.example}
    assert sorted(told) == ["beside", "by_villagers", "cut_road", "quarrel"]
    quarrel, cut, beside = told["quarrel"], told["cut_road"], told["beside"]
    assert (
        quarrel.sample.channel,
        quarrel.sample.category,
        quarrel.sample.handling,
    ) == ("phone", "neighbour", "led")
    assert quarrel.group.village.name == "白关村"
    assert cut.group.village != beside.group.village
    at = dict(cut.steps)
    both_up = max(at["escalate"], dict(beside.steps)["escalate"])
    assert both_up < at["accept_together"] < dict(beside.steps)["acknowledge"]
    assert at["decide"] < at["hand_back"] < at["overrule"] < at["report"]


def test_the_same_seed_tells_the_same_and_another_something_else(grid):
    def told(seed):
        return [
            (story.title, story.group.pk, story.steps)
            for story in plan_at(grid, NOW, seed)
        ]

    assert told(1) == told(1)
    assert told(1) != told(2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("二社路灯不亮", "五社路灯不亮"),
        ("三组路边", "五组路边"),
        ("一社 300 米", "五社 300 米"),
        ("合作社共用", "合作社共用"),
    ],
)
def test_a_repeated_matter_names_its_own_group(text, told):
    assert in_group(text, 5) == told
