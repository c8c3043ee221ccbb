"""The work calendar: China's days off and make-up weekends, a town's own days, and
which years can be relied on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import CalendarDay
from cases.models.clock import VOUCHES_FOR_ITS_YEAR
from minshi import workdays
from minshi.errors import InputRefused
from villages.models import Town, User
from villages.own_rules import must_review

MAKE_UP = "调休上班"
NAME_LENGTH = 40
OCTOBER = 10  # the State Council publishes the days off of the next year in November


@dataclass(frozen=True)
class Loaded:
    """How many national rows a load touched; a second load of the same data gives
    zeros.
    """

    years: tuple[int, ...]
    added: int = 0
    changed: int = 0
    removed: int = 0


def years_around(at: datetime) -> tuple[int, int, int]:
    """The previous, this and the next year of a moment in Asia/Shanghai."""
    year = workdays.local_day(at).year
    return year - 1, year, year + 1


@transaction.atomic
def load_calendar(years: Iterable[int] | None, at: datetime) -> Loaded:
    """Bring the national days of the years up to the `holidays` package; default: the
    years around `at`.

    Safe to repeat and to run twice at once. Rows confirmed by hand and rows of towns
    stay as they are.
    """
    chosen = tuple(sorted(set(years or years_around(at))))
    wanted = _days_of(chosen)
    rows = CalendarDay.objects.filter(
        town=None, day__year__in=chosen
    ).select_for_update()
    kept = {row.day: row for row in rows}
    new = [day for key, day in wanted.items() if key not in kept]
    CalendarDay.objects.bulk_create(new, ignore_conflicts=True)
    loose = [row for row in kept.values() if not row.confirmed]
    changed = [
        row for row in loose if row.day in wanted and _follow(row, wanted[row.day])
    ]
    CalendarDay.objects.bulk_update(changed, ["is_working", "name"])
    gone = [row.pk for row in loose if row.day not in wanted]
    CalendarDay.objects.filter(pk__in=gone).delete()
    return Loaded(chosen, len(new), len(changed), len(gone))


def has_data(year: int) -> bool:
    """Whether deadlines of a year can be relied on."""
    return CalendarDay.objects.filter(VOUCHES_FOR_ITS_YEAR, day__year=year).exists()


def years_without_data(at: datetime) -> tuple[int, ...]:
    """Of this year and the next those that cannot be relied on; the next from November
    on, when it is published.
    """
    on = workdays.local_day(at)
    return tuple(
        year
        for year in (on.year, on.year + 1)
        if (year == on.year or on.month > OCTOBER) and not has_data(year)
    )


def days_of_year(town_id: int, year: int) -> dict[date, CalendarDay]:
    """What differs in a year from Monday to Friday, as it holds in a town: its own rows
    over the national ones.
    """
    rows = CalendarDay.objects.filter(Q(town=None) | Q(town=town_id), day__year=year)
    return {
        row.day: row
        for row in sorted(rows, key=lambda row: (row.day, row.town_id is not None))
    }


def set_day(
    town: Town, day: date, *, is_working: bool, name: str, by: User, at: datetime
) -> CalendarDay:
    """A day on which a town works or does not, whatever the national calendar says;
    what runs keeps its last day.

    NoSuchRight: not a reviewer of that town. InputRefused: a day that is past, or
    beyond the next year.
    """
    must_review(by, town, at)
    on = workdays.local_day(at)
    if not on <= day <= date(on.year + 1, 12, 31):
        words = (
            _("That day is past.")
            if day < on
            else _("Only days of this year and the next are set.")
        )
        raise InputRefused.at(day=words)
    values = {"is_working": is_working, "name": name[:NAME_LENGTH], "confirmed": True}
    return CalendarDay.objects.update_or_create(town=town, day=day, defaults=values)[0]


def drop_day(town: Town, day: date, *, by: User, at: datetime) -> None:
    """As the national calendar says again. NoSuchRight as above."""
    must_review(by, town, at)
    CalendarDay.objects.filter(
        town=town, day=day, day__gte=workdays.local_day(at)
    ).delete()


def _days_of(years: tuple[int, ...]) -> dict[date, CalendarDay]:
    import holidays  # lazily: it takes a third of a second

    found = holidays.country_holidays("CN", years=years, language="zh_CN")
    days = {
        day: CalendarDay(day=day, is_working=False, name=name[:NAME_LENGTH])
        for day, name in found.items()
    }
    # The package always holds the make-up weekends of all years.
    make_up = (day for day in found.weekend_workdays if day.year in years)
    return {
        **days,
        **{day: CalendarDay(day=day, is_working=True, name=MAKE_UP) for day in make_up},
    }


def _follow(row: CalendarDay, wanted: CalendarDay) -> bool:
    """Takes over what the package says; whether anything changed."""
    same = (row.is_working, row.name) == (wanted.is_working, wanted.name)
    row.is_working, row.name = wanted.is_working, wanted.name
    return not same
