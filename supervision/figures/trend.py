"""Figures week by week: what was received and closed, and what was open at its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from minshi.workdays import ONE_DAY
from supervision.figures.periods import Days
from supervision.figures.reading import Figures

WEEKS = 12
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """Seven days, Monday first; the last week ends with the period."""

    days: Days
    received: int
    closed: int
    open_at_end: int


def weeks_until(last: date) -> Days:
    """Return the days of the twelve weeks that end with a day's week."""
    monday = last - last.weekday() * ONE_DAY
    return Days(monday - (WEEKS - 1) * A_WEEK, last)


def by_week(by_day: Mapping[date, Figures], days: Days, open_now: int) -> list[Week]:
    """Return the weeks of some days, the oldest first.

    `by_day` reaches until today, for what was open at an end is counted back from what
    is open now, by the dates as they stand.
    """
    since = [figures for day, figures in by_day.items() if day > days.last]
    left = open_now + _grown(Figures.together(since))

    weeks: list[Week] = []
    monday = days.last - days.last.weekday() * ONE_DAY
    end = days.last
    while monday >= days.first:
        week = Days(monday, end)
        of_week = [figures for day, figures in by_day.items() if week.holds(day)]
        figures = Figures.together(of_week)
        received = figures.count("case.received.count")
        weeks.append(Week(week, received, figures.count("case.closed.count"), left))

        left += _grown(figures)
        end = monday - ONE_DAY
        monday -= A_WEEK

    weeks.reverse()
    return weeks


def _grown(figures: Figures) -> int:
    """Return by how many more was open before these days than after them."""
    return figures.count("case.closed.count") - figures.count("case.received.count")
