"""Which deadline rule applies, counted on the town's work calendar (domain §4)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
from minshi.workdays import Span, Unit, WorkCalendar

# a suspended, extended or returned matter may run for a year
LOOK_BACK = LOOK_AHEAD = timedelta(days=400)
SPAN = re.compile(r"(\d{1,3})([wc])")
UNITS = {"w": Unit.WORKING, "c": Unit.CALENDAR}


def default_span(rule: str) -> Span:
    """The length of a deadline no town has set: "1w" is 1 working day, "60c" 60
    calendar days.

    ImproperlyConfigured names the variable whose value is neither.
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
    """How a town counts: its work calendar, and its own lengths over the defaults, by
    rule, the newest first.
    """

    calendar: WorkCalendar
    own: Mapping[str, Sequence[tuple[datetime, Span]]]

    def span(self, rule: str, at: datetime) -> Span:
        """The length in force at a moment: what was set later holds for nothing that
        began before.
        """
        return next(
            (span for since, span in self.own.get(rule, ()) if since <= at), None
        ) or default_span(rule)

    def last_day(self, rule: str, at: datetime, started: date | None = None) -> date:
        """The last day in time by the rule as it was at `at`, counted from that day or
        from `started`.

        The first day is not counted (民法典 201–203).
        """
        return workdays.last_day(
            self.calendar, started or workdays.local_day(at), self.span(rule, at)
        )


def counting_of(town_id: int, around: date) -> Counting:
    """The calendar about a day, national rows overridden by the town's own, and the
    lengths it has set. One query.
    """
    national, own_days = dict[date, bool](), dict[date, bool]()
    spans, known = dict[str, list[tuple[datetime, Span]]](), set[int]()
    for day, number, is_national, vouches, since, rule, unit in _days_and_rules(
        town_id, around
    ):
        if rule:
            spans.setdefault(rule, []).append((since, Span(number, Unit(unit))))
            continue
        (national if is_national else own_days)[day] = bool(number)
        if vouches:
            known.add(day.year)
    held = {**national, **own_days}
    calendar = WorkCalendar(
        days_off=frozenset(day for day, working in held.items() if not working),
        make_up=frozenset(day for day, working in held.items() if working),
        known_years=frozenset(known),
    )
    return Counting(
        calendar,
        {
            rule: sorted(rows, key=itemgetter(0), reverse=True)
            for rule, rows in spans.items()
        },
    )


def _days_and_rules(town_id: int, around: date) -> QuerySet[Any, Any]:
    """Days and rules as rows of one shape, since every move asks for both."""
    near = (around - LOOK_BACK, around + LOOK_AHEAD)
    days = CalendarDay.objects.filter(
        Q(town=None) | Q(town=town_id), day__range=near
    ).annotate(
        number=Cast("is_working", IntegerField()),
        is_national=ExpressionWrapper(Q(town=None), BooleanField()),
        vouches=ExpressionWrapper(VOUCHES_FOR_ITS_YEAR, BooleanField()),
        since=Value(None, DateTimeField()),
        rule=Value(""),
    )
    rules = DeadlineRule.objects.filter(town=town_id).annotate(
        day=Value(None, DateField()), is_national=Value(False), vouches=Value(False)
    )
    return (
        days.order_by()
        .values_list("day", "number", "is_national", "vouches", "since", "rule", "name")
        .union(
            rules.order_by().values_list(
                "day", "amount", "is_national", "vouches", "from_at", "rule", "unit"
            ),
            all=True,
        )
    )


def calendar_of(town_id: int, around: date) -> WorkCalendar:
    return counting_of(town_id, around).calendar


def new_clock(
    case: Case, nth: int, stage: Stage, rule: str, at: datetime, counting: Counting
) -> Clock:
    """An unsaved clock for one visit of a stage, started at `at`."""
    span = counting.span(rule, at)
    due = workdays.due_at(
        workdays.last_day(counting.calendar, workdays.local_day(at), span)
    )
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
        is_provisional=not counting.calendar.knows(workdays.last_day_of(due)),
    )


def set_due(clock: Clock, last_on: date, calendar: WorkCalendar) -> None:
    """Gives a clock another last day; yellow follows, in the clock's own unit, and
    whoever watches looks at it anew.
    """
    clock.due_at = workdays.due_at(last_on)
    clock.yellow_at = workdays.yellow_at(
        calendar, clock.due_at, Span(clock.amount, Unit(clock.unit))
    )
    clock.look_at = clock.yellow_at
    clock.is_provisional = not calendar.knows(last_on)


def promised_on(
    case: Case, running: Clock, handling: Clock | None, counting: Counting
) -> date:
    """The day promised to the speaker (domain §4).

    The running clock's last day in 说, 议 and 评; while a 办 clock runs, or in 督, the
    办 due + 督 + 评. Also where the 办 clock goes on in 议: a return shall not promise
    an earlier day than the attempt it ends. While an order is awaited the 办 due is
    long past, and the day of the order is promised. A rule set meanwhile moves no
    promise.
    """
    base = (
        running
        if running.stage == Stage.HANDLE
        else handling
        if case.stage == Stage.SUPERVISE
        else None
    )
    if base is None or case.needs_order:
        return workdays.last_day_of(running.due_at)
    checked = counting.last_day(
        Rule.SUPERVISE, base.started_at, workdays.last_day_of(base.due_at)
    )
    return counting.last_day(Rule.REPLY, base.started_at, checked)


@dataclass(frozen=True)
class Spent:
    """What one visit of a stage took, in calendar days; `left` below 0 is overdue, None
    once the stage was left.
    """

    round: int
    stage: str
    span: Span
    used: int
    paused: int
    last_on: date
    left: int | None
    in_time: bool


def spent_of(clocks: Iterable[Clock], at: datetime) -> list[Spent]:
    """Used and remaining time of every visit of a stage, in the order of the road."""
    return [_spent(clock, at) for clock in sorted(clocks, key=lambda clock: clock.nth)]


def _spent(clock: Clock, at: datetime) -> Spent:
    """Days of a pause, and of a check that sent the matter back, are not used up."""
    until, last_on = (
        workdays.local_day(clock.stopped_at or at),
        workdays.last_day_of(clock.due_at),
    )
    paused = sum(
        max(
            0,
            (
                min(until, date.fromisoformat(pause["until"]))
                - date.fromisoformat(pause["from"])
            ).days,
        )
        for pause in clock.pauses
    )
    return Spent(
        round=clock.round,
        stage=clock.get_stage_display(),
        span=Span(clock.amount, Unit(clock.unit)),
        used=(until - workdays.local_day(clock.started_at)).days - paused,
        paused=paused,
        last_on=last_on,
        left=None if clock.stopped_at else (last_on - until).days,
        in_time=not clock.is_overdue(at),
    )
