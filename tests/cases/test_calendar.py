"""The work calendar is filled from the package, repeatably, and hand-made rows win."""

from datetime import date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from cases.deadlines.calendar import has_data, load_calendar
from cases.deadlines.counting import calendar_of
from cases.models import CalendarDay
from tests.cases.roads import NOON, SHANGHAI
from tests.villages.factories import TownFactory

pytestmark = pytest.mark.django_db


def test_the_years_around_the_moment_are_loaded():
    loaded = load_calendar(None, NOON)

    assert loaded.years == (2025, 2026, 2027)
    assert {day.year for day in CalendarDay.objects.values_list("day", flat=True)} == {
        2025,
        2026,
        2027,
    }


def test_the_year_is_that_of_shanghai():
    assert load_calendar(
        None, datetime(2025, 12, 31, 23, 30, tzinfo=SHANGHAI)
    ).years == (2024, 2025, 2026)
    new_year_there = datetime.fromisoformat("2025-12-31T16:30+00:00")
    assert load_calendar(None, new_year_there).years == (2025, 2026, 2027)


def test_days_off_and_make_up_weekends_of_2026_are_as_published():
    load_calendar([2026], NOON)

    calendar = calendar_of(TownFactory().pk, date(2026, 2, 15))
    assert not calendar.is_working_day(date(2026, 2, 17))
    assert calendar.is_working_day(date(2026, 2, 14))
    assert calendar.add_working_days(date(2026, 2, 13), 5) == date(2026, 2, 27)
    assert calendar_of(1, date(2026, 9, 30)).add_working_days(
        date(2026, 9, 30), 7
    ) == date(2026, 10, 15)
    assert calendar_of(1, date(2026, 8, 4)).add_calendar_days(
        date(2026, 8, 4), 60
    ) == date(2026, 10, 8)


def test_only_make_up_weekends_of_the_years_asked_for_are_loaded():
    load_calendar([2026], NOON)

    worked = CalendarDay.objects.filter(is_working=True).values_list("day", flat=True)
    assert {day.year for day in worked} == {2026}
    assert len(worked) == 6


def test_a_second_load_changes_nothing():
    load_calendar([2026], NOON)
    before = list(CalendarDay.objects.values())

    loaded = load_calendar([2026], NOON)

    assert (loaded.added, loaded.changed, loaded.removed) == (0, 0, 0)
    assert list(CalendarDay.objects.values()) == before


def test_what_the_package_no_longer_says_is_corrected():
    load_calendar([2026], NOON)
    CalendarDay.objects.filter(day=date(2026, 10, 1)).update(is_working=True)
    CalendarDay.objects.create(day=date(2026, 3, 3), is_working=False)

    loaded = load_calendar([2026], NOON)

    assert (loaded.added, loaded.changed, loaded.removed) == (0, 1, 1)
    assert not CalendarDay.objects.get(day=date(2026, 10, 1)).is_working


def test_days_entered_by_hand_and_days_of_a_town_stay():
    town = TownFactory()
    by_hand = [
        CalendarDay.objects.create(
            day=date(2026, 10, 1), is_working=True, confirmed=True
        ),
        CalendarDay.objects.create(
            day=date(2026, 3, 3), is_working=False, confirmed=True
        ),
        CalendarDay.objects.create(day=date(2026, 10, 2), is_working=True, town=town),
    ]

    load_calendar([2026], NOON)

    for row in by_hand:
        kept = CalendarDay.objects.get(pk=row.pk)
        assert (kept.is_working, kept.confirmed) == (row.is_working, row.confirmed)


def test_a_year_without_make_up_weekends_has_no_data_until_confirmed_by_hand():
    load_calendar([2026, 2027], NOON)

    assert has_data(2026)
    assert not has_data(2027)

    CalendarDay.objects.filter(day=date(2027, 1, 1)).update(confirmed=True)
    assert has_data(2027)


def test_a_town_s_own_day_is_no_data_for_a_year():
    CalendarDay.objects.create(
        day=date(2027, 3, 6), is_working=True, town=TownFactory()
    )

    assert not has_data(2027)


def test_the_command_names_years_that_cannot_be_relied_on():
    out, err = StringIO(), StringIO()

    with time_machine.travel(NOON, tick=False):
        call_command("load_calendar", stdout=out, stderr=err)

    assert "更改 0 天，删除 0 天" in out.getvalue()
    assert err.getvalue().startswith("2027 年")
    assert "2026" not in err.getvalue()


def test_the_command_loads_the_years_it_is_given():
    call_command("load_calendar", "2024", stdout=StringIO(), stderr=StringIO())

    assert set(CalendarDay.objects.values_list("day__year", flat=True)) == {2024}
