"""Storing of the figures of past days: what was touched is counted anew.

Every row can be counted anew at any time: `recount` compares all with what is counted
from the matters themselves.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, Q

from cases.models import Case, Clock, Event
from cases.models.scope import CaseQuerySet
from cases.workflow import Action
from minshi import workdays
from minshi.workdays import ONE_DAY
from supervision.figures.conditions import REPEATED_WITHIN
from supervision.figures.periods import Days
from supervision.figures.places import TOWN_CODE
from supervision.figures.tallying import Numbers, on_days, tally
from supervision.models import Call, Chase, DailyFigure, FigureMark, SpanOfFigures
from villages.models import Town

# what is committed late counts as touched all the same
LATE = timedelta(minutes=10)
BATCH = 500
NAMED = 20  # differences in a message
# after these a matter may be, or be no longer, what a later one repeats: another topic,
# place or speaker, other readers, heard or not
CHANGES_WHAT_IS_REPEATED = (
    Action.ADOPT,
    Action.AMEND,
    Action.SUPPLEMENT,
    Action.RECEIVE_MERGED,
    Action.PROTECT,
    Action.RECUSE,
    Action.LIFT_RECUSAL,
    Action.VOID,
    Action.REOPEN,
)
Touched = dict[int, set[date]]  # days by town


@dataclass(frozen=True)
class Difference:
    """Figures of a place and day that are stored otherwise than they are counted."""

    place: str
    span: str
    day: date

    def __str__(self) -> str:
        return f"{self.place} {self.span} {self.day}"


def store_touched(at: datetime) -> int:
    """Count the days anew that were touched since the last time, and return how many.

    1. The first time, store everything there is.
    2. Else find the matters with an event, a step of chasing or a call since then, and
       the days that they fall on now or fell on before, and those of later matters that
       may repeat them.
    3. Count these days anew, town by town, and the months they are in.
    4. Move the mark to where this run began: what came meanwhile is the next one's.
    """
    touched = _to_store(at)
    for town, days in touched.items():
        store_days(Town.objects.get(pk=town), days)

    FigureMark.objects.update_or_create(pk=1, defaults={"at": at})
    return sum(len(days) for days in touched.values())


def _to_store(at: datetime) -> Touched:
    """Return the days to count anew: all of a town of which nothing is stored yet,
    whose past may have been told after the mark.
    """
    mark = FigureMark.objects.first()
    if mark is None:
        return every_day()

    touched = touched_since(min(mark.at, at) - LATE)
    stored = DailyFigure.objects.filter(town=OuterRef("pk"))
    cases = Case.objects.filter(town=OuterRef("pk"))
    new = list(Town.objects.filter(~Exists(stored), Exists(cases)))
    if new:
        touched |= every_day(Case.objects.filter(town__in=new))
    return touched


def touched_since(since: datetime, within: Q | None = None) -> Touched:
    """Return the days on which figures may have changed since a moment, by town. One
    query, two where a matter changed that later ones may repeat.

    A matter opened again has no day of closing any more; its events still have it.
    """
    # joined by UNION: with OR the database would try every matter there is
    events = Event.objects.filter(at__gte=since).order_by().values("case")
    chases = Chase.objects.filter(at__gte=since).order_by().values("case")
    calls = Call.objects.filter(done_at__gte=since).order_by().values("case")
    cases = Case.objects.filter(pk__in=events.union(chases, calls))
    if within is not None:
        cases = cases.filter(within)

    rows = Event.objects.filter(case__in=cases.values("pk")).order_by()
    columns = ("case__town", "action", "at", "case__registered_at", "case__closed_at")
    touched: Touched = defaultdict(set)
    repeatable: Touched = defaultdict(set)
    for town, action, at, registered_at, closed_at in rows.values_list(
        *columns
    ).iterator():
        for moment in (at, registered_at, closed_at):
            if moment:
                touched[town].add(workdays.local_day(moment))
        if action in CHANGES_WHAT_IS_REPEATED and at >= since:
            repeatable[town].add(workdays.local_day(registered_at))

    for town, day in _days_of_repetitions(repeatable):
        touched[town].add(day)
    return touched


def _days_of_repetitions(repeatable: Touched) -> Iterator[tuple[int, date]]:
    """Yield town and day of the matters that may repeat one taken down on some days.
    One query, none without such days.
    """
    if not repeatable:
        return

    where = Q(pk__in=())
    for town, days in repeatable.items():
        after = {
            day + nth * ONE_DAY
            for day in days
            for nth in range(REPEATED_WITHIN.days + 1)
        }
        where |= Q(on_days("registered_at", spans_of(after)), town=town)

    later = Case.objects.filter(where, topic__isnull=False).order_by()
    for town, at in later.values_list("town", "registered_at").iterator():
        yield town, workdays.local_day(at)


def every_day(cases: CaseQuerySet | None = None) -> Touched:
    """Return every day from a town's first matter to its last closing or the end of a
    round; of the towns of some matters, where they are given.
    """
    if cases is None:
        cases = Case.objects.all()
    by_town = cases.order_by().values_list("town")
    bounds = by_town.annotate(
        Min("registered_at"), Max("registered_at"), Max("closed_at")
    )
    rounds = Clock.objects.filter(case__in=cases.order_by().values("pk")).order_by()
    ended = rounds.values_list("case__town").annotate(Max("stopped_at"))
    last_round_of = dict(ended)

    touched: Touched = {}
    for town, first, *last in bounds:
        moments = [*last, last_round_of.get(town)]
        ends = [workdays.local_day(moment) for moment in moments if moment]
        days = Days(workdays.local_day(first), max(ends))
        touched[town] = {days.first + nth * ONE_DAY for nth in range(days.length)}
    return touched


def store_days(town: Town, days: Collection[date]) -> None:
    """Count some days of a town anew, a month at a time, each in a transaction."""
    by_month: dict[date, set[date]] = defaultdict(set)
    for day in days:
        by_month[day.replace(day=1)].add(day)

    for month, of_month in sorted(by_month.items()):
        counted = _counted(town, of_month)
        with transaction.atomic():
            _replace(town, SpanOfFigures.DAY, of_month, counted)
            _replace(town, SpanOfFigures.MONTH, {month}, _summed(town, month))


class FiguresDiffered(Exception):
    """Stored figures were not those that the matters give; they are now."""


def recount_and_repair(at: datetime) -> None:
    """Compare everything, as each night, and store what was counted. FiguresDiffered:
    something differed, which somebody should look into.
    """
    found = recount(at, repair=True)
    if found:
        names = ", ".join(str(difference) for difference in found[:NAMED])
        raise FiguresDiffered(f"{len(found)} differed: {names}")


def recount(at: datetime, *, repair: bool = False) -> list[Difference]:
    """Compare every stored figure with what the matters themselves give, and return
    where the two differ; `repair` stores what was counted.

    What was touched since the mark is stored first: it differs rightly.
    """
    store_touched(at)
    found: list[Difference] = []
    for pk, days in every_day().items():
        town = Town.objects.get(pk=pk)
        differing = list(_differences(town, days))
        found += differing
        if repair and differing:
            store_days(town, {difference.day for difference in differing})
    return found


def _differences(town: Town, days: Collection[date]) -> Iterator[Difference]:
    months = {day.replace(day=1) for day in days}
    stored = DailyFigure.objects.filter(town=town)
    of_months = stored.filter(span=SpanOfFigures.MONTH)
    months.update(of_months.values_list("day", flat=True))

    for first in sorted(months):
        month = Days.month_of(first)
        every = {month.first + nth * ONE_DAY for nth in range(month.length)}
        counted = _counted(town, every)
        whole: dict[tuple[str, date], Numbers] = defaultdict(Counter)
        for (place, _day), numbers in counted.items():
            whole[place, first].update(numbers)

        for span, wanted, on in (
            (SpanOfFigures.DAY, counted, every),
            (SpanOfFigures.MONTH, whole, {first}),
        ):
            rows = stored.filter(span=span, day__in=on)
            kept = {(row.place, row.day): Counter(row.numbers) for row in rows}
            for place, day in sorted(kept.keys() | wanted.keys()):
                if kept.get((place, day)) != wanted.get((place, day)):
                    yield Difference(place, span, day)


def _counted(town: Town, days: Collection[date]) -> dict[tuple[str, date], Numbers]:
    """Count some days of a town from its matters, the whole town beside its parts."""
    found: dict[tuple[str, date], Numbers] = {}
    for (place, day), numbers in tally(Q(town=town), spans_of(days)).items():
        found[place, day] = numbers
        found.setdefault((town.code, day), Counter()).update(numbers)
    return found


def _summed(town: Town, month: date) -> dict[tuple[str, date], Numbers]:
    """Add up the stored days of a month."""
    days = Days.month_of(month)
    rows = DailyFigure.objects.filter(
        town=town, span=SpanOfFigures.DAY, day__range=(days.first, days.last)
    )
    found: dict[tuple[str, date], Numbers] = defaultdict(Counter)
    for place, numbers in rows.values_list("place", "numbers"):
        found[place, month].update(numbers)
    return found


def _replace(
    town: Town,
    span: SpanOfFigures,
    days: Iterable[date],
    counted: dict[tuple[str, date], Numbers],
) -> None:
    stored = DailyFigure.objects.filter(town=town, span=span, day__in=list(days))
    gone = []
    for pk, place, day in stored.values_list("pk", "place", "day"):
        if (place, day) not in counted:
            gone.append(pk)
    DailyFigure.objects.filter(pk__in=gone).delete()

    rows = []
    for (place, day), numbers in counted.items():
        row = DailyFigure(
            town=town,
            place=place,
            is_whole_town=len(place) == TOWN_CODE,
            span=span,
            day=day,
            numbers=dict(+numbers),
        )
        rows.append(row)
    DailyFigure.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=("place", "span", "day"),
        update_fields=("numbers",),
    )


def spans_of(days: Iterable[date]) -> list[Days]:
    """Join days to as few spans as they make."""
    spans: list[Days] = []
    for day in sorted(days):
        if spans and spans[-1].last + ONE_DAY == day:
            spans[-1] = Days(spans[-1].first, day)
        else:
            spans.append(Days(day, day))
    return spans
