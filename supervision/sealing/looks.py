"""When somebody is to look at a clock, an order or an event next: the marks by which
the jobs find what is due. They are under no seal, for a job writes them each minute; so
they are worked out anew, and one that comes too late is a finding.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import F, Max, Q, QuerySet

from cases import deadlines
from cases.models import Clock, Event
from cases.workflow.findings import Finding
from minshi import workdays
from minshi.workdays import WorkCalendar
from supervision.chasing.ladder import POSTPONED
from supervision.chasing.steps import BY_CLOCK, ORDERED, Ladders, ladders_of, moments_of
from supervision.models import (
    Chase,
    ChaseStep,
    EventSeen,
    SupervisionOrder,
    Watermark,
)
from supervision.orders.drafting import remind_at
from supervision.orders.reminding import WAITING
from supervision.sealing.findings import LogWrong
from supervision.sealing.guards import OF_UNREADABLE_ROWS

BATCH = 500
# The calendar may have changed since a reminder was set.
AS_THE_CALENDAR_CHANGES = timedelta(days=3)


def check_looks(at: datetime) -> Iterator[Finding]:
    """Yield the clocks, orders and marks of events at which nobody would look in time.

    Four queries for each 500 clocks that somebody has looked at, and one for each town
    and month in which they are due.
    """
    for clock in late_clocks(at):
        number = clock.case.number
        yield Finding(f"{Clock._meta.verbose_name}（{number}）", LogWrong.PUT_OFF)
    for order in late_orders(at):
        number = order.case.number
        name = SupervisionOrder._meta.verbose_name
        yield Finding(f"{name} {order.pk}（{number}）", LogWrong.PUT_OFF)
    if _is_ahead(at):
        yield Finding(str(Watermark._meta.verbose_name), LogWrong.PUT_OFF)


def look_at_once(at: datetime) -> None:
    """Let the next sweep look at what was put off, which sets the moment anew; and
    bring the watermark back to the last event.
    """
    _look_at_late(at)
    if _is_ahead(at):
        last = _last_event()
        Watermark.objects.update(floor=last, ceiling=last, ceiling_at=at)
        EventSeen.objects.filter(event_id__gt=last).delete()


def look_again_where_set_back(at: datetime) -> None:
    """Let a sweep look at once at what an earlier one put off by a clock that was ahead
    and has been set back since. One query where none was.

    The watermark has the moment of the earlier one. Of what it passes over nothing is
    brought back: events below it were told to nobody.
    """
    by_clock_ahead = Watermark.objects.filter(ceiling_at__gt=at + POSTPONED)
    if not by_clock_ahead.exists():
        return

    with suppress(*OF_UNREADABLE_ROWS):  # the nightly check names it
        _look_at_late(at)
        by_clock_ahead.update(ceiling_at=at)


def _look_at_late(at: datetime) -> None:
    clocks = [clock.pk for clock in late_clocks(at)]
    Clock.objects.filter(pk__in=clocks, stopped_at=None).update(look_at=at)
    orders = [order.pk for order in late_orders(at)]
    waiting = SupervisionOrder.objects.filter(pk__in=orders, state__in=WAITING)
    waiting.update(remind_at=at)


# --- clocks


@dataclass
class _Reading:
    """What the clocks of a batch are compared with, each read once."""

    at: datetime
    calendars: dict[tuple[int, date], WorkCalendar] = field(default_factory=dict)
    ladders: Ladders = field(default_factory=dict)
    taken: Mapping[tuple[int, datetime], set[str]] = field(default_factory=dict)
    with_orders: set[int] = field(default_factory=set)  # cases

    def calendar_for(self, clock: Clock) -> WorkCalendar:
        last_day = workdays.last_day_of(clock.due_at)
        key = (clock.case.town_id, last_day.replace(day=1))
        if key not in self.calendars:
            self.calendars[key] = deadlines.calendar_of(key[0], last_day)
        return self.calendars[key]


def late_clocks(at: datetime) -> Iterator[Clock]:
    """Yield the running clocks at which nobody would look when their next step comes,
    or has come and was not taken.
    """
    soon = at + POSTPONED  # one that failed is tried again within that time
    running = Clock.objects.filter(stopped_at=None)
    put_off = running.filter(Q(look_at=None) | Q(look_at__gt=soon))
    # a clock begins so, and no step of it comes before
    in_question = put_off.exclude(look_at__isnull=False, look_at=F("yellow_at"))

    reading = _Reading(at)
    for clocks in _batches(in_question.select_related("case")):
        _read_for(clocks, reading)
        for clock in clocks:
            if _comes_too_late(clock, reading):
                yield clock


def _read_for(clocks: list[Clock], reading: _Reading) -> None:
    towns = {clock.case.town_id for clock in clocks}
    reading.ladders = ladders_of(towns)

    taken: dict[tuple[int, datetime], set[str]] = {}
    chases = Chase.objects.filter(clock__in=clocks, event=None)
    for clock, due_at, step in chases.values_list("clock", "due_at", "step"):
        taken.setdefault((clock, due_at), set()).add(step)
    reading.taken = taken

    cases = [clock.case_id for clock in clocks]
    orders = SupervisionOrder.objects.filter(case__in=cases)
    reading.with_orders = set(orders.values_list("case", flat=True))


def _comes_too_late(clock: Clock, reading: _Reading) -> bool:
    """Tell whether the moment at which somebody looks at a clock is after its next
    step, or the last step that was reached is still to be taken.

    A pause is looked at when it ends.
    """
    at = reading.at
    ladder = reading.ladders[clock.case.town_id]
    moments = moments_of(clock, ladder, reading.calendar_for(clock))

    grey_until = clock.case.grey_until
    is_paused = grey_until is not None and grey_until > at
    if not is_paused and _is_untaken(clock, moments, reading):
        return True

    to_come = [moment for moment in moments.values() if moment > at]
    latest = min(to_come, default=None)
    if is_paused and grey_until is not None:
        latest = max(latest, grey_until) if latest else grey_until
    if latest is None:
        return False
    return clock.look_at is None or clock.look_at > latest


def _is_untaken(
    clock: Clock, moments: Mapping[ChaseStep, datetime], reading: _Reading
) -> bool:
    """Tell whether the hardest step that was reached, or a harder one, was not taken.

    No order is asked for beside another; a second 不满意 is looked at as it is given.
    """
    reached = [
        step for step in BY_CLOCK if step in moments and moments[step] <= reading.at
    ]
    if not reached:
        return False

    last = reached[-1]
    as_hard = BY_CLOCK[BY_CLOCK.index(last) :]
    taken = reading.taken.get((clock.pk, clock.due_at), set())
    if taken.intersection(as_hard):
        return False
    return not (last in ORDERED and clock.case_id in reading.with_orders)


def _batches(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """Yield rows some hundred at a time."""
    found = rows.order_by("pk").iterator(chunk_size=BATCH)
    while batch := list(islice(found, BATCH)):
        yield batch


# --- orders


def late_orders(at: datetime) -> Iterator[SupervisionOrder]:
    """Yield the orders that wait for a signature or a check, and of which nobody is
    reminded in time.
    """
    if not settings.ORDER_REMIND_DAYS:
        return

    waiting = SupervisionOrder.objects.filter(state__in=WAITING)
    put_off = waiting.filter(Q(remind_at=None) | Q(remind_at__gt=at))
    latest: dict[int, datetime | None] = {}
    for order in _rows(put_off.select_related("case")):
        town = order.case.town_id
        if town not in latest:
            calendar = deadlines.calendar_of(town, workdays.local_day(at))
            latest[town] = remind_at(calendar, at)
        in_time = latest[town]
        if order.remind_at is None or (
            in_time and order.remind_at > in_time + AS_THE_CALENDAR_CHANGES
        ):
            yield order


def _rows(rows: QuerySet[SupervisionOrder]) -> Iterable[SupervisionOrder]:
    return rows.order_by("pk").iterator(chunk_size=BATCH)


# --- events


def _is_ahead(at: datetime) -> bool:
    """Tell whether watermark or marks pass over events that are still to come.

    SQLite takes a mark of an event that there is not, by hand.
    """
    last = _last_event()
    if EventSeen.objects.filter(event_id__gt=last).exists():
        return True
    ahead = Q(floor__gt=last) | Q(ceiling__gt=last) | Q(ceiling_at__gt=at + POSTPONED)
    return Watermark.objects.filter(ahead).exists()


def _last_event() -> int:
    return Event.objects.aggregate(last=Max("pk"))["last"] or 0
