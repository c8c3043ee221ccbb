"""The work calendar: China's days off and make-up weekends, and a town's own days."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.final import CALENDAR_DAY
from cases.models import CalendarDay, Case, Clock
from cases.models.clock import VOUCHES_FOR_ITS_YEAR
from minshi import workdays
from minshi.errors import InputRefused
from villages.finals import (
    changes_recorded,
    put_recorded,
    seal_all,
    seal_all_removed,
    seal_removed,
)
from villages.models import Town, User
from villages.own_rules import must_review

MAKE_UP = "调休上班"
NAME_LENGTH = 40
OCTOBER = 10  # the State Council publishes the days off of the next year in November
FEWEST = 5  # make-up weekends of a year by its notices, from 2008 to 2026


@dataclass(frozen=True)
class Loaded:
    """The number of national rows a load touched; all 0 when repeated."""

    years: tuple[int, ...]
    added: int = 0
    changed: int = 0
    removed: int = 0


def years_around(at: datetime) -> tuple[int, int, int]:
    """Return the year before, of and after a moment in Asia/Shanghai."""
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
    rows = CalendarDay.objects.filter(town=None, day__year__in=chosen)
    present = {row.day: row for row in rows.select_for_update()}

    new = [row for day, row in wanted.items() if day not in present]
    CalendarDay.objects.bulk_create(new, ignore_conflicts=True)
    _record_new(new, at)

    changed: list[CalendarDay] = []
    gone: list[int] = []
    for day, row in present.items():
        if row.confirmed:
            continue
        if day not in wanted:
            gone.append(row.pk)
        elif _follow(row, wanted[day]):
            changed.append(row)
    with changes_recorded(CALENDAR_DAY, [row.pk for row in changed], at=at):
        CalendarDay.objects.bulk_update(changed, ["is_working", "name"])
    seal_all_removed(CALENDAR_DAY, gone, at=at)
    CalendarDay.objects.filter(pk__in=gone).delete()
    if new or changed or gone:
        look_again(None, at)
    return Loaded(chosen, len(new), len(changed), len(gone))


def _record_new(new: Iterable[CalendarDay], at: datetime) -> None:
    """Record the national days that a load put in, found by their days: one that
    another load put in at the same time has no key here.
    """
    days = [row.day for row in new]
    created = CalendarDay.objects.filter(town=None, day__in=days)
    seal_all(CALENDAR_DAY, created.values_list("pk", flat=True), at=at)


def has_data(year: int) -> bool:
    """True where deadlines of a year can be relied on."""
    return CalendarDay.objects.filter(VOUCHES_FOR_ITS_YEAR, day__year=year).exists()


@dataclass(frozen=True)
class Gaps:
    """The years, of this and the next, of which the calendar does not hold all days."""

    missing: tuple[int, ...]  # they cannot be relied on
    begun: tuple[int, ...]  # they are, with fewer make-up weekends than there ever were


def gaps_in_calendar(at: datetime) -> Gaps:
    """Return which years are not entered, or not to the end. One query.

    The next counts from November on, when its days off are published.
    """
    on = workdays.local_day(at)
    years = [on.year]
    if on.month > OCTOBER:
        years.append(on.year + 1)

    vouching = CalendarDay.objects.filter(VOUCHES_FOR_ITS_YEAR, day__year__in=years)
    make_up: Counter[int] = Counter()
    known = set()
    for row in vouching:
        known.add(row.day.year)
        if row.is_working:
            make_up[row.day.year] += 1

    missing = [year for year in years if year not in known]
    begun = [year for year in years if year in known and make_up[year] < FEWEST]
    return Gaps(tuple(missing), tuple(begun))


def years_without_data(at: datetime) -> tuple[int, ...]:
    """Return which of this year and the next cannot be relied on."""
    return gaps_in_calendar(at).missing


def days_of_year(town_id: int, year: int) -> dict[date, CalendarDay]:
    """Return the days of a year that differ from a plain week, as a town has them.

    Its own rows go over the national ones.
    """
    rows = CalendarDay.objects.filter(Q(town=None) | Q(town=town_id), day__year=year)
    own_last = sorted(rows, key=lambda row: (row.day, row.town_id is not None))
    return {row.day: row for row in own_last}


@transaction.atomic
def set_day(
    town: Town, day: date, *, is_working: bool, name: str, by: User, at: datetime
) -> CalendarDay:
    """Set whether a town works on a day, whatever the national calendar says.

    Clocks that run keep their last day. NoSuchRight: not a reviewer of that town.
    InputRefused: a day that is past, or beyond the next year.
    """
    must_review(by, town, at)
    on = workdays.local_day(at)
    if day < on:
        raise InputRefused.at(day=_("That day is past."))
    if day > date(on.year + 1, 12, 31):
        words = _("Only days of this year and the next are set.")
        raise InputRefused.at(day=words)

    values = {"is_working": is_working, "name": name[:NAME_LENGTH], "confirmed": True}
    Town.objects.select_for_update(no_key=True).get(pk=town.pk)
    key = {"town": town, "day": day}
    row: CalendarDay = put_recorded(CALENDAR_DAY, key, values, at=at, user=by)
    look_again(town, at)
    return row


@transaction.atomic
def drop_day(town: Town, day: date, *, by: User, at: datetime) -> None:
    """Let the national calendar hold for a day again.

    NoSuchRight: not a reviewer of that town.
    """
    must_review(by, town, at)
    rows = CalendarDay.objects.filter(town=town, day=day)
    for row in rows.filter(day__gte=workdays.local_day(at)):
        seal_removed(CALENDAR_DAY, row, at=at, user=by)
        row.delete()
    look_again(town, at)


def look_again(town: Town | None, at: datetime) -> None:
    """Let the next sweep look at whatever runs in a town, or anywhere, and has turned
    yellow: its next step comes sooner or later by the changed calendar or ladder.

    What is not yellow yet will be looked at by them anyway.
    """
    cases = Case.objects.open()
    if town:
        cases = cases.filter(town=town)
    yellow = Clock.objects.filter(stopped_at=None, yellow_at__lte=at)
    yellow.filter(case__in=cases.values("pk")).update(look_at=at)


def _days_of(years: tuple[int, ...]) -> dict[date, CalendarDay]:
    import holidays  # lazily: it takes a third of a second

    found = holidays.country_holidays("CN", years=years, language="zh_CN")
    days = {
        day: CalendarDay(day=day, is_working=False, name=name[:NAME_LENGTH])
        for day, name in found.items()
    }
    # the package always holds the make-up weekends of all years
    for day in found.weekend_workdays:
        if day.year in years:
            days[day] = CalendarDay(day=day, is_working=True, name=MAKE_UP)
    return days


def _follow(row: CalendarDay, wanted: CalendarDay) -> bool:
    """Take over what the package says; return whether that changed the row."""
    same = (row.is_working, row.name) == (wanted.is_working, wanted.name)
    row.is_working = wanted.is_working
    row.name = wanted.name
    return not same
