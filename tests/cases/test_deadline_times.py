"""Deadlines at the edges of days, months and years, and where a year's calendar is not
known yet (domain §4).
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.deadlines.calendar import has_data, load_calendar
from cases.models import CalendarDay, Case, Clock
from cases.models.choices import Light, Stage
from cases.workflow import Action, Spoken, make_move, register
from minshi.workdays import due_at
from tests.cases.roads import NOON, SHANGHAI, Staff, officer, staff, words

pytestmark = pytest.mark.django_db
SECOND, TICK = timedelta(seconds=1), timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _published_calendar():
    load_calendar([2025, 2026, 2027, 2028], NOON)


def start_of(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=SHANGHAI)


def end_of(year: int, month: int, day: int) -> datetime:
    """23:59:59 of the day."""
    return datetime(year, month, day, 23, 59, 59, tzinfo=SHANGHAI)


def told(here: Staff, at: datetime) -> Case:
    return register(
        Spoken(verbatim="路灯坏了", village=here.village), by=officer(here.duty), at=at
    )


def accepted(here: Staff, at: datetime) -> Case:
    return make_move(
        told(here, at),
        Action.ACCEPT,
        by=officer(here.duty),
        at=at,
        **words(Action.ACCEPT, at),
    )


def decided(here: Staff, at: datetime, **values: object) -> Case:
    values = words(Action.DECIDE, at, lead=here.office, **values)
    return make_move(
        accepted(here, at), Action.DECIDE, by=officer(here.secretary), at=at, **values
    )


def by_the_meeting(here: Staff, at: datetime) -> Case:
    """上会: sixty calendar days, decided by the town."""
    case, values = accepted(here, at), words(Action.ESCALATE, at)
    case = make_move(case, Action.ESCALATE, by=officer(here.secretary), at=at, **values)
    values = words(Action.DECIDE, at, handling="meeting", lead=here.office)
    return make_move(case, Action.DECIDE, by=officer(here.reviewer), at=at, **values)


# --- midnight in Shanghai


@pytest.mark.parametrize(
    ("at", "last_on"),
    [
        (end_of(2026, 3, 2), date(2026, 3, 3)),
        (end_of(2026, 3, 2) + SECOND, date(2026, 3, 4)),
        (datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), date(2026, 3, 3)),
        (datetime(2026, 3, 2, 16, 0, 0, tzinfo=UTC), date(2026, 3, 4)),
        (
            end_of(2026, 3, 6),
            date(2026, 3, 9),
        ),  # a Friday; the weekend after it makes no difference
        (start_of(2026, 3, 7), date(2026, 3, 9)),
        (end_of(2026, 3, 8), date(2026, 3, 9)),
        (start_of(2026, 3, 9), date(2026, 3, 10)),
    ],
)
def test_the_day_of_a_matter_ends_at_midnight_in_shanghai(at, last_on):
    case = told(staff(), at)

    assert (case.due_on, case.due_at) == (
        last_on,
        start_of(*last_on.timetuple()[:3]) + timedelta(days=1),
    )


def test_it_is_in_time_until_the_last_moment_of_its_last_day():
    in_time, late = decided(staff(), NOON), decided(staff(), NOON)
    assert in_time.due_at == start_of(2026, 3, 12)
    values = words(Action.COMPLETE, NOON)

    for case, at in ((in_time, in_time.due_at - TICK), (late, late.due_at)):
        handler = case.owner_office.posts.get()
        make_move(case, Action.COMPLETE, by=officer(handler), at=at, **values)

    assert Clock.objects.get(case=in_time, stage=Stage.HANDLE).in_time()
    assert not Clock.objects.get(case=late, stage=Stage.HANDLE).in_time()


def test_the_light_changes_between_two_moments_and_rows_are_found_by_it():
    case = decided(staff(), NOON)
    for moment, light in (
        (case.yellow_at - TICK, Light.GREEN), (case.yellow_at, Light.YELLOW),
        (case.due_at - TICK, Light.YELLOW), (case.due_at, Light.RED),
    ):  # fmt: skip
        assert case.light(moment) == light
        assert case.light(moment.astimezone(UTC)) == light
        assert Case.objects.with_light(light, moment).get() == case


@pytest.mark.parametrize(
    ("at", "last_on"),
    [
        (end_of(2026, 3, 3), date(2026, 3, 12)),
        (start_of(2026, 3, 4), date(2026, 3, 11)),
    ],
)
def test_a_pause_begins_with_the_day_it_was_ruled_on(at, last_on):
    here = staff()
    # to 5 March: two working days left on the 3rd, one on the 4th
    case = accepted(here, NOON)
    values = words(Action.DEFER, at, until_on=date(2026, 3, 10))

    case = make_move(case, Action.DEFER, by=officer(here.secretary), at=at, **values)

    assert case.due_on == last_on
    assert case.light(end_of(2026, 3, 9)) == Light.GREY
    assert case.light(start_of(2026, 3, 10)) != Light.GREY


# --- holidays and make-up weekends, to the second


@pytest.mark.parametrize(
    ("at", "last_on"),
    [
        (end_of(2026, 2, 13), date(2026, 2, 27)),
        (
            start_of(2026, 2, 14),
            date(2026, 2, 28),
        ),  # a Saturday, worked; and so is the last day
        (end_of(2026, 2, 14), date(2026, 2, 28)),
        (start_of(2026, 2, 15), date(2026, 2, 28)),
        (end_of(2026, 2, 23), date(2026, 2, 28)),
        (start_of(2026, 2, 24), date(2026, 3, 2)),
    ],
)
def test_five_working_days_about_the_spring_festival(settings, at, last_on):
    settings.DEADLINES = {**settings.DEADLINES, "led": "5w"}

    assert decided(staff(), at).due_on == last_on


@pytest.mark.parametrize(
    ("at", "last_on"),
    [
        (end_of(2026, 9, 29), date(2026, 10, 14)),
        (end_of(2026, 9, 30), date(2026, 10, 15)),
        (start_of(2026, 10, 1), date(2026, 10, 15)),
        (end_of(2026, 10, 7), date(2026, 10, 15)),
        (start_of(2026, 10, 8), date(2026, 10, 16)),
    ],
)
def test_seven_working_days_about_the_national_day(at, last_on):
    case = decided(staff(), at)

    assert case.due_on == last_on
    # Two working days before: of the 14th and 15th the one and the other, weekends
    # apart.
    assert case.yellow_at == start_of(2026, 10, last_on.day - 1)


@pytest.mark.parametrize(
    ("at", "last_on"),
    [
        (end_of(2026, 8, 1), date(2026, 9, 30)),
        (start_of(2026, 8, 2), date(2026, 10, 8)),
        (end_of(2026, 8, 4), date(2026, 10, 8)),
        (end_of(2026, 8, 9), date(2026, 10, 8)),
        (start_of(2026, 8, 10), date(2026, 10, 9)),
        (end_of(2026, 8, 11), date(2026, 10, 10)),  # ends on a Saturday that is worked
        (start_of(2026, 8, 12), date(2026, 10, 12)),  # ends on a Sunday
    ],
)
def test_sixty_calendar_days_that_end_about_the_national_day(at, last_on):
    assert by_the_meeting(staff(), at).due_on == last_on


# --- ends of months and years


@pytest.mark.parametrize(
    ("at", "one", "three"),
    [
        (end_of(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 2)),
        (end_of(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 3)),
        (
            end_of(2026, 4, 29),
            date(2026, 4, 30),
            date(2026, 5, 7),
        ),  # 1 to 5 May are off
        (
            end_of(2026, 12, 30),
            date(2026, 12, 31),
            date(2027, 1, 5),
        ),  # 1 January is off, 2 and 3 are a weekend
        (end_of(2026, 12, 31), date(2027, 1, 4), date(2027, 1, 6)),
    ],
)
def test_a_month_or_year_that_ends_meanwhile_is_stepped_over(at, one, three):
    here = staff()

    assert told(here, at).due_on == one
    assert accepted(here, at).due_on == three


@pytest.mark.parametrize(
    ("at", "one", "three"),
    [
        (end_of(2028, 2, 25), date(2028, 2, 28), date(2028, 3, 1)),
        (end_of(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 2)),
        (start_of(2028, 2, 29), date(2028, 3, 1), date(2028, 3, 3)),
        (end_of(2028, 2, 29), date(2028, 3, 1), date(2028, 3, 3)),
        (
            end_of(2027, 2, 26),
            date(2027, 3, 1),
            date(2027, 3, 3),
        ),  # no such day in this year
    ],
)
def test_the_day_that_leap_years_have_is_counted(at, one, three):
    here = staff()

    assert told(here, at).due_on == one
    assert accepted(here, at).due_on == three


def test_calendar_days_may_end_on_the_leap_day_and_it_ends_at_midnight():
    case = by_the_meeting(staff(), end_of(2027, 12, 31))

    assert (case.due_on, case.due_at) == (date(2028, 2, 29), start_of(2028, 3, 1))
    assert case.light(end_of(2028, 2, 29)) == Light.YELLOW
    assert case.light(start_of(2028, 3, 1)) == Light.RED


# --- a year that nobody has published yet


def test_without_data_a_year_is_counted_by_monday_to_friday_less_what_the_law_gives():
    assert not has_data(2028)
    here = staff()

    # 25 to 28 January are the festival
    assert accepted(here, end_of(2028, 1, 24)).due_on == date(2028, 2, 2)
    # a Friday: no Saturday is known to be worked
    assert told(here, end_of(2028, 2, 4)).due_on == date(2028, 2, 7)
    # Monday the 3rd stands in for the 1st
    assert told(here, end_of(2027, 12, 31)).due_on == date(2028, 1, 4)


def test_what_is_published_later_holds_for_clocks_that_start_from_then_on():
    here, at = staff(), end_of(2028, 2, 4)
    before = told(here, at)
    CalendarDay.objects.create(day=date(2028, 2, 5), is_working=True)

    assert has_data(2028)
    assert told(here, at).due_on == date(2028, 2, 5)
    assert Case.objects.get(pk=before.pk).due_at == due_at(date(2028, 2, 7))


def test_without_any_row_only_weekends_are_off():
    CalendarDay.objects.all().delete()
    here = staff()

    assert accepted(here, end_of(2026, 9, 30)).due_on == date(2026, 10, 5)
    assert told(here, end_of(2026, 2, 13)).due_on == date(2026, 2, 16)
