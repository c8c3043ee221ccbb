"""The days that a ledger is opened for: by a name, or from one day to another."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from cases.ledgers.book import AnyBook
from minshi import workdays
from minshi.days import DayField

MONTH = "month"
LAST_MONTH = "last_month"
YEAR = "year"
TWELVE_MONTHS = "twelve_months"
ALL = "all"
PERIODS = (
    (TWELVE_MONTHS, pgettext_lazy("period", "past 12 months")),
    (MONTH, pgettext_lazy("period", "this month")),
    (LAST_MONTH, pgettext_lazy("period", "last month")),
    (YEAR, pgettext_lazy("period", "this year")),
    (ALL, pgettext_lazy("period", "all")),
)


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both in it; None is an open end."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def named(cls, name: str, on: date) -> "Period":
        """Return the period of that name about a day.

        An unknown name is every time there is.
        """
        month = on.replace(day=1)
        if name == MONTH:
            return cls(month, on)
        if name == LAST_MONTH:
            end = month - workdays.ONE_DAY
            return cls(end.replace(day=1), end)
        if name == YEAR:
            return cls(on.replace(month=1, day=1), on)
        if name == TWELVE_MONTHS:
            return cls(_a_year_before(on) + workdays.ONE_DAY, on)
        return cls()

    def of(self, book: AnyBook, rows: Any) -> Any:
        """Narrow rows to those of the book whose date lies in the period.

        Days are those of Asia/Shanghai.
        """
        chosen = book.belongs(rows)
        if self.first:
            begin = workdays.due_at(self.first - workdays.ONE_DAY)
            chosen = chosen.filter(**{f"{book.date}__gte": begin})
        if self.last:
            end = workdays.due_at(self.last)
            chosen = chosen.filter(**{f"{book.date}__lt": end})
        return chosen

    def bounds(self, on: date) -> tuple[date | None, date]:
        """Return the first and the last day to print on the cover, as they were chosen:
        without a last one up to the day of printing, without a first one from whenever.
        """
        return self.first, self.last or on


class PeriodForm(forms.Form):
    """Two days, which go before the name of a period.

    What cannot be read is an error, never a wider period.
    """

    period = forms.ChoiceField(
        label=gettext_lazy("Time"), choices=PERIODS, required=False
    )
    since = DayField(
        label=gettext_lazy("From day"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
    )
    until = DayField(
        label=gettext_lazy("Until day"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
    )

    def chosen(self, on: date) -> Period:
        """Return the period that was asked for: without any, the past twelve months."""
        since = self.cleaned_data["since"]
        until = self.cleaned_data["until"]
        if since or until:
            return Period(since, until)
        return Period.named(self.cleaned_data["period"] or TWELVE_MONTHS, on)


def in_words(first: date | None, last: date) -> str:
    """Return a period as the title of a paper says it.

    Without a first day up to the last. A whole month or year by its name, else both
    days, the second without the year and month that it shares with the first.
    """
    if first is None:
        until = date_format(last, pgettext("period", "Y-m-d"))
        return pgettext("period", "up to %(day)s") % {"day": until}

    is_to_the_end = (last + workdays.ONE_DAY).day == 1
    if first.day == 1 and is_to_the_end and first.year == last.year:
        if first.month == last.month:
            return date_format(first, pgettext("period", "Y-m"))
        if (first.month, last.month) == (1, 12):
            return date_format(first, pgettext("period", "Y"))

    day = pgettext("period", "Y-m-d")
    until = day
    if first.year == last.year:
        until = pgettext("until, same year", "Y-m-d")
    if first.replace(day=1) == last.replace(day=1):
        until = pgettext("until, same month", "Y-m-d")
    if first == last:
        return date_format(first, day)

    return _("%(from)s to %(to)s") % {
        "from": date_format(first, day),
        "to": date_format(last, until),
    }


def _a_year_before(on: date) -> date:
    day = min(on.day, 28) if on.month == 2 else on.day  # noqa: PLR2004 - February
    return on.replace(year=on.year - 1, day=day)
