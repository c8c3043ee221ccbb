"""Days and deadlines counted on a work calendar: pure functions, no database, no
clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

SHANGHAI = ZoneInfo("Asia/Shanghai")
SATURDAY = 5
SHORT_SPAN = (
    5  # working days; anything shorter turns yellow only on its last working day
)
ONE_DAY = timedelta(days=1)


class Unit(StrEnum):
    """What a deadline is counted in."""

    WORKING = "working"
    CALENDAR = "calendar"


@dataclass(frozen=True)
class Span:
    """The length of a deadline; a negative amount is a ValueError."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        _refuse_negative(self.amount)


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked: Monday to Friday, less `days_off`, plus the `make_up`
    weekends (调休).

    A day named in both is off.
    """

    days_off: frozenset[date] = frozenset()
    make_up: frozenset[date] = frozenset()
    # whose days off and make-up weekends are published
    known_years: frozenset[int] = frozenset()

    def knows(self, day: date) -> bool:
        """Whether what is counted to `day` can be relied on."""
        return day.year in self.known_years

    def is_working_day(self, day: date) -> bool:
        """Say whether offices are open on `day`."""
        return day not in self.days_off and (
            day.weekday() < SATURDAY or day in self.make_up
        )

    def on_or_after(self, day: date) -> date:
        """Return `day` if it is worked, else the next working day."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def add_working_days(self, start: date, count: int) -> date:
        """Return the last day of a period of `count` working days.

        The first day is not counted (民法典 201); a count of 0 ends on `start` itself.
        ValueError: count below 0.
        """
        return self._walked(start, count, ONE_DAY)

    def subtract_working_days(self, day: date, count: int) -> date:
        """Return the `count`-th working day before `day`, which itself is not counted.

        ValueError: count below 0.
        """
        return self._walked(day, count, -ONE_DAY)

    def add_calendar_days(self, start: date, count: int) -> date:
        """Return the last day of a period of `count` calendar days.

        The first day is not counted (民法典 201); a period that would end on a day off
        ends on the next working day (民法典 203). ValueError: count below 0.
        """
        _refuse_negative(count)
        return self.on_or_after(start + count * ONE_DAY)

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; 0 if `end` is
        earlier.
        """
        days = range(start.toordinal() + 1, end.toordinal() + 1)
        return sum(self.is_working_day(date.fromordinal(day)) for day in days)

    def _walked(self, day: date, count: int, step: timedelta) -> date:
        _refuse_negative(count)
        while count:
            day += step
            count -= self.is_working_day(day)
        return day


def last_day(calendar: WorkCalendar, start: date, span: Span) -> date:
    """Return the last day on which something due within `span` of `start` is in
    time.
    """
    if span.unit is Unit.WORKING:
        return calendar.add_working_days(start, span.amount)
    return calendar.add_calendar_days(start, span.amount)


def due_at(day: date) -> datetime:
    """Return the moment `day` is over in Asia/Shanghai: overdue is at or after it
    (民法典 203).
    """
    return _start_of(day + ONE_DAY)


def last_day_of(due: datetime) -> date:
    """Return the day that people are shown for `due`: the last one in time, inverse of
    `due_at`.
    """
    return local_day(due) - ONE_DAY


def local_day(at: datetime) -> date:
    """Return the calendar day of `at` in Asia/Shanghai. ValueError: a naive
    datetime.
    """
    if at.tzinfo is None:
        raise ValueError("A moment without a time zone belongs to no day.")
    return at.astimezone(SHANGHAI).date()


def day_in_words(day: date, beside: date) -> str:
    """A day as people say it: 3月2日, with its year where that is not the year of
    `beside`, when it is said.
    """
    if day.year != beside.year:
        return day_with_year(day)
    return _("%(month)s/%(day)s") % {"month": day.month, "day": day.day}


def span_years(days: Iterable[date | None]) -> bool:
    """Tell whether days that stand beside each other lie in several years: then each is
    said with its own, or one without would be taken for the year of its neighbour.
    """
    return len({day.year for day in days if day}) > 1


def range_in_words(first: date, last: date, beside: date) -> str:
    """A range of days: 3月20日 — 12月31日, both with their years where these differ."""
    if span_years((first, last)):
        return f"{day_with_year(first)} — {day_with_year(last)}"
    return f"{day_in_words(first, beside)} — {day_in_words(last, beside)}"


def day_with_year(day: date) -> str:
    """A day in words with its year, 2026年3月2日: on a paper it is read in any year."""
    words = {"year": day.year, "month": day.month, "day": day.day}
    return _("%(month)s/%(day)s/%(year)s") % words


def yellow_at(calendar: WorkCalendar, due: datetime, span: Span) -> datetime:
    """Return when the light turns yellow (domain §4).

    Two working days before `due`; for spans under 5 working days, the start of the last
    working day. Spans in calendar days always count as long.
    """
    short = span.unit is Unit.WORKING and span.amount < SHORT_SPAN
    return _start_of(calendar.subtract_working_days(local_day(due), 1 if short else 2))


def shifted(
    calendar: WorkCalendar,
    due: datetime,
    span_unit: Unit,
    paused_from: date,
    paused_until: date,
) -> datetime:
    """Return the due after a pause, in the units its span was counted in.

    The units still left after `paused_from` are all left again after `paused_until`;
    the result never ends on a day off and is never earlier than `due`. What was overdue
    before the pause stays so: `due` comes back as it was. ValueError: a pause that ends
    before it begins.
    """
    if paused_until < paused_from:
        raise ValueError("A pause cannot end before it begins.")
    last = last_day_of(due)
    if paused_from > last or paused_from == paused_until:
        return due
    if span_unit is Unit.WORKING:
        left = calendar.working_days_between(paused_from, last)
        resumed = calendar.on_or_after(calendar.add_working_days(paused_until, left))
    else:
        resumed = calendar.add_calendar_days(paused_until, (last - paused_from).days)
    return max(due, due_at(resumed))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def _refuse_negative(count: int) -> None:
    if count < 0:
        raise ValueError("A period cannot be shorter than nothing.")
