"""Deadlines counted by a town's rules on its work calendar (domain §4)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    ExpressionWrapper,
    IntegerField,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast

from cases.models import CalendarDay, Case, Clock, DeadlineRule
from cases.models.choices import Rule, Stage
from cases.models.clock import VOUCHES_FOR_ITS_YEAR
from minshi import workdays
from minshi.prepared import prepared
from minshi.workdays import Span, Unit, WorkCalendar, span_years

# a suspended, extended or returned matter may run for a year
LOOK_BACK = LOOK_AHEAD = timedelta(days=400)
SPAN = re.compile(r"(\d{1,3})([wc])")
UNITS = {"w": Unit.WORKING, "c": Unit.CALENDAR}


def default_span(rule: str) -> Span:
    """Return the length of a deadline that no town has set.

    "1w" is 1 working day, "60c" 60 calendar days. ImproperlyConfigured names the
    variable whose value is neither.
    """
    if rule == Rule.EXTENSION:
        return Span(settings.LONGEST_EXTENSION_DAYS, Unit.CALENDAR)
    text = settings.DEADLINES[rule]
    found = SPAN.fullmatch(text)
    if not found:
        raise ImproperlyConfigured(
            f"DEADLINE_{rule.upper()} must look like 3w or 60c, not {text!r}"
        )
    return Span(int(found[1]), UNITS[found[2]])


@dataclass(frozen=True)
class Counting:
    """A town's work calendar, and its own lengths of deadlines over the defaults.

    The lengths stand by rule, the newest first, each with the moment it was set.
    """

    calendar: WorkCalendar
    own: Mapping[str, Sequence[tuple[datetime, Span]]]

    def span(self, rule: str, at: datetime) -> Span:
        """Return the length in force at a moment.

        A length that was set later holds for nothing that began before.
        """
        for since, span in self.own.get(rule, ()):
            if since <= at:
                return span
        return default_span(rule)

    def last_day(self, rule: str, at: datetime, started: date | None = None) -> date:
        """Return the last day in time by the rule as it was at `at`.

        Counted from that day or from `started`, which itself is not counted
        (民法典 201–203).
        """
        first = started or workdays.local_day(at)
        return workdays.last_day(self.calendar, first, self.span(rule, at))


def counting_of(town_id: int | None, around: date) -> Counting:
    """Read how a town counts about a day. One query.

    The town's own days go over the national ones.
    """
    national: dict[date, bool] = {}
    own_days: dict[date, bool] = {}
    reliable_years = set[int]()
    spans: defaultdict[str, list[tuple[datetime, Span]]] = defaultdict(list)

    first, last = around - LOOK_BACK, around + LOOK_AHEAD
    for row in _days_and_rules(town_id, first, last):
        day, number, is_national, vouches, since, rule, unit = row
        if rule:
            spans[rule].append((since, Span(number, Unit(unit))))
            continue

        days = national if is_national else own_days
        days[day] = bool(number)
        if vouches:
            reliable_years.add(day.year)

    is_working = {**national, **own_days}
    make_up = frozenset(day for day, working in is_working.items() if working)
    days_off = frozenset(is_working) - make_up
    calendar = WorkCalendar(
        days_off=days_off, make_up=make_up, known_years=frozenset(reliable_years)
    )
    for lengths in spans.values():
        lengths.sort(key=itemgetter(0), reverse=True)
    return Counting(calendar, dict(spans))


@prepared
def _days_and_rules(
    town_id: int | None, first: date, last: date
) -> QuerySet[Any, tuple[Any, ...]]:
    """Read days and rules as rows of one shape, since every move asks for both.

    The shape: day, number, is_national, vouches, since, rule, unit. The rule is empty
    for a day, whose number tells whether it is a working day.
    """
    days = CalendarDay.objects.filter(
        Q(town=None) | Q(town=town_id), day__range=(first, last)
    ).annotate(
        number=Cast("is_working", IntegerField()),
        is_national=ExpressionWrapper(Q(town=None), BooleanField()),
        vouches=ExpressionWrapper(VOUCHES_FOR_ITS_YEAR, BooleanField()),
        since=Value(None, DateTimeField()),
        rule=Value(""),
    )
    day_rows = days.order_by().values_list(
        "day", "number", "is_national", "vouches", "since", "rule", "name"
    )

    rules = DeadlineRule.objects.filter(town=town_id).annotate(
        day=Value(None, DateField()), is_national=Value(False), vouches=Value(False)
    )
    rule_rows = rules.order_by().values_list(
        "day", "amount", "is_national", "vouches", "from_at", "rule", "unit"
    )
    return day_rows.union(rule_rows, all=True)


def calendar_of(town_id: int | None, around: date) -> WorkCalendar:
    """Read the work calendar of a town, or with None the national one. One query."""
    return counting_of(town_id, around).calendar


def new_clock(
    case: Case, nth: int, stage: Stage, rule: str, at: datetime, counting: Counting
) -> Clock:
    """Return an unsaved clock for one visit of a stage, started at `at`."""
    span = counting.span(rule, at)
    last_on = counting.last_day(rule, at)
    due = workdays.due_at(last_on)
    yellow = workdays.yellow_at(counting.calendar, due, span)

    return Clock(
        case=case,
        round=case.round,
        stage=stage,
        level=case.level,
        nth=nth,
        rule=rule,
        amount=span.amount,
        unit=span.unit,
        started_at=at,
        due_at=due,
        yellow_at=yellow,
        look_at=yellow,
        is_provisional=not counting.calendar.knows(last_on),
    )


def set_due(clock: Clock, last_on: date, calendar: WorkCalendar) -> None:
    """Give a clock another last day.

    Yellow follows, in the clock's own unit, and supervision looks at it anew.
    """
    span = Span(clock.amount, Unit(clock.unit))
    clock.due_at = workdays.due_at(last_on)
    clock.yellow_at = workdays.yellow_at(calendar, clock.due_at, span)
    clock.look_at = clock.yellow_at
    clock.is_provisional = not calendar.knows(last_on)


def promised_on(
    case: Case, running: Clock, handling: Clock | None, counting: Counting
) -> date:
    """Return the day promised to the speaker (domain §4).

    In 说, 议 and 评 it is the running clock's last day; while a 办 clock runs, or in
    督, the 办 due + 督 + 评. Also where the 办 clock goes on in 议: a return shall not
    promise an earlier day than the attempt it ends. While an order is awaited the 办
    due is long past, and the day of the order is promised. A rule set meanwhile moves
    no promise.
    """
    base = None
    if running.stage == Stage.HANDLE:
        base = running
    elif case.stage == Stage.SUPERVISE:
        base = handling
    if base is None or case.needs_order:
        return workdays.last_day_of(running.due_at)

    handled_on = workdays.last_day_of(base.due_at)
    checked_on = counting.last_day(Rule.SUPERVISE, base.started_at, handled_on)
    return counting.last_day(Rule.REPLY, base.started_at, checked_on)


@dataclass(frozen=True)
class Spent:
    """The calendar days that one visit of a stage took."""

    round: int
    stage: str
    level: str
    span: Span
    used: int
    paused: int
    started_on: date
    last_on: date
    stopped_on: date | None
    left: int | None  # below 0: overdue; None: the stage was left
    in_time: bool
    in_several_years: bool = False  # the days of all visits: each is said with its year
    rests_until: date | None = None  # paused now
    goes_on: bool = False  # the case is in 议 again, and no clock of 议 runs
    extended: bool = False  # more time was granted


def spent_of(
    clocks: Iterable[Clock], at: datetime, stage: str | None = None
) -> list[Spent]:
    """Return the used and remaining time of every visit of a stage, in their order.

    `stage` is where the case stands: returned from 办 it is in 议 while the clock of
    办 goes on (domain §4).
    """
    in_order = sorted(clocks, key=lambda clock: clock.nth)
    rows = [_spent(clock, at, stage) for clock in in_order]

    days: list[date | None] = []
    for row in rows:
        days += [row.started_on, row.last_on, row.stopped_on]
    return [replace(row, in_several_years=span_years(days)) for row in rows]


def _spent(clock: Clock, at: datetime, stage: str | None) -> Spent:
    """Sum up one stay in a stage, in calendar days.

    Days of a pause are not used up, nor those of a check that sent the matter back,
    which is written as one. `left` is None once the clock has stopped.
    """
    is_back = stage == Stage.DELIBERATE and clock.stage == Stage.HANDLE
    until = workdays.local_day(clock.stopped_at or at)
    started_on = workdays.local_day(clock.started_at)
    last_on = workdays.last_day_of(clock.due_at)
    paused = sum(_days_of_pause(pause, until) for pause in clock.pauses)

    return Spent(
        round=clock.round,
        stage=clock.get_stage_display(),
        level=clock.get_level_display(),
        span=Span(clock.amount, Unit(clock.unit)),
        used=(until - started_on).days - paused,
        paused=paused,
        started_on=started_on,
        last_on=last_on,
        stopped_on=until if clock.stopped_at else None,
        left=None if clock.stopped_at else (last_on - until).days,
        in_time=not clock.is_overdue(at),
        rests_until=None if clock.stopped_at else clock.rests_until(until),
        goes_on=is_back and clock.stopped_at is None,
        extended=clock.extended,
    )


def _days_of_pause(pause: Mapping[str, str], until: date) -> int:
    """Return the days of a pause, no longer than until the day given."""
    began = date.fromisoformat(pause["from"])
    ended = min(until, date.fromisoformat(pause["until"]))
    return max(0, (ended - began).days)
