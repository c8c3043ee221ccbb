"""提醒 → 催办 → 督办单: taking the steps of the ladder that clocks have reached
(domain §4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases import deadlines
from cases.models import Case, Clock
from minshi import workdays
from minshi.jobs import done_for
from minshi.workdays import WorkCalendar
from supervision.chasing.notifying import notify_of
from supervision.chasing.steps import ORDERED, Ladders, ladders_of, moments_of
from supervision.models import Chase, ChaseStep, SupervisionOrder, holder_of
from supervision.notices.recipients import recipients_of
from supervision.orders import DraftReason, claim_cases, draft_orders

BATCH = 500
MOMENT = timedelta(minutes=1)  # until the next sweep
# a row that cannot be seen to does not hold up the others
POSTPONED = timedelta(hours=1)

Calendars = dict[tuple[int, date], WorkCalendar]  # by town and month: read once a sweep
StepKey = tuple[int, datetime, str]  # clock, due and step: what is taken once


@dataclass(frozen=True)
class ReachedStep:
    """A step that a clock has reached, whether it was taken before or not."""

    clock: Clock
    step: ChaseStep

    @property
    def case(self) -> Case:
        return self.clock.case

    @property
    def key(self) -> StepKey:
        return self.clock.pk, self.clock.due_at, self.step

    @property
    def asks_for_order(self) -> bool:
        return self.step in ORDERED


def look_at_clocks(at: datetime) -> tuple[int, list[str]]:
    """Take the steps that are due, and return how many are new and the numbers of the
    cases that failed.

    Of each clock only the last step reached is taken, so that downtime gives one
    catch-up, not every step.

    1. Claim a batch of clocks by locking their rows (SKIP LOCKED where the database
       knows it; SQLite has one writer).
    2. Take their steps: a step is one by constraint, and committed together with its
       notices.
    3. Put the cases that failed off for an hour; the others go on.

    Safe to repeat and to run twice at once. Cost follows what is due: an index holds
    the moment of each clock's next step.
    """
    taken = 0
    failed: list[str] = []
    calendars: Calendars = {}

    while True:
        with transaction.atomic():
            clocks = _claim(at, BATCH)
            if not clocks:
                return taken, failed

            count, bad = done_for(clocks, lambda rows: _take(rows, at, calendars))
            bad_ids = [clock.pk for clock in bad]
            Clock.objects.filter(pk__in=bad_ids).update(look_at=at + POSTPONED)

            taken += count
            failed += [clock.case.number for clock in bad]


def _claim(at: datetime, size: int) -> list[Clock]:
    """Lock and return up to `size` clocks that are to be looked at, the longest due
    first.
    """
    due = Clock.objects.filter(stopped_at=None, look_at__lte=at)
    locked = due.select_for_update(skip_locked=True, of=("self",), no_key=True)
    with_case = locked.select_related("case__town", "case__village")

    return list(with_case.order_by("look_at", "pk")[:size])


def _take(clocks: Sequence[Clock], at: datetime, calendars: Calendars) -> int:
    """Take the step that each clock has reached, with its notices, note when to look
    again, and return how many steps are new.
    """
    ladders = ladders_of({clock.case.town_id for clock in clocks})

    reached: list[ReachedStep] = []
    for clock in clocks:
        case = clock.case
        if case.grey_until and case.grey_until > at:
            clock.look_at = case.grey_until
            continue

        calendar = _calendar_for(clock, calendars)
        moments = moments_of(clock, ladders[case.town_id], calendar)
        reached += [ReachedStep(clock, step) for step in _last_reached(moments, at)]

        to_come = [moment for moment in moments.values() if moment > at]
        clock.look_at = min(to_come, default=None)

    taken, busy_cases = _write(reached, ladders, at)

    for clock in clocks:
        if clock.case_id in busy_cases:
            clock.look_at = at + MOMENT
    Clock.objects.bulk_update(clocks, ["look_at"])

    return taken


def _calendar_for(clock: Clock, calendars: Calendars) -> WorkCalendar:
    """Return the calendar of the clock's town around its due, read once a month of
    due.
    """
    town = clock.case.town_id
    last_day = workdays.last_day_of(clock.due_at)
    key = (town, last_day.replace(day=1))

    if key not in calendars:
        calendars[key] = deadlines.calendar_of(town, last_day)

    return calendars[key]


def _last_reached(
    moments: Mapping[ChaseStep, datetime], at: datetime
) -> list[ChaseStep]:
    """Return the hardest step whose moment has come; an order for a second 不满意 is
    one of its own.
    """
    come = [step for step, moment in moments.items() if moment <= at]
    by_clock = [step for step in come if step != ChaseStep.DISSATISFIED]

    last: list[ChaseStep] = [*by_clock[-1:]]
    if ChaseStep.DISSATISFIED in come:
        last.append(ChaseStep.DISSATISFIED)
    return last


def _write(
    reached: list[ReachedStep], ladders: Ladders, at: datetime
) -> tuple[int, set[int]]:
    """Write the new steps, the orders they ask for, and the notices to everybody
    concerned.

    Returns how many steps are new, and the cases whose order somebody else is about to
    write or end. A step that was taken before notifies whoever has come since; an order
    never does.
    """
    if not reached:
        return 0, set()

    cases = {found.case.pk: found.case for found in reached}
    people = recipients_of(cases.values(), workdays.local_day(at))

    before = _taken_before(reached)
    new = [found for found in reached if found.key not in before]
    orders, busy_cases = _draft_orders_asked_for(new, at)

    chases = []
    for found in new:
        order = orders.get(found.case.pk) if found.asks_for_order else None
        if found.asks_for_order and order is None:
            continue  # an order for it is under way already
        level = ladders[found.case.town_id][found.step].level
        chases.append(
            Chase(
                case=found.case,
                clock=found.clock,
                due_at=found.clock.due_at,
                step=found.step,
                level=level,
                at=at,
                order=order,
                **holder_of(found.case),
            )
        )
    Chase.objects.bulk_create(chases)

    repeated = [chase for chase in before.values() if chase.step not in ORDERED]
    notify_of([*chases, *repeated], people, ladders, at)

    return len(chases), busy_cases


def _draft_orders_asked_for(
    new: list[ReachedStep], at: datetime
) -> tuple[dict[int, SupervisionOrder], set[int]]:
    """Draft an order for each case of which a step just reached asks for one.

    Return the drafts by case, without cases that have an order under way; and the cases
    that another transaction has locked, or that were closed meanwhile.
    """
    # Of several steps of a case the last gives the reason; dissatisfied comes last.
    step_by_case = {found.case: found.step for found in new if found.asks_for_order}
    if not step_by_case:
        return {}, set()

    claimed = claim_cases(step_by_case, wait=False)
    reasons = {
        case: DraftReason(_reason_for(step))
        for case, step in step_by_case.items()
        if case.pk in claimed
    }
    orders = draft_orders(reasons, at=at)

    locked_elsewhere = {case.pk for case in step_by_case} - claimed
    return orders, locked_elsewhere


def _reason_for(step: ChaseStep) -> str:
    if step == ChaseStep.DISSATISFIED:
        return _("The speaker was dissatisfied twice")
    return _("Long past its time limit")


def _taken_before(reached: list[ReachedStep]) -> dict[StepKey, Chase]:
    """Return the steps among them that were taken already, each with its case as
    read here. One query.
    """
    cases: dict[StepKey, Case] = {found.key: found.case for found in reached}
    clocks = [found.clock for found in reached]

    before: dict[StepKey, Chase] = {}
    for chase in Chase.objects.filter(clock__in=clocks, event=None):
        key = (chase.clock_id, chase.due_at, chase.step)
        if key in cases:
            chase.case = cases[key]
            before[key] = chase

    return before
