"""提醒 → 催办 → 督办单 → 通报: the steps, when each is reached, and how they are
taken (domain §4).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from django.db import transaction
from django.utils.translation import gettext as _

from cases import deadlines
from cases.models import Case, Clock
from cases.models.choices import SupervisionLevel
from minshi import workdays
from minshi.jobs import done_for
from minshi.workdays import WorkCalendar
from supervision.models import (
    Chase,
    ChaseStep,
    NoticeKind,
    Robot,
    Rung,
    SupervisionOrder,
    Told,
)
from supervision.models.chase import STANDARD_DAYS
from supervision.notices.groups import told_in_groups
from supervision.notices.outbox import Message, put_in_outbox
from supervision.notices.recipients import Recipients, recipients_of
from supervision.orders import Asked, claim_cases, draft_orders

BATCH = 500
Calendars = dict[tuple[int, date], WorkCalendar]  # by town and month: read once a sweep
Taken = tuple[int, datetime, str]  # clock, due and step
MOMENT = timedelta(minutes=1)  # until the next sweep
# a row that cannot be seen to does not hold up the others
POSTPONED = timedelta(hours=1)


@dataclass(frozen=True)
class Setting:
    """One step as it holds in a town: how urgent, how many working days after the due,
    who is told on which channel.
    """

    level: SupervisionLevel
    told: tuple[str, ...]
    days: int = 0
    by_letter: bool = True
    by_robot: bool = False
    is_on: bool = True


LADDER: Mapping[ChaseStep, Setting] = MappingProxyType(
    {
        ChaseStep.YELLOW: Setting(SupervisionLevel.REMIND, (Told.OWNER,)),
        ChaseStep.OVERDUE: Setting(
            SupervisionLevel.REMIND, (Told.OWNER,), by_robot=True
        ),
        ChaseStep.URGE: Setting(
            SupervisionLevel.URGE,
            (Told.OWNER, Told.HEAD),
            days=STANDARD_DAYS[ChaseStep.URGE],
        ),
        ChaseStep.ORDER: Setting(
            SupervisionLevel.ORDER, (Told.SIGNER,), days=STANDARD_DAYS[ChaseStep.ORDER]
        ),
        ChaseStep.DISSATISFIED: Setting(SupervisionLevel.ORDER, (Told.SIGNER,)),
        ChaseStep.CIRCULATE: Setting(
            SupervisionLevel.CIRCULATE, (Told.OWNER, Told.HEAD, Told.OVERSEER)
        ),
    }
)
BY_CLOCK = (ChaseStep.YELLOW, ChaseStep.OVERDUE, ChaseStep.URGE, ChaseStep.ORDER)
# in the 30 days that only remind (domain §4, 评)
ONLY_REMINDED = (
    ChaseStep.YELLOW,
    ChaseStep.OVERDUE,
)
ORDERED = (ChaseStep.ORDER, ChaseStep.DISSATISFIED)
KINDS = {
    ChaseStep.YELLOW: NoticeKind.YELLOW,
    ChaseStep.OVERDUE: NoticeKind.OVERDUE,
    ChaseStep.URGE: NoticeKind.URGE,
    ChaseStep.ORDER: NoticeKind.ORDER_TO_SIGN,
    ChaseStep.DISSATISFIED: NoticeKind.ORDER_TO_SIGN,
    ChaseStep.CIRCULATE: NoticeKind.CIRCULATE,
}


def ladders_of(towns: Iterable[int]) -> dict[int, dict[ChaseStep, Setting]]:
    """The ladder of each town: the defaults, with what it set itself. One query."""
    ladders = {town: dict(LADDER) for town in towns}
    for row in Rung.objects.filter(town__in=ladders):
        step = ChaseStep(row.step)
        level = LADDER[step].level
        ladders[row.town_id][step] = Setting(
            level, tuple(row.told), row.days, row.by_letter, row.by_robot, row.is_on
        )
    return ladders


def moments_of(
    clock: Clock, ladder: Mapping[ChaseStep, Setting], calendar: WorkCalendar
) -> dict[ChaseStep, datetime]:
    """When each step of a clock is reached, those in use alone, the mildest first.

    "n working days overdue" is the moment n whole working days have passed since the
    due.
    """
    steps = ONLY_REMINDED if clock.rule == "rate" else BY_CLOCK
    last = workdays.last_day_of(clock.due_at)
    after = {
        step: (
            workdays.due_at(calendar.add_working_days(last, ladder[step].days))
            if ladder[step].days
            else clock.due_at
        )
        for step in steps
    }
    moments = {**after, ChaseStep.YELLOW: clock.yellow_at}
    if clock.case.needs_order:
        moments[ChaseStep.DISSATISFIED] = clock.started_at
    return {
        step: moments[step]
        for step in (*steps, ChaseStep.DISSATISFIED)
        if step in moments and ladder[step].is_on
    }


def look_at_clocks(at: datetime) -> tuple[int, list[str]]:
    """Takes the steps due: for each clock the last one reached, so that downtime gives
    one catch-up, not every step.

    Safe to repeat and to run twice at once: a clock is claimed with its row locked
    (SKIP LOCKED where the database knows it; SQLite has one writer), the step is one by
    constraint, and both are committed together with the notices. A case that fails is
    put off for an hour, and the others go on. Cost follows what is due: an index holds
    the moment of each clock's next step. Returns how many steps are new, and the cases
    that failed.
    """
    taken, failed = 0, list[str]()
    calendars: Calendars = {}
    while True:
        with transaction.atomic():
            clocks = _claim(at, BATCH)
            if not clocks:
                return taken, failed
            count, bad = done_for(clocks, lambda rows: _take(rows, at, calendars))
            Clock.objects.filter(pk__in=[clock.pk for clock in bad]).update(
                look_at=at + POSTPONED
            )
            taken += count
            failed += [clock.case.number for clock in bad]


def _claim(at: datetime, size: int) -> list[Clock]:
    due = Clock.objects.filter(stopped_at=None, look_at__lte=at).order_by(
        "look_at", "pk"
    )
    locked = due.select_for_update(skip_locked=True, of=("self",), no_key=True)
    return list(locked.select_related("case__town", "case__village")[:size])


def _take(clocks: Sequence[Clock], at: datetime, calendars: Calendars) -> int:
    """The step that each clock has reached, its notices, and when to look again; how
    many steps are new.
    """
    ladders = ladders_of({clock.case.town_id for clock in clocks})
    reached: list[tuple[Clock, ChaseStep]] = []
    for clock in clocks:
        case = clock.case
        if case.grey_until and case.grey_until > at:
            clock.look_at = case.grey_until
            continue
        key = (case.town_id, workdays.last_day_of(clock.due_at).replace(day=1))
        if key not in calendars:
            calendars[key] = deadlines.calendar_of(
                case.town_id, workdays.last_day_of(clock.due_at)
            )
        moments = moments_of(clock, ladders[case.town_id], calendars[key])
        reached += [(clock, step) for step in _last_reached(moments, at)]
        clock.look_at = min(
            (moment for moment in moments.values() if moment > at), default=None
        )
    taken, held = _write(reached, ladders, at)
    for clock in clocks:
        if clock.case_id in held:
            clock.look_at = at + MOMENT
    Clock.objects.bulk_update(clocks, ["look_at"])
    return taken


def _last_reached(
    moments: Mapping[ChaseStep, datetime], at: datetime
) -> list[ChaseStep]:
    """The hardest step whose moment has come; an order for a second 不满意 is one of
    its own.
    """
    come = [step for step, moment in moments.items() if moment <= at]
    by_clock = [step for step in come if step != ChaseStep.DISSATISFIED]
    return by_clock[-1:] + [step for step in come if step == ChaseStep.DISSATISFIED]


def _write(
    reached: list[tuple[Clock, ChaseStep]],
    ladders: Mapping[int, Mapping[ChaseStep, Setting]],
    at: datetime,
) -> tuple[int, set[int]]:
    """The steps, the orders they ask for, and a notice to each who is told.

    How many steps are new, and the cases whose order somebody else is about to write or
    end.
    """
    if not reached:
        return 0, set()
    people = recipients_of(
        {clock.case.pk: clock.case for clock, _step in reached}.values(),
        workdays.local_day(at),
    )
    taken = _taken_before(reached)
    new = [
        (clock, step)
        for clock, step in reached
        if (clock.pk, clock.due_at, step) not in taken
    ]
    orders, held = _ordered_by(new, at)
    chases = [
        Chase(
            case=clock.case,
            clock=clock,
            due_at=clock.due_at,
            step=step,
            level=ladders[clock.case.town_id][step].level,
            at=at,
            order=orders[clock.case.pk] if step in ORDERED else None,
        )
        for clock, step in new
        if step not in ORDERED
        or clock.case.pk in orders  # else an order for it is under way already
    ]
    Chase.objects.bulk_create(chases)
    tell_of(
        [*chases, *(chase for chase in taken.values() if chase.step not in ORDERED)],
        people,
        ladders,
        at,
    )
    return len(chases), held


def _ordered_by(
    new: list[tuple[Clock, ChaseStep]], at: datetime
) -> tuple[dict[int, SupervisionOrder], set[int]]:
    """The orders drafted for steps that ask for one, by case; and the cases that are
    another's at this moment.
    """
    # dissatisfied comes last, and tells why
    asking = {clock.case: step for clock, step in new if step in ORDERED}
    if not asking:
        return {}, set()
    claimed = claim_cases(asking, wait=False)
    asked = {
        case: Asked(_why(step)) for case, step in asking.items() if case.pk in claimed
    }
    return draft_orders(asked, at=at), {case.pk for case in asking} - claimed


def _why(step: ChaseStep) -> str:
    if step == ChaseStep.DISSATISFIED:
        return _("The speaker was dissatisfied twice")
    return _("Long past its time limit")


def _taken_before(reached: list[tuple[Clock, ChaseStep]]) -> dict[Taken, Chase]:
    """The steps among them that were taken already: told again to whoever has come
    since, an order never.
    """
    wanted: dict[tuple[int, datetime, str], Case] = {
        (clock.pk, clock.due_at, step): clock.case for clock, step in reached
    }
    found = {
        (chase.clock_id, chase.due_at, chase.step): chase
        for chase in Chase.objects.filter(
            clock__in=[clock for clock, _step in reached], event=None
        )
    }
    kept = {key: chase for key, chase in found.items() if key in wanted}
    for key, chase in kept.items():
        chase.case = wanted[key]
    return kept


def tell_of(
    chases: Sequence[Chase],
    people: Recipients,
    ladders: Mapping[int, Mapping[ChaseStep, Setting]],
    at: datetime,
) -> None:
    """The notices of steps taken: to the people meant, and to the groups of the town
    where the step says so.
    """
    robots = _robots_of(ladders)
    messages = [
        message for chase in chases for message in _messages(chase, people, ladders)
    ]
    named = (
        told_in_groups([chase.case for chase in chases], workdays.local_day(at))
        if robots
        else set()
    )
    messages += [
        message
        for chase in chases
        if chase.case_id in named
        for message in _to_groups(chase, robots, ladders)
    ]
    put_in_outbox(messages, at=at)


def _robots_of(towns: Iterable[int]) -> dict[int, list[Robot]]:
    """The groups in use, by town. One query."""
    found: dict[int, list[Robot]] = {}
    for robot in Robot.objects.filter(town__in=list(towns), is_on=True):
        found.setdefault(robot.town_id, []).append(robot)
    return found


def _to_groups(
    chase: Chase,
    robots: Mapping[int, list[Robot]],
    ladders: Mapping[int, Mapping[ChaseStep, Setting]],
) -> list[Message]:
    """To the groups of the town where the step is told there."""
    case, step = chase.case, ChaseStep(chase.step)
    if not ladders[case.town_id][step].by_robot:
        return []
    return [
        Message(
            f"chase:{chase.pk}:{KINDS[step]}",
            KINDS[step],
            robot,
            case,
            chase=chase,
            order=chase.order,
        )
        for robot in robots.get(case.town_id, [])
    ]


def _messages(
    chase: Chase, people: Recipients, ladders: Mapping[int, Mapping[ChaseStep, Setting]]
) -> list[Message]:
    step = ChaseStep(chase.step)
    setting = ladders[chase.case.town_id][step]
    kind, users = people.told_or_alarm(chase.case, setting.told, KINDS[step])
    by_letter = setting.by_letter or kind == NoticeKind.ALARM
    about = (
        f"order:{chase.order_id}:{kind}"
        if step in ORDERED
        else f"chase:{chase.pk}:{kind}"
    )
    return [
        Message(
            about,
            kind,
            user,
            chase.case,
            chase=chase,
            order=chase.order,
            by_letter=by_letter,
        )
        for user in users
    ]
