"""The steps of the ladder 提醒 → 催办 → 督办单 → 通报: who is notified at each, and
when each is reached (domain §4).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from cases.models import Clock
from cases.models.choices import SupervisionLevel
from minshi import workdays
from minshi.workdays import WorkCalendar
from supervision.models import ChaseStep, Rung, Told
from supervision.models.chase import STANDARD_DAYS


@dataclass(frozen=True)
class Setting:
    """One step as it holds in a town: how urgent, how many working days after the due,
    who is notified on which channel.
    """

    level: SupervisionLevel
    told: tuple[str, ...]  # values of the model's choices
    days: int = 0
    by_letter: bool = True
    by_robot: bool = False
    is_on: bool = True


Ladder = Mapping[ChaseStep, Setting]
Ladders = Mapping[int, Ladder]  # by town

LADDER: Ladder = MappingProxyType(
    {
        ChaseStep.YELLOW: Setting(SupervisionLevel.REMIND, (Told.OWNER,)),
        ChaseStep.OVERDUE: Setting(
            SupervisionLevel.REMIND,
            (Told.OWNER,),
            by_robot=True,
        ),
        ChaseStep.URGE: Setting(
            SupervisionLevel.URGE,
            (Told.OWNER, Told.HEAD),
            days=STANDARD_DAYS[ChaseStep.URGE],
        ),
        ChaseStep.ORDER: Setting(
            SupervisionLevel.ORDER,
            (Told.SIGNER,),
            days=STANDARD_DAYS[ChaseStep.ORDER],
        ),
        ChaseStep.DISSATISFIED: Setting(SupervisionLevel.ORDER, (Told.SIGNER,)),
        ChaseStep.CIRCULATE: Setting(
            SupervisionLevel.CIRCULATE,
            (Told.OWNER, Told.HEAD, Told.OVERSEER),
        ),
    }
)
BY_CLOCK = (ChaseStep.YELLOW, ChaseStep.OVERDUE, ChaseStep.URGE, ChaseStep.ORDER)
# in the 30 days that only remind (domain §4, 评)
ONLY_REMINDED = (ChaseStep.YELLOW, ChaseStep.OVERDUE)
# the steps that ask for an order
ORDERED = (ChaseStep.ORDER, ChaseStep.DISSATISFIED)


def ladders_of(towns: Iterable[int]) -> dict[int, dict[ChaseStep, Setting]]:
    """Return the ladder of each town: the defaults, with what it set itself. One
    query.
    """
    ladders = {town: dict(LADDER) for town in towns}

    for rung in Rung.objects.filter(town__in=ladders):
        step = ChaseStep(rung.step)
        ladders[rung.town_id][step] = Setting(
            level=LADDER[step].level,
            told=tuple(rung.told),
            days=rung.days,
            by_letter=rung.by_letter,
            by_robot=rung.by_robot,
            is_on=rung.is_on,
        )

    return ladders


def moments_of(
    clock: Clock, ladder: Ladder, calendar: WorkCalendar
) -> dict[ChaseStep, datetime]:
    """Return when each step of a clock is reached: only steps in use, the mildest
    first.

    "n working days overdue" is the moment n whole working days have passed since the
    due.
    """
    steps = ONLY_REMINDED if clock.rule == "rate" else BY_CLOCK
    last_day = workdays.last_day_of(clock.due_at)

    moments: dict[ChaseStep, datetime] = {}
    for step in steps:
        if not ladder[step].is_on:
            continue
        days = ladder[step].days
        if step == ChaseStep.YELLOW:
            moments[step] = clock.yellow_at
        elif days:
            day = calendar.add_working_days(last_day, days)
            moments[step] = workdays.due_at(day)
        else:
            moments[step] = clock.due_at

    if clock.case.needs_order and ladder[ChaseStep.DISSATISFIED].is_on:
        moments[ChaseStep.DISSATISFIED] = clock.started_at

    return moments
