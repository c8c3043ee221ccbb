"""Which deadline rule applies, counted on the town's work calendar (domain §4)."""

import re
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q

from cases.models import CalendarDay, Case, Clock
from cases.models.choices import Stage
from minshi import workdays
from minshi.workdays import Span, Unit, WorkCalendar

LOOK_BACK = LOOK_AHEAD = timedelta(days=400)  # a suspended, extended or returned matter may run for a year
SPAN = re.compile(r"(\d{1,3})([wc])")
UNITS = {"w": Unit.WORKING, "c": Unit.CALENDAR}


def span_of(rule: str) -> Span:
    """The length of a deadline by its rule's name: "1w" is 1 working day, "60c" 60 calendar days.

    ImproperlyConfigured names the variable whose value is neither.
    """
    text = settings.DEADLINES[rule]
    found = SPAN.fullmatch(text)
    if not found:
        raise ImproperlyConfigured(f"DEADLINE_{rule.upper()} must look like 3w or 60c, not {text!r}")
    return Span(int(found[1]), UNITS[found[2]])


def calendar_of(town_id: int, around: date) -> WorkCalendar:
    """The work calendar about a day, in one query: the national rows, overridden by the town's own."""
    rows = (
        CalendarDay.objects.filter(Q(town=None) | Q(town=town_id), day__range=(around - LOOK_BACK, around + LOOK_AHEAD))
        .annotate(national=Q(town=None))
        .order_by("-national")
        .values_list("day", "is_working")
    )
    days = dict(rows)  # the town's own rows come last and win
    return WorkCalendar(
        days_off=frozenset(day for day, working in days.items() if not working),
        make_up=frozenset(day for day, working in days.items() if working),
    )


def latest_day(calendar: WorkCalendar, started: date, rule: str) -> date:
    """The last day in time under the rule, the first day not counted (民法典 201–203)."""
    return workdays.last_day(calendar, started, span_of(rule))


def new_clock(case: Case, nth: int, stage: Stage, rule: str, at: datetime, calendar: WorkCalendar) -> Clock:
    """An unsaved clock for one visit of a stage, started at `at`."""
    span = span_of(rule)
    due = workdays.due_at(workdays.last_day(calendar, workdays.local_day(at), span))
    yellow = workdays.yellow_at(calendar, due, span)
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
    )


def set_due(clock: Clock, last_on: date, calendar: WorkCalendar) -> None:
    """Gives a clock another last day; yellow follows, in the clock's own unit, and whoever watches looks at it anew."""
    clock.due_at = workdays.due_at(last_on)
    clock.yellow_at = workdays.yellow_at(calendar, clock.due_at, Span(clock.amount, Unit(clock.unit)))
    clock.look_at = clock.yellow_at


def promised_on(case: Case, running: Clock, handling: Clock | None, calendar: WorkCalendar) -> date:
    """The day promised to the speaker (domain §4).

    The running clock's last day in 说, 议 and 评; while a 办 clock runs, or in 督, the 办 due + 督 + 评. Also where
    the 办 clock goes on in 议: a return shall not promise an earlier day than the attempt it ends. While an order
    is awaited the 办 due is long past, and the day of the order is promised.
    """
    base = running if running.stage == Stage.HANDLE else handling if case.stage == Stage.SUPERVISE else None
    if base is None or case.needs_order:
        return workdays.last_day_of(running.due_at)
    checked = latest_day(calendar, workdays.last_day_of(base.due_at), "supervise")
    return latest_day(calendar, checked, "reply")
