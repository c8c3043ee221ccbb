"""What somebody asks figures for: a place and a period, by the names in an address."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.ledgers.period import LAST_MONTH, MONTH, TWELVE_MONTHS, YEAR, Period
from minshi.errors import InputRefused
from minshi.text import half_width
from supervision.figures.periods import Days

PERIODS = (
    (TWELVE_MONTHS, pgettext_lazy("period", "past 12 months")),
    (MONTH, pgettext_lazy("period", "this month")),
    (LAST_MONTH, pgettext_lazy("period", "last month")),
    (YEAR, pgettext_lazy("period", "this year")),
)
FIRST_YEAR = 2000
# as somebody writes it in whose browser the box chooses no month: 2026-11, 2026.11,
# 2026/11, 2026年11月, 202611
MONTH_WRITTEN = re.compile(r"(\d{4})(?:\s*[-./年]\s*(\d{1,2})\s*月?|(\d{2}))")


def days_named(name: str, on: date) -> Days:
    """Return the days of a named period about a day. InputRefused: no such name."""
    if name not in dict(PERIODS):
        raise InputRefused.at(period=_("There is no such period."))

    period = Period.named(name, on)
    return Days(period.first or on, period.last or on)


def days_of_month(text: str, on: date) -> Days:
    """Return a month as somebody writes it, until `on` where it has not ended.
    InputRefused: no month, or one to come.
    """
    first = _first_of(text)
    if first is None or first > on or first.year < FIRST_YEAR:
        raise InputRefused.at(month=_("A month is written 2026-11, and has begun."))

    month = Days.month_of(first)
    return Days(month.first, min(month.last, on))


def _first_of(text: str) -> date | None:
    written = MONTH_WRITTEN.fullmatch(half_width(text).strip())
    if written is None:
        return None

    year, month = int(written[1]), int(written[2] or written[3])
    try:
        return date(year, month, 1)
    except ValueError:
        return None


@dataclass(frozen=True)
class Asked:
    """A period as it is asked for: the month wins over the name."""

    period: str = ""
    month: str = ""

    def days(self, on: date) -> Days:
        if self.month:
            return days_of_month(self.month, on)
        return days_named(self.period or TWELVE_MONTHS, on)
