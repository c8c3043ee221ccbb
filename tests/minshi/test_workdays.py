"""Deadlines: the dates the design names, and what must hold for any date."""

from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minshi.workdays import (
    SHANGHAI,
    Span,
    Unit,
    WorkCalendar,
    day_in_words,
    due_at,
    last_day,
    last_day_of,
    local_day,
    range_in_words,
    shifted,
    yellow_at,
)

pytestmark = pytest.mark.any_database


def calendar_of_china() -> WorkCalendar:
    china = holidays.country_holidays("CN", years=range(2024, 2028))
    return WorkCalendar(frozenset(china), frozenset(china.weekend_workdays))


CHINA = calendar_of_china()
PLAIN = WorkCalendar()

days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
working_days = days.filter(CHINA.is_working_day)
counts = st.integers(0, 90)
pauses = st.tuples(days, days).map(sorted)
units = st.sampled_from(Unit)


def start_of(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 9, 30), 7, date(2026, 10, 15)),
    ],
)
def test_working_days_step_over_holidays_and_count_make_up_weekends(start, count, last):
    assert CHINA.add_working_days(start, count) == last


def test_calendar_days_that_end_in_a_holiday_run_to_the_next_working_day():
    assert CHINA.add_calendar_days(date(2026, 8, 4), 60) == date(2026, 10, 8)


def test_calendar_days_may_end_on_a_make_up_saturday():
    assert CHINA.add_calendar_days(date(2026, 10, 8), 2) == date(2026, 10, 10)


def test_a_day_named_both_off_and_make_up_is_off():
    saturday = date(2026, 2, 14)
    calendar = WorkCalendar(
        days_off=frozenset({saturday}), make_up=frozenset({saturday})
    )

    assert not calendar.is_working_day(saturday)


def test_no_days_at_all_end_where_they_start_even_on_a_sunday():
    sunday = date(2026, 2, 15)

    assert CHINA.add_working_days(sunday, 0) == sunday
    assert CHINA.subtract_working_days(sunday, 0) == sunday


def test_the_first_day_is_not_counted_and_the_last_one_is():
    monday, friday = date(2026, 11, 2), date(2026, 11, 6)

    assert PLAIN.working_days_between(monday, friday) == 4
    assert PLAIN.working_days_between(monday, monday) == 0
    assert PLAIN.working_days_between(friday, monday) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: PLAIN.add_working_days(date(2026, 11, 2), -1),
        lambda: PLAIN.subtract_working_days(date(2026, 11, 2), -1),
        lambda: PLAIN.add_calendar_days(date(2026, 11, 2), -1),
        lambda: Span(-1, Unit.WORKING),
        lambda: shifted(
            PLAIN,
            start_of(2026, 11, 10),
            Unit.WORKING,
            date(2026, 11, 6),
            date(2026, 11, 5),
        ),
        lambda: local_day(datetime(2026, 11, 2)),  # noqa: DTZ001
    ],
)
def test_what_makes_no_period_is_refused(call):
    with pytest.raises(ValueError, match=r"^A "):
        call()


@pytest.mark.parametrize(
    ("span", "last"),
    [
        (Span(3, Unit.WORKING), date(2026, 11, 11)),
        (Span(3, Unit.CALENDAR), date(2026, 11, 9)),
    ],
)
def test_a_span_is_counted_in_its_own_unit(span, last):
    assert last_day(PLAIN, date(2026, 11, 6), span) == last


def test_due_is_midnight_in_shanghai_after_the_last_day():
    due = due_at(date(2026, 11, 6))

    assert due == start_of(2026, 11, 7) == datetime(2026, 11, 6, 16, tzinfo=UTC)
    assert last_day_of(due.astimezone(UTC)) == date(2026, 11, 6)


def test_a_moment_late_in_the_utc_day_belongs_to_the_next_day_in_shanghai():
    assert local_day(datetime(2026, 11, 6, 15, 59, tzinfo=UTC)) == date(2026, 11, 6)
    assert local_day(datetime(2026, 11, 6, 16, 0, tzinfo=UTC)) == date(2026, 11, 7)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 3, 2), "3月2日"),
        (date(2027, 1, 4), "2027年1月4日"),
        (date(2025, 12, 31), "2025年12月31日"),
    ],
)
def test_a_day_of_another_year_is_said_with_its_year(day, words):
    assert day_in_words(day, beside=date(2026, 12, 31)) == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 3, 20), date(2026, 12, 31), "3月20日 — 12月31日"),
        (date(2026, 3, 20), date(2031, 3, 19), "2026年3月20日 — 2031年3月19日"),
        (date(2025, 12, 31), date(2026, 1, 4), "2025年12月31日 — 2026年1月4日"),
        (date(2025, 3, 1), date(2025, 4, 1), "2025年3月1日 — 2025年4月1日"),
    ],
)
def test_a_range_over_several_years_has_the_year_on_both_sides(first, last, words):
    assert range_in_words(first, last, beside=date(2026, 11, 30)) == words


