"""Days that somebody enters: in a form, a filter, the API or the admin.

Every input of a day or of a moment is one of the fields here, or of those that
`villages.api.fields` has for the API. So a slip of the hand (0026, 20261) is refused
beside it, and no calculation meets a day that no calendar knows.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from minshi.clock import today


@dataclass(frozen=True)
class Reach:
    """The days that a field accepts, by whole years.

    They begin on 1 January of `first_year` and end on 31 December, `years_ahead` years
    after the present one.
    """

    first_year: int = 1949
    years_ahead: int = 2

    def first(self) -> date:
        return date(self.first_year, 1, 1)

    def last(self) -> date:
        return date(today().year + self.years_ahead, 12, 31)

    def holds_year(self, year: int) -> bool:
        return self.first_year <= year <= self.last().year

    def __call__(self, value: date | datetime) -> None:
        """Refuse a day or moment out of reach: ValidationError. A field's validator."""
        if not self.holds_year(value.year):
            raise self.refusal()

    def refusal(self) -> ValidationError:
        words = _("The day must lie between %(first)s and %(last)s.")
        bounds = {"first": self.first(), "last": self.last()}
        return ValidationError(words, code="out_of_reach", params=bounds)


USUAL = Reach()
# A term of office is five years (村民委员会组织法); appointments are made for two of
# them.
TERM = Reach(years_ahead=11)


class DayField(forms.DateField):
    """A day in a form; `reach` are the days it accepts."""

    def __init__(self, *, reach: Reach = USUAL, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(reach)


class MomentField(forms.DateTimeField):
    """A moment in a form; `reach` are the days it accepts."""

    def __init__(self, *, reach: Reach = USUAL, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(reach)


class DayFilter(django_filters.DateFilter):
    """A day in a filter of a list."""

    field_class = DayField
