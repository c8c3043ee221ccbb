"""Reading of what is counted for a place: past days from where they are stored, today
and whatever was touched since from the matters themselves.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, QuerySet

from cases.models import Concern
from cases.models.scope import Sight
from minshi import workdays
from minshi.workdays import ONE_DAY
from supervision.figures.periods import Days
from supervision.figures.places import TOWN_CODE, Place
from supervision.figures.storing import LATE, spans_of, touched_since
from supervision.figures.tallying import Numbers, tally
from supervision.models import DailyFigure, FigureMark, SpanOfFigures

NO_MONTHS: frozenset[date] = frozenset()


@dataclass
class Loaded:
    """Numbers of each span by the code of the place, and of each day of `daily`."""

    spans: Sequence[Days]
    daily: Days | None
    by_span: list[dict[str, Numbers]] = field(init=False)
    by_day: dict[date, Numbers] = field(init=False)

    def __post_init__(self) -> None:
        self.by_span = [defaultdict(Counter) for _span in self.spans]
        self.by_day = defaultdict(Counter)

    def add_month(self, place: str, first: date, numbers: Numbers) -> None:
        """Add a stored month to the spans that hold the whole of it."""
        month = Days.month_of(first)
        for span, found in zip(self.spans, self.by_span, strict=True):
            if _holds(span, month):
                found[place].update(numbers)

    def add_day(
        self, place: str, day: date, numbers: Numbers, months: frozenset[date]
    ) -> None:
        """Add a day to the spans that hold it, but not where its month was added."""
        month = Days.month_of(day)
        is_added = month.first in months
        for span, found in zip(self.spans, self.by_span, strict=True):
            if span.holds(day) and not (is_added and _holds(span, month)):
                found[place].update(numbers)
        if self.daily and self.daily.holds(day):
            self.by_day[day].update(numbers)

    def take_off(self, place: str, day: date, numbers: Numbers) -> None:
        """Take off what was added with a day, or with the month it is in."""
        for span, found in zip(self.spans, self.by_span, strict=True):
            if span.holds(day):
                found[place].subtract(numbers)
        if self.daily and self.daily.holds(day):
            self.by_day[day].subtract(numbers)


def _holds(span: Days, month: Days) -> bool:
    return span.first <= month.first and month.last <= span.last


@dataclass(frozen=True)
class Sources:
    """Where each day of what is asked for is read: stored by month, by day, or counted
    now.
    """

    months: frozenset[date]
    days: frozenset[date]
    counted: frozenset[date]


def load(
    place: Place,
    hidden: Q | None,
    spans: Sequence[Days],
    daily: Days | None,
    at: datetime,
    *,
    recounts: bool = False,
) -> Loaded:
    """Return the numbers of some spans, and of the days of `daily`.

    1. Find the days touched since the figures were last stored, today among them.
    2. Read all other months and days as they are stored.
    3. Count the touched days from the matters.
    4. Take off, of what was stored, what is hidden from the reader.
    Before anything is stored all is counted from the matters, and so it is for a reader
    who `recounts`: what is stored is under no seal until the next night's comparison.
    """
    loaded = Loaded(spans, daily)
    within = place.within
    if hidden is not None:
        within &= ~hidden

    mark = None if recounts else FigureMark.objects.first()
    if mark is None:
        _count(loaded, within, _asked(spans, daily))
        return loaded

    sources = _sources(spans, daily, _touched(place, mark, at))
    for code, span, day, numbers in _stored(place, sources):
        if span == SpanOfFigures.MONTH:
            loaded.add_month(code, day, numbers)
        else:
            loaded.add_day(code, day, numbers, sources.months)
    _count(loaded, within, sources.counted)

    if hidden is not None:
        stored = _asked(spans, daily) - sources.counted
        taken_off = tally(place.within & hidden, spans_of(stored))
        for (code, day), numbers in taken_off.items():
            of_place = code[:TOWN_CODE] if place.is_county else code
            loaded.take_off(of_place, day, numbers)
    return loaded


def _count(loaded: Loaded, within: Q, days: Collection[date]) -> None:
    """Count some days from the matters. Three queries."""
    for (code, day), numbers in tally(within, spans_of(days)).items():
        loaded.add_day(code, day, numbers, NO_MONTHS)


def hidden_from(sight: Sight) -> Q | None:
    """Return the condition of the matters that concern the reader or, for a cadre of a
    village, one of its cadres (domain §3, conflict); None: there are none. One query.
    """
    who = Q(user=sight.user)
    if sight.reach.villages:
        who |= Q(village__in=sight.reach.villages)
    if not Concern.objects.filter(who).exists():
        return None
    return Q(sight.in_conflict())


def _asked(spans: Sequence[Days], daily: Days | None) -> set[date]:
    days: set[date] = set()
    for span in (*spans, daily):
        if span:
            days.update(span.first + nth * ONE_DAY for nth in range(span.length))
    return days


def _touched(place: Place, mark: FigureMark, at: datetime) -> set[date]:
    """Return the days that are counted now: those touched since the mark, and from
    today on. One query, two where a matter changed that later ones may repeat.
    """
    # what a village's matter repeats may have been taken down at the town's counter
    of_town = Q(town=place.town) if place.town else place.within
    touched = touched_since(min(mark.at, at) - LATE, of_town)
    days = {workdays.local_day(at)}
    for touched_days in touched.values():
        days |= touched_days
    return days


def _sources(spans: Sequence[Days], daily: Days | None, touched: set[date]) -> Sources:
    """Share out the days asked for: by months where a span holds one that is whole and
    untouched, by days else.
    """
    months: set[date] = set()
    days: set[date] = set()
    for span in spans:
        for part in _by_month(span):
            whole = Days.month_of(part.first)
            of_part = _asked([part], None)
            if part == whole and not of_part & touched:
                months.add(part.first)
            else:
                days |= of_part

    days |= _asked([], daily)
    asked = _asked(spans, daily)
    return Sources(
        frozenset(months), frozenset(days - touched), frozenset(asked & touched)
    )


def _by_month(span: Days) -> Iterator[Days]:
    first = span.first
    while first <= span.last:
        last = min(Days.month_of(first).last, span.last)
        yield Days(first, last)
        first = last + ONE_DAY


def _stored(place: Place, sources: Sources) -> Iterator[tuple[str, str, date, Numbers]]:
    """Yield what is stored of months and days. One query."""
    of_days = Q(pk__in=())
    for days in spans_of(sources.days):
        of_days |= Q(day__range=(days.first, days.last))
    of_months = Q(span=SpanOfFigures.MONTH, day__in=sources.months)
    where = of_months | (Q(span=SpanOfFigures.DAY) & of_days)

    rows = _rows_of(place).filter(where).order_by()
    columns = ("place", "span", "day", "numbers")
    yield from rows.values_list(*columns)


def _rows_of(place: Place) -> QuerySet[DailyFigure]:
    """Return the stored rows of a place: of a county those of whole towns."""
    if place.is_county:
        return DailyFigure.objects.filter(
            town__county_code=place.code, is_whole_town=True
        )
    if place.is_town:
        return DailyFigure.objects.filter(town=place.town, is_whole_town=False)
    return DailyFigure.objects.filter(place=place.code)