@pytest.mark.parametrize(
    ("span", "last", "yellow"),
    [
        (Span(7, Unit.WORKING), date(2026, 11, 6), start_of(2026, 11, 5)),
        (Span(5, Unit.WORKING), date(2026, 11, 9), start_of(2026, 11, 6)),
        (Span(4, Unit.WORKING), date(2026, 11, 9), start_of(2026, 11, 9)),
        (Span(1, Unit.WORKING), date(2026, 11, 6), start_of(2026, 11, 6)),
        (Span(2, Unit.CALENDAR), date(2026, 11, 9), start_of(2026, 11, 6)),
        (Span(60, Unit.CALENDAR), date(2026, 10, 8), start_of(2026, 9, 30)),
    ],
)
def test_yellow_leaves_two_working_days_or_the_last_one_of_a_short_span(
    span, last, yellow
):
    assert yellow_at(CHINA, due_at(last), span) == yellow


def test_working_days_left_before_a_pause_are_left_after_it():
    due = due_at(date(2026, 11, 6))

    after = shifted(CHINA, due, Unit.WORKING, date(2026, 11, 3), date(2026, 11, 16))

    assert last_day_of(after) == date(2026, 11, 19)


def test_calendar_days_left_before_a_pause_are_left_after_it_and_end_on_a_working_day():
    due = due_at(date(2026, 9, 10))

    after = shifted(CHINA, due, Unit.CALENDAR, date(2026, 9, 1), date(2026, 9, 22))

    assert last_day_of(after) == date(2026, 10, 8)


def test_a_pause_on_the_last_day_leaves_the_day_of_return_or_the_next_working_one():
    due = due_at(date(2026, 11, 6))

    after = shifted(CHINA, due, Unit.WORKING, date(2026, 11, 6), date(2026, 11, 14))

    assert last_day_of(after) == date(2026, 11, 16)


def test_a_pause_does_not_heal_what_was_overdue():
    due = due_at(date(2026, 11, 6))

    assert (
        shifted(CHINA, due, Unit.WORKING, date(2026, 11, 9), date(2026, 11, 30)) == due
    )


@given(days, counts)
def test_added_working_days_are_found_again_between(start, count):
    assert (
        CHINA.working_days_between(start, CHINA.add_working_days(start, count)) == count
    )


@given(working_days, counts)
def test_subtracting_undoes_adding_from_a_working_day(start, count):
    assert (
        CHINA.subtract_working_days(CHINA.add_working_days(start, count), count)
        == start
    )


@given(days, counts, counts, units)
def test_a_longer_span_never_ends_sooner(start, count, more, unit):
    shorter = last_day(CHINA, start, Span(count, unit))
    longer = last_day(CHINA, start, Span(count + more, unit))

    assert start <= shorter <= longer


@given(days, days, counts, units)
def test_a_later_start_never_ends_sooner(one, other, count, unit):
    earlier, later = sorted((one, other))
    span = Span(count, unit)

    assert last_day(CHINA, earlier, span) <= last_day(CHINA, later, span)


@given(days, st.integers(1, 90), units)
def test_no_span_ends_on_a_day_off(start, count, unit):
    assert CHINA.is_working_day(last_day(CHINA, start, Span(count, unit)))


@given(days)
def test_the_last_day_is_read_back_from_the_due(day):
    assert last_day_of(due_at(day)) == day
    assert local_day(due_at(day)) == day + timedelta(days=1)


@given(days, st.integers(1, 90), units)
def test_yellow_comes_before_due_on_the_start_of_a_working_day(start, count, unit):
    span = Span(count, unit)
    due = due_at(last_day(CHINA, start, span))

    yellow = yellow_at(CHINA, due, span)

    assert yellow < due
    assert CHINA.is_working_day(local_day(yellow))


@given(working_days, pauses, units)
def test_a_pause_never_shortens_and_never_ends_on_a_day_off(last, pause, unit):
    due = due_at(last)

    after = shifted(CHINA, due, unit, *pause)

    assert after >= due
    assert CHINA.is_working_day(last_day_of(after))


@given(working_days, pauses)
def test_a_pause_keeps_the_working_days_that_were_left(last, pause):
    begins, ends = pause
    left = CHINA.working_days_between(begins, last)

    after = last_day_of(shifted(CHINA, due_at(last), Unit.WORKING, begins, ends))

    if left:
        assert CHINA.working_days_between(ends, after) == left


@given(working_days, days, days, days, units)
def test_a_longer_pause_never_comes_due_sooner(last, one, two, three, unit):
    begins, shorter, longer = sorted((one, two, three))
    due = due_at(last)

    assert shifted(CHINA, due, unit, begins, shorter) <= shifted(
        CHINA, due, unit, begins, longer
    )
