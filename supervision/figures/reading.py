"""Figures of a place and a period, as one user reads them: what every page, the API,
the wall, the report and the ledgers show.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from math import ceil

from django.db.models import Count as CountRows
from django.db.models import Q

from cases.models import Case
from cases.models.choices import Light
from cases.models.scope import CaseQuerySet, Sight, has_light
from minshi import workdays
from supervision.figures.day_end import count_at_end
from supervision.figures.definitions import SHARES
from supervision.figures.kinds import FEWEST
from supervision.figures.loading import hidden_from, load
from supervision.figures.periods import Days
from supervision.figures.places import COUNTER, TOWN_CODE, Place
from supervision.figures.tallying import (
    SPLIT_MARK,
    SPREAD_MARK,
    Numbers,
    split_key,
)

HUNDRED = 100
NINE_TENTHS = Fraction(9, 10)
HALF = Fraction(1, 2)
AGES = (7, 15, 30, 60)  # days
MORE = "more"
AGE_BOUNDS = (*[str(days) for days in AGES], MORE)


@dataclass(frozen=True)
class ShareOf:
    """A share with the two numbers it is worked out from."""

    part: int
    whole: int

    @property
    def is_few(self) -> bool:
        return self.whole < FEWEST

    @property
    def percent(self) -> float | None:
        """Hundredths, to one place; None: too few to work it out."""
        if self.is_few:
            return None
        return round(HUNDRED * self.part / self.whole, 1)


@dataclass(frozen=True)
class SpreadOf:
    """Median and nine tenths of a number of days; None where they are too few."""

    number: int
    median: int | None
    most: int | None

    @classmethod
    def of(cls, days: Counter[int]) -> "SpreadOf":
        number = days.total()
        if number < FEWEST:
            return cls(number, None, None)
        return cls(number, _at_share(days, HALF), _at_share(days, NINE_TENTHS))


def _at_share(days: Counter[int], share: Fraction) -> int:
    """Return the fewest days within which that share of all lies."""
    wanted = ceil(days.total() * share)
    so_far = 0
    for day in sorted(days):
        so_far += days[day]
        if so_far >= wanted:
            return day
    raise ValueError("A share of nothing lies nowhere.")


class Figures:
    """The numbers of one place and period, and what is worked out from them."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    @classmethod
    def none(cls) -> "Figures":
        return cls(Counter())

    @classmethod
    def together(cls, parts: Iterable["Figures"]) -> "Figures":
        numbers: Numbers = Counter()
        for figures in parts:
            numbers.update(figures.numbers)
        return cls(numbers)

    def count(self, code: str) -> int:
        return self.numbers[code]

    def share(self, code: str) -> ShareOf:
        share = SHARES[code]
        return ShareOf(self.numbers[share.part], self.numbers[share.whole])

    def spread(self, code: str) -> SpreadOf:
        days: Counter[int] = Counter()
        for text, number in _under(self.numbers, f"{code}{SPREAD_MARK}"):
            days[int(text)] += number
        return SpreadOf.of(days)

    def split(self, key: str) -> dict[str, int]:
        """Return the matters received by a value of a split, as text."""
        return dict(_under(self.numbers, f"{key}{SPLIT_MARK}"))


def _under(numbers: Numbers, beginning: str) -> list[tuple[str, int]]:
    found = []
    for key, number in numbers.items():
        if key.startswith(beginning) and number:
            found.append((key.removeprefix(beginning), number))
    return found


Parts = dict[str, Figures]  # by code of a part of a place


@dataclass(frozen=True)
class Read:
    """What was read at once: the parts of each period, and the figures of days."""

    parts: list[Parts]
    by_day: dict[date, Figures]


