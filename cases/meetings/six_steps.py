"""The six steps of 四议两公开 as data: which meeting or notice each is, which one is
due, and by which numbers it passes (domain §8).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, FourTwoProcess
from cases.models.choices import Stage
from cases.models.reserved import KINDS_OF_DECIDER, Decider, ReservedMatter
from villages.models import MeetingKind, Seat
from villages.procedure import BODY_OF, Rules, rules_by_kind

RESOLUTION = 4  # the step at which the villagers decide
PUBLISHED = 5  # the step at which their decision is made public
OUTCOME = 6  # the step at which what came of it is
LAND_CONTRACTS_BY_LAW = gettext_lazy(
    "Law on Rural Collective Economic Organisations, article 27, and Law on Land"
    " Contracts in Rural Areas, article 19: two thirds of all members"
)
RESOLVED_BY_MEMBERS: Mapping[str, str | Promise] = MappingProxyType(
    {
        Decider.MEMBERS: gettext_lazy("The collective's members resolve"),
        Decider.MEMBERS_OR_DELEGATES: gettext_lazy(
            "The collective's members or their representatives resolve"
        ),
    }
)
PUBLICATION_BY_LAW = gettext_lazy("Organic Law of Villagers' Committees, article 35")


@dataclass(frozen=True)
class StepRule:
    """One of the six steps, and the kinds of meeting that hold it.

    A step without any is a notice that hangs in public. Those of the resolution follow
    from the matter (cases/models/reserved.py).
    """

    nth: int
    name: str | Promise
    kinds: tuple[MeetingKind, ...] = ()


SIX_STEPS = (
    StepRule(
        1,
        gettext_lazy("The branch committee proposes"),
        (MeetingKind.BRANCH_COMMITTEE,),
    ),
    StepRule(
        2, gettext_lazy("The two committees confer"), (MeetingKind.TWO_COMMITTEES,)
    ),
    StepRule(
        3, gettext_lazy("The party members deliberate"), (MeetingKind.PARTY_ASSEMBLY,)
    ),
    StepRule(
        RESOLUTION,
        gettext_lazy("Those who may decide resolve"),
        KINDS_OF_DECIDER[Decider.VILLAGERS],
    ),
    StepRule(PUBLISHED, gettext_lazy("The resolution is made public")),
    StepRule(OUTCOME, gettext_lazy("The outcome is made public")),
)
STEPS: Mapping[int, StepRule] = MappingProxyType({step.nth: step for step in SIX_STEPS})


def next_step(process: FourTwoProcess) -> StepRule | None:
    """Return the step that is due: the first that has not passed, or the outcome once
    more where the matter was done once more since it was made public.

    The resolution comes with the kinds of meeting that may decide the matter. None once
    all six have passed, or the process was given up. One query.
    """
    if process.dropped_at:
        return None

    passed = {step.nth for step in process.steps.all() if step.passed}
    for step in SIX_STEPS:
        if step.nth not in passed:
            return for_matter(step, process)
    return STEPS[OUTCOME] if was_opened_since(process) else None


def was_opened_since(process: FourTwoProcess) -> bool:
    """Tell whether the matter was opened again since its outcome was made public, so
    that another outcome follows.
    """
    case = process.case
    shown = [step for step in process.steps.all() if step.nth == OUTCOME]
    if case is None or not shown:
        return False
    if not is_done(case):
        return True
    return case.completed_at is not None and case.completed_at > shown[-1].recorded_at


def is_done(case: Case) -> bool:
    return case.completed_at is not None or case.stage == Stage.CLOSED


def for_matter(step: StepRule, process: FourTwoProcess) -> StepRule:
    """Return a step as it is of the matter of a process: the resolution names who may
    decide it, and has the kinds of meeting that may.
    """
    if step.nth != RESOLUTION:
        return step

    matter = ReservedMatter(process.matter)
    is_of_villagers = matter.decider == Decider.VILLAGERS
    name = step.name if is_of_villagers else RESOLVED_BY_MEMBERS[matter.decider]
    return replace(step, name=name, kinds=matter.kinds)


def rules_in_words(process: FourTwoProcess, due: StepRule) -> list[str]:
    """Return in words the numbers or days that a step asks for. One query."""
    if not due.kinds:
        words = _("It hangs for at least %(days)s days.")
        asked = words % {"days": settings.FOUR_TWO_PUBLIC_DAYS}
        return [f"{asked} {PUBLICATION_BY_LAW}"]

    rules = step_rules_of(process, due)
    asked_of_each = []
    for kind in due.kinds:
        asked_of_each.append(f"{kind.label}：{rules[kind]} {rules[kind].article}")

    if due.nth == RESOLUTION:
        matter = ReservedMatter(process.matter)
        who = f"{matter.label}：{matter.decider.label}（{matter.article}）"
        return [who, *asked_of_each]
    return asked_of_each


def step_rules_of(process: FourTwoProcess, due: StepRule) -> dict[str, Rules]:
    """Return the rules of a step by kind of meeting. One query.

    Land contracts name their own law as well, which asks for the same.
    """
    rules = rules_by_kind(process.village.town_id, due.kinds)
    if due.nth != RESOLUTION or process.matter != ReservedMatter.LAND_CONTRACTS:
        return rules

    with_article = {}
    for kind, own in rules.items():
        with_article[kind] = replace(own, article=LAND_CONTRACTS_BY_LAW)
    return with_article


def due_by_roll(
    village_id: int, kinds: Iterable[MeetingKind], on: date
) -> dict[MeetingKind, int]:
    """Return how many people are due by the roll of that day, by kind of meeting.

    A kind whose body has no seats is left out: there the number is counted by hand. One
    query.
    """
    seats = Seat.objects.filter(village=village_id).current(on)
    bodies = Counter(seats.values_list("body", flat=True))
    return {
        kind: bodies[BODY_OF[kind]]
        for kind in kinds
        if kind in BODY_OF and bodies[BODY_OF[kind]]
    }
