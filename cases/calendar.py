"""Fills CalendarDay with China's days off and make-up weekends, and tells for which years it can be relied on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from cases.models import CalendarDay
from minshi import workdays

MAKE_UP = "调休上班"
NAME_LENGTH = 40


@dataclass(frozen=True)
class Loaded:
    """How many national rows a load touched; a second load of the same data gives zeros."""

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
    """Bring the national days of the years up to the `holidays` package; default: the years around `at`.

    Safe to repeat and to run twice at once. Rows confirmed by hand and rows of towns stay as they are.
    """
    chosen = tuple(sorted(set(years or years_around(at))))
    wanted = _days_of(chosen)
    rows = CalendarDay.objects.filter(town=None, day__year__in=chosen).select_for_update()
    kept = {row.day: row for row in rows}
    new = [day for key, day in wanted.items() if key not in kept]
    CalendarDay.objects.bulk_create(new, ignore_conflicts=True)
    loose = [row for row in kept.values() if not row.confirmed]
    changed = [row for row in loose if row.day in wanted and _follow(row, wanted[row.day])]
    CalendarDay.objects.bulk_update(changed, ["is_working", "name"])
    gone = [row.pk for row in loose if row.day not in wanted]
    CalendarDay.objects.filter(pk__in=gone).delete()
    return Loaded(chosen, len(new), len(changed), len(gone))


def has_data(year: int) -> bool:
    """Whether deadlines of a year can be relied on: it holds a make-up weekend or was confirmed by hand (domain §4)."""
    return CalendarDay.objects.filter(Q(is_working=True) | Q(confirmed=True), town=None, day__year=year).exists()


def _days_of(years: tuple[int, ...]) -> dict[date, CalendarDay]:
    import holidays  # lazily: it takes a third of a second

    found = holidays.country_holidays("CN", years=years, language="zh_CN")
    days = {day: CalendarDay(day=day, is_working=False, name=name[:NAME_LENGTH]) for day, name in found.items()}
    # The package always holds the make-up weekends of all years.
    make_up = (day for day in found.weekend_workdays if day.year in years)
    return {**days, **{day: CalendarDay(day=day, is_working=True, name=MAKE_UP) for day in make_up}}


def _follow(row: CalendarDay, wanted: CalendarDay) -> bool:
    """Takes over what the package says; whether anything changed."""
    same = (row.is_working, row.name) == (wanted.is_working, wanted.name)
    row.is_working, row.name = wanted.is_working, wanted.name
    return not same