@dataclass(frozen=True)
class Reading:
    """What a user reads of a place at a moment."""

    place: Place
    at: datetime
    sight: Sight | None  # none: the wall and the report, which are nobody's own
    # what these leave out, for whoever reads them may be concerned
    leaves_out: Q | None = None
    # past days from the matters, too: what is signed or published is final
    recounts: bool = False
    # open matters at the end of this day instead of those of this moment
    open_on: date | None = None

    @property
    def on(self) -> date:
        return workdays.local_day(self.at)

    def of(self, days: Days) -> Figures:
        """Return the figures of a period, those of open matters among them."""
        return Figures.together(self.by_part(days).values())

    def by_part(self, days: Days) -> Parts:
        """Return the figures of a period by what the place consists of: towns of a
        county, villages and counter of a town, the place itself else.
        """
        (parts,) = self.read([days]).parts
        return parts

    def read(self, spans: Sequence[Days], daily: Days | None = None) -> "Read":
        """Return for each period what `by_part` does, by the queries of one; and the
        figures of each day of `daily` on which there is any.
        """
        loaded = load(
            self.place, self.hidden, spans, daily, self.at, recounts=self.recounts
        )

        parts = []
        for by_place in loaded.by_span:
            numbers: dict[str, Numbers] = {}
            for code, counted in (*by_place.items(), *self._open.items()):
                numbers.setdefault(self._part(code), Counter()).update(counted)
            parts.append({code: Figures(each) for code, each in numbers.items()})

        by_day = {day: Figures(each) for day, each in loaded.by_day.items()}
        return Read(parts, by_day)

    def cases(self) -> CaseQuerySet:
        """Return the matters that are counted: all heard that are not hidden."""
        return Case.objects.heard().filter(self.within)

    @property
    def within(self) -> Q:
        if self.hidden is None:
            return self.place.within
        return self.place.within & ~self.hidden

    @cached_property
    def hidden(self) -> Q | None:
        """The condition of the matters that are in none of the figures read."""
        if self.sight is None:
            return self.leaves_out
        return hidden_from(self.sight)

    def _part(self, code: str) -> str:
        """Return the code of the part that a village or a counter belongs to."""
        return code[:TOWN_CODE] if self.place.is_county else code

    @cached_property
    def _open(self) -> dict[str, Numbers]:
        if self.open_on:
            return count_at_end(self.cases(), self.open_on, LIGHTS)
        return count_now(self.cases().open(), self.at)


# of open matters, the light that a figure of this moment counts; none: all
LIGHTS = {
    "case.open.count": "",
    "case.overdue.count": Light.RED,
    "case.due_soon.count": Light.YELLOW,
}
PLACE_CODES = ("town__code", "village__code")
AGE_MARK = "age"  # open matters by the days since they were taken down: "age|15"


def condition_now(code: str, at: datetime) -> Q:
    """Return the condition of a figure of this moment, of open matters."""
    light = LIGHTS[code]
    return has_light(light, at) if light else Q()


def condition_of_age(most: str, at: datetime) -> Q:
    """Return the condition of the matters open for at most so many days, and for more
    than the age before; ValueError: there is no such age.
    """
    nth = AGE_BOUNDS.index(most)
    on = workdays.local_day(at)

    where = Q()
    if nth > 0:
        earlier = on - AGES[nth - 1] * workdays.ONE_DAY
        where &= Q(registered_at__lt=workdays.due_at(earlier - workdays.ONE_DAY))
    if nth < len(AGES):
        since = on - AGES[nth] * workdays.ONE_DAY
        where &= Q(registered_at__gte=workdays.due_at(since - workdays.ONE_DAY))
    return where


def count_now(open_cases: CaseQuerySet, at: datetime) -> dict[str, Numbers]:
    """Count open matters by place: all, by light, and by how long they are open. One
    query.
    """
    asked = {}
    for code in LIGHTS:
        asked[code] = condition_now(code, at)
    for most in AGE_BOUNDS:
        asked[split_key(AGE_MARK, most)] = condition_of_age(most, at)

    named = {f"n{nth}": key for nth, key in enumerate(asked)}
    numbers = {
        name: CountRows("pk", filter=asked[key] or None) for name, key in named.items()
    }
    by_place = open_cases.order_by().values(*PLACE_CODES)
    rows = by_place.annotate(**numbers)

    found: dict[str, Numbers] = {}
    for town, village, *counted in rows.values_list(*PLACE_CODES, *named):
        code = village or town + COUNTER
        found[code] = Counter(dict(zip(asked, counted, strict=True)))
    return found
