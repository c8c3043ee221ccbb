"""Periods of figures: from a day to a day, with the one before and last year's."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from minshi import workdays
from minshi.workdays import ONE_DAY

MONTHS = 12


@dataclass(frozen=True)
class Days:
    """From the first day to the last, both in it."""

    first: date
    last: date

    @classmethod
    def month_of(cls, day: date) -> Self:
        """Return the whole month of a day."""
        return cls(day.replace(day=1), _end_of_month(day))

    @property
    def begin(self) -> datetime:
        return workdays.due_at(self.first - ONE_DAY)

    @property
    def end(self) -> datetime:
        """The midnight after the last day."""
        return workdays.due_at(self.last)

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def before(self) -> Self:
        """Return the period before: as many months back where it begins with a month,
        else as many days.
        """
        if self.first.day != 1:
            return type(self)(self.first - self.length * ONE_DAY, self.first - ONE_DAY)

        months = _months_between(self.first, self.last) + 1
        return self._months_back(months)

    def a_year_before(self) -> Self:
        return self._months_back(MONTHS)

    def _months_back(self, months: int) -> Self:
        """Return the same days so many months back; the end of a month stays one."""
        first = _months_back(self.first, months)
        last = _months_back(self.last, months)
        if self.last == _end_of_month(self.last):
            last = _end_of_month(last)
        return type(self)(first, last)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * MONTHS + last.month - first.month


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _months_back(day: date, months: int) -> date:
    number = day.year * MONTHS + day.month - 1 - months
    year, month = divmod(number, MONTHS)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
