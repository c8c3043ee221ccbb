"""The clock of 议 while the resolution of 四议两公开 hangs for the days of the law
(组织法 35).
"""

from datetime import timedelta

import pytest

from cases.deadlines.calendar import load_calendar
from cases.meetings.four_two import record_step
from cases.meetings.step_record import StepRecord
from cases.models.choices import Light
from cases.workflow import Action, make_move
from minshi import workdays
from minshi.errors import MoveRefused
from tests.cases.roads import DAY, NOON, decided, officer, staff
from tests.cases.test_four_two import begun, major, through

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
HANGS = timedelta(days=15)


@pytest.fixture(autouse=True)
def _published_calendar():
    load_calendar([2025, 2026], NOON)


@pytest.fixture
def here():
    return staff()


def published(here, case, *, on=TODAY, until=TODAY + HANGS):
    """The fifth step: the resolution is put up, the day it is written down."""
    process = through(begun(here, case), here, 4)
    shown = StepRecord(on, "在公开栏公开", public_until=until, oversight="无异议")
    record_step(process, 5, shown, by=officer(here.secretary), at=NOON)
    case.refresh_from_db()
    return case


def test_the_clock_rests_for_the_days_that_the_law_asks_for(here):
    case = major(here)
    left = case.due_on - TODAY

    case = published(here, case)

    assert case.light(NOON + HANGS) == Light.GREY
    rests_until = workdays.local_day(case.grey_until)
    assert rests_until == TODAY + HANGS + DAY
    # the working days that were left are left again
    assert case.due_on >= rests_until + left
    assert case.light(NOON + HANGS + DAY) != Light.RED


def test_it_rests_no_longer_than_the_law_asks_for(here):
    case = published(here, major(here), until=TODAY + 2 * HANGS)

    assert workdays.local_day(case.grey_until) == TODAY + HANGS + DAY


def test_the_events_say_why_and_the_villager_reads_it(here):
    case = published(here, major(here))

    event = case.events.get(action=Action.DEFER)
    assert event.actor_kind == "system"
    assert "15" in event.note
    assert event.data["told_why"]


def test_handed_over_meanwhile_the_work_has_its_own_time(here):
    case = decided(here, published(here, major(here)))

    assert (case.stage, case.grey_until) == ("handle", None)
    assert case.light(NOON + DAY) == Light.GREEN


def test_put_off_before_by_the_village_it_rests_the_longer_of_both(here):
    def put_off(case, days):
        return make_move(
            case,
            Action.DEFER,
            by=officer(here.secretary),
            at=NOON,
            reason="等测量",
            until_on=TODAY + days * DAY,
        )

    shorter = published(here, put_off(major(here), 5))
    longer = published(here, put_off(major(here), 25))

    assert workdays.local_day(shorter.grey_until) == TODAY + HANGS + DAY
    assert workdays.local_day(longer.grey_until) == TODAY + 25 * DAY
    # the village has put it off once, and does not a second time
    with pytest.raises(MoveRefused):
        put_off(shorter, 20)


def test_the_village_may_still_put_it_off_once(here):
    case = published(here, major(here))

    case = make_move(
        case,
        Action.DEFER,
        by=officer(here.secretary),
        at=NOON + HANGS + 2 * DAY,
        reason="等测量",
        until_on=TODAY + HANGS + 9 * DAY,
    )

    assert workdays.local_day(case.grey_until) == TODAY + HANGS + 9 * DAY


def test_a_matter_in_work_goes_on(here):
    case = major(here)
    process = through(begun(here, case), here, 4)
    case = decided(here, case)
    due_on = case.due_on

    shown = StepRecord(TODAY, "在公开栏公开", public_until=TODAY + HANGS)
    record_step(process, 5, shown, by=officer(here.secretary), at=NOON)

    case.refresh_from_db()
    assert (case.grey_until, case.due_on) == (None, due_on)


def test_what_was_put_up_long_ago_rests_no_more(here):
    process = through(begun(here, major(here)), here, 4, on=TODAY - 40 * DAY)
    on = TODAY - 20 * DAY
    shown = StepRecord(on, "在公开栏公开", public_until=on + HANGS)

    record_step(process, 5, shown, by=officer(here.secretary), at=NOON)

    assert not process.case.events.filter(action=Action.DEFER).exists()
