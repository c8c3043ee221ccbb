"""The span of days a ledger is opened for: by a name, or from one day to another."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.ledgers.book import AnyBook
from cases.lists.filters import PLAUSIBLE_DAYS
from minshi import workdays

MONTH, LAST_MONTH, YEAR, TWELVE_MONTHS, ALL = (
    "month",
    "last_month",
    "year",
    "twelve_months",
    "all",
)
PERIODS = (
    (TWELVE_MONTHS, pgettext_lazy("period", "past 12 months")),
    (MONTH, pgettext_lazy("period", "this month")),
    (LAST_MONTH, pgettext_lazy("period", "last month")),
    (YEAR, pgettext_lazy("period", "this year")),
    (ALL, pgettext_lazy("period", "all")),
)


@dataclass(frozen=True)
class Period:
    """Both days are in it; None is an open end."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def named(cls, name: str, on: date) -> "Period":
        """The period of that name about a day; an unknown name is every time there
        is.
        """
        month = on.replace(day=1)
        if name == MONTH:
            return cls(month, on)
        if name == LAST_MONTH:
            end = month - workdays.ONE_DAY
            return cls(end.replace(day=1), end)
        if name == YEAR:
            return cls(on.replace(month=1, day=1), on)
        return cls(_a_year_before(on), on) if name == TWELVE_MONTHS else cls()

    def of(self, book: AnyBook, rows: Any) -> Any:
        """The rows of the book whose date lies in the period, as days of
        Asia/Shanghai.
        """
        chosen = book.belongs(rows)
        if self.first:
            chosen = chosen.filter(
                **{f"{book.date}__gte": workdays.due_at(self.first - workdays.ONE_DAY)}
            )
        if self.last:
            chosen = chosen.filter(**{f"{book.date}__lt": workdays.due_at(self.last)})
        return chosen

    def bounds(self, book: AnyBook, rows: QuerySet[Any], on: date) -> tuple[date, date]:
        """The days to print on the cover: the period's own, an open end by the rows
        there are.
        """
        if self.first and self.last:
            return self.first, self.last
        found = rows.order_by().aggregate(first=Min(book.date), last=Max(book.date))
        first = self.first or (
            workdays.local_day(found["first"]) if found["first"] else on
        )
        last = self.last or (workdays.local_day(found["last"]) if found["last"] else on)
        return first, last


class PeriodForm(forms.Form):
    """From and until go before the name; what cannot be read is an error, never a wider
    period.
    """

    period = forms.ChoiceField(
        label=gettext_lazy("Time"), choices=PERIODS, required=False
    )
    since = forms.DateField(
        label=gettext_lazy("From day"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        validators=PLAUSIBLE_DAYS,
    )
    until = forms.DateField(
        label=gettext_lazy("Until day"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        validators=PLAUSIBLE_DAYS,
    )

    def chosen(self, on: date) -> Period:
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        if since or until:
            return Period(since, until)
        return Period.named(self.cleaned_data["period"] or TWELVE_MONTHS, on)


def _a_year_before(on: date) -> date:
    day = min(on.day, 28) if on.month == 2 else on.day  # noqa: PLR2004 - February
    return on.replace(year=on.year - 1, day=day)
