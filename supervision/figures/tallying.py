"""Counting of matters, row by row: how often each figure holds, by place and day.

One query for each of the three days by which figures are dated.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce

from cases.models import Case, Clock
from cases.models.choices import Category, Confidentiality, Stage
from minshi import workdays
from supervision.figures.conditions import STAGES_OF_ROUNDS
from supervision.figures.definitions import COUNTS, SPLITS, SPREADS
from supervision.figures.kinds import (
    CLOSED,
    NONE,
    RECEIVED,
    ROUND_ENDED,
    SECRET,
    Count,
    Split,
    Spread,
)
from supervision.figures.periods import Days
from supervision.figures.places import COUNTER

AT_ONCE = 2000
SPLIT_MARK = "|"  # received parted: "topic|12"
BETWEEN = ","  # several values of a part: "topic|12,57"
SPREAD_MARK = "="  # days: "days.reply=3"
DELICATE = "delicate"  # of a topic: matters of a family
FIGURES_OF_DAY = (RECEIVED, CLOSED, ROUND_ENDED)

Numbers = Counter[str]
Tally = dict[tuple[str, date], Numbers]  # by code of the place, and day


def split_key(split: str, value: object) -> str:
    return f"{split}{SPLIT_MARK}{value}"


def spread_key(code: str, days: int) -> str:
    return f"{code}{SPREAD_MARK}{days}"


def tally(within: Q, spans: Iterable[Days]) -> Tally:
    """Count what falls on the days of the spans. Three queries.

    `within` is a condition on cases. Every figure but those of this moment is counted.
    """
    spans = list(spans)
    found: Tally = defaultdict(Counter)
    if not spans:
        return found

    for day in FIGURES_OF_DAY:
        for row in _rows(day, within, spans):
            _add(found[row.place, row.day], row, day)
    return found


@dataclass(frozen=True)
class Row:
    place: str
    day: date
    values: dict[str, Any]


def counted(day: str, within: Q) -> QuerySet[Any]:
    """Return the rows that figures dated by `day` count: matters heard, or clocks of
    them.
    """
    if day == ROUND_ENDED:
        cases = Case.objects.heard().filter(within)
        # said so that the index of rounds completed serves
        rounds = Clock.objects.filter(stage__in=STAGES_OF_ROUNDS)
        return rounds.filter(case__in=cases.values("pk"))
    cases = Case.objects.heard().filter(within)
    # said so that the index of closed matters serves
    return cases.filter(stage=Stage.CLOSED) if day == CLOSED else cases


def on_days(day: str, spans: Iterable[Days]) -> Q:
    where = Q(pk__in=())
    for span in spans:
        where |= Q(**{f"{day}__gte": span.begin, f"{day}__lt": span.end})
    return where


@cache
def counts_of(day: str) -> tuple[Count, ...]:
    return tuple(count for count in COUNTS.values() if count.day == day)


@cache
def spreads_of(day: str) -> tuple[Spread, ...]:
    return tuple(spread for spread in SPREADS.values() if spread.day == day)


@cache
def splits_of(day: str) -> tuple[Split, ...]:
    return tuple(SPLITS.values()) if day == RECEIVED else ()


def _rows(day: str, within: Q, spans: list[Days]) -> Iterator[Row]:
    to_case = "case__" if day == ROUND_ENDED else ""
    asked: dict[str, Any] = {
        "village_code": F(f"{to_case}village__code"),
        "town_code": F(f"{to_case}town__code"),
        "dated": F(day),
    }
    for nth, count in enumerate(counts_of(day)):
        asked[f"n{nth}"] = _holds(count.condition)
    for split in splits_of(day):
        asked[f"by_{split.key}"] = split.column
    for spread in spreads_of(day):
        for nth, until in enumerate(spread.until):
            name = spread.code.replace(".", "_")
            asked[f"{name}_{nth}"] = F(until) if isinstance(until, str) else until
    if day == RECEIVED:
        asked["is_secret"] = _holds(Q(confidentiality=Confidentiality.SECRET))
        asked["is_delicate"] = _holds(Q(category=Category.FAMILY))
    if day != ROUND_ENDED:
        asked["told"] = F("registered_at")

    rows = counted(day, within).filter(on_days(day, spans)).order_by()
    for values in rows.annotate(**asked).values(*asked).iterator(AT_ONCE):
        place = values["village_code"] or values["town_code"] + COUNTER
        yield Row(place, workdays.local_day(values["dated"]), values)


def _holds(condition: Q) -> Any:
    if not condition:
        return ExpressionWrapper(Q(pk__isnull=False), output_field=BooleanField())
    is_so = ExpressionWrapper(condition, output_field=BooleanField())
    return Coalesce(is_so, False)  # of an empty column SQL answers neither yes nor no


def _add(numbers: Numbers, row: Row, day: str) -> None:
    values = row.values
    for nth, count in enumerate(counts_of(day)):
        if values[f"n{nth}"]:
            numbers[count.code] += 1

    for split in splits_of(day):
        value = values[f"by_{split.key}"] or NONE
        if split.is_telling and values["is_secret"]:
            value = SECRET
        numbers[split_key(split.key, value)] += 1

    is_told = not values.get("is_secret")
    if is_told and values.get("is_delicate") and values["by_topic"]:
        numbers[split_key(DELICATE, values["by_topic"])] += 1

    for spread in spreads_of(day):
        days = _days_until(spread, values)
        if days is not None:
            numbers[spread_key(spread.code, days)] += 1


def _days_until(spread: Spread, values: dict[str, Any]) -> int | None:
    """Return the calendar days from taking down to the earliest moment; None without
    one.
    """
    name = spread.code.replace(".", "_")
    moments: list[datetime] = []
    for nth in range(len(spread.until)):
        moment = values[f"{name}_{nth}"]
        if moment:
            moments.append(moment)
    if not moments:
        return None

    told_on = workdays.local_day(values["told"])
    return max((workdays.local_day(min(moments)) - told_on).days, 0)
