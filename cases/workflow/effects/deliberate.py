"""议: escalate, send back, decide, reassign, regrade, join, defer."""

from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from cases.models import Case, Clock, JoinedVillage
from cases.models.choices import (
    AssignmentEnd,
    AssignmentRole,
    Grade,
    Handling,
    Level,
    Stage,
)
from cases.models.reserved import ReservedMatter
from cases.workflow.actors import System
from cases.workflow.candidates import possible_holders
from cases.workflow.effects.speak import classify
from cases.workflow.effects.worded import worded
from cases.workflow.event_data import HolderAsked
from cases.workflow.guards import village_may_decide
from cases.workflow.inputs import Ask
from cases.workflow.standing import holder_key
from cases.workflow.step import Step
from minshi import workdays
from minshi.errors import Faults, InputRefused, MoveRefused
from villages.models import Office, Post


def escalate(step: Step) -> None:
    step.people.end_assignments(AssignmentEnd.ESCALATED)
    _deliberate_at(step, Level(step.case.level).above)


def reconsider(step: Step) -> None:
    """Take a matter back that the committee did not pass: nobody works on it, and the
    办 clock goes on in 议, as after a return (domain §4).
    """
    step.people.end_assignments(AssignmentEnd.RELEASED)
    step.back_to_deliberation()


def send_back(step: Step) -> None:
    _deliberate_at(step, Level(step.case.level).below)


def _deliberate_at(step: Step, level: Level | None) -> None:
    if level is None:
        raise MoveRefused(_("There is no such level."))
    step.case.level = level
    step.enter(Stage.DELIBERATE)


def decide(step: Step) -> None:
    """议定交办: decide how a matter is handled, by whom and until when.

    1. Classify it, where that is yet to be done.
    2. Check that this level may decide it so, the holders and the deadline.
    3. Write the decision, assign the holders, start the 办 clock or go on with it.
    4. Note what each holder is asked for.
    """
    case = step.case
    values = step.values
    _classify_for_decision(step)

    # the grade may have been given only now
    if refusal := village_may_decide(step.facts, step.by):
        raise MoveRefused(refusal)
    faults = Faults()
    with faults.noted():
        _check_who_may_meet(case, values["handling"])
    with faults.noted():
        holders = checked_holders(step, values["handling"])
    with faults.noted():
        last_on = _checked_deadline(step)
    faults.refuse()

    case.handling = values["handling"]
    case.decision = values["decision"]
    case.decided_at = step.at
    hand_over(step, holders)
    if clock := step.clocks.handling_that_runs():
        _go_on_with(step, clock, last_on)
    else:
        step.enter(Stage.HANDLE, last_on=last_on)
    ask_each(step)

    step.data["handling"] = str(case.handling)
    step.data["due_on"] = str(step.clocks.running_last_day())
    is_for_villagers = case.grade == Grade.MAJOR or bool(case.reserved)
    if case.level == Level.VILLAGE and is_for_villagers:
        # else village_may_decide would have refused
        step.data["four_two"] = True


def _check_who_may_meet(case: Case, handling: str) -> None:
    """Raise InputRefused where no committee's meeting decides the matter.

    It is the town's or the county's, and decides nothing that the law reserves to the
    people of the village (组织法 6, 28; 集体经济组织法 26).
    """
    if handling != Handling.MEETING:
        return
    if case.level == Level.VILLAGE:
        raise InputRefused(
            _("The committee's meeting is the town's."),
            {"handling": _("Only the town may choose this.")},
        )
    if case.reserved:
        words = _(
            "Only %(who)s may decide this: %(article)s. Send it back for the six steps,"
            " give means, or handle what is the town's own."
        )
        matter = ReservedMatter(case.reserved)
        words %= {"who": matter.decider.label, "article": matter.article}
        raise InputRefused.at(handling=words)


def _classify_for_decision(step: Step) -> None:
    """Take over category and grade; InputRefused where one is missing or lowered."""
    case = step.case
    grade = step.values["grade"]
    if case.grade and grade and _is_lower(Grade(grade), Grade(case.grade)):
        raise InputRefused(
            _("Lowering the grade is a step of its own, with a reason."),
            {"grade": _("Lower it first, with a reason.")},
        )
    classify(step)

    missing = {
        name: _("Please fill this in.")
        for name in ("category", "grade")
        if not getattr(case, name)
    }
    if missing:
        raise InputRefused(_("Say what kind of matter it is and how big."), missing)


def _go_on_with(step: Step, clock: Clock, last_on: date | None) -> None:
    """Go to 办 under the clock that ran all along.

    Its due may become later, by the rule counted from its start (domain §4).
    """
    handling = step.case.handling
    counting = step.clocks.counting
    step.leave()
    step.case.stage = Stage.HANDLE

    latest = counting.last_day(handling, clock.started_at)
    if latest > workdays.last_day_of(clock.due_at):
        span = counting.span(handling, clock.started_at)
        clock.rule = handling
        clock.amount = span.amount
        clock.unit = span.unit
        step.clocks.move_due(clock, latest)
    if last_on:
        step.clocks.move_due(clock, last_on)
    step.clocks.note_change(clock)


def _checked_deadline(step: Step) -> date | None:
    """Return the day chosen; None where the rule's last day holds.

    InputRefused: not between today and the rule's last day.
    """
    due_on: date | None = step.values["due_on"]
    if due_on is None:
        return None

    fault = step.clocks.fault_of_deadline(step.values["handling"], due_on)
    if fault:
        raise InputRefused.at(due_on=fault)
    return due_on


def checked_holders(step: Step, handling: str) -> list[Post | Office]:
    """Return the lead, then the assistants, each once.

    InputRefused: one of them may not see the case or is a supervisor; who leads is to
    assist as well; nobody assists in joint handling.
    """
    lead = step.values["lead"]
    assistants = list(step.values["assistants"] or [])
    possible = list(possible_holders(step.facts).values())

    faults = Faults()
    with faults.noted():
        if lead not in possible:
            raise InputRefused.at(lead=_("They cannot take this matter."))
    with faults.noted():
        if any(holder not in possible for holder in assistants):
            raise InputRefused.at(assistants=_("They cannot take this matter."))
        if lead in assistants:
            raise InputRefused.at(assistants=_("Who leads does not assist as well."))
    faults.refuse()

    holders = list(dict.fromkeys([lead, *assistants]))
    if handling == Handling.JOINT and len(holders) == 1:
        raise InputRefused(
            _("Joint handling needs an assistant."),
            {"assistants": _("Choose who assists.")},
        )
    return holders


def hand_over(step: Step, holders: list[Post | Office]) -> None:
    """Assign the holders, lead first; whoever has the same part already goes on."""
    present = {(item.holder, item.role) for item in step.facts.active}
    for holder, role in parts_of(holders):
        if (holder, role) not in present:
            step.people.assign(holder, role)
    step.data["holders"] = [holder_key(item) for item in holders]


def parts_of(
    holders: list[Post | Office],
) -> list[tuple[Post | Office, AssignmentRole]]:
    """Pair each holder with a role: the first leads, the others assist."""
    lead, *assistants = holders
    parts = [(lead, AssignmentRole.LEAD)]
    parts += [(holder, AssignmentRole.ASSISTANT) for holder in assistants]
    return parts


def reassign(step: Step) -> None:
    """改派: hand a matter to other holders while its clock goes on.

    Whoever goes counts as a handler still; whoever stays keeps what they reported.
    """
    holders = checked_holders(step, step.case.handling)
    parts = set(parts_of(holders))
    leaving = [
        item for item in step.facts.active if (item.holder, item.role) not in parts
    ]
    same_holders = not leaving and len(parts) == len(step.facts.active)

    step.people.end_assignments(AssignmentEnd.REASSIGNED, leaving)
    hand_over(step, holders)
    if not ask_each(step) and same_holders:
        raise MoveRefused(_("They have it already."))


def ask_each(step: Step) -> bool:
    """Note what each holder is asked for and by when; return whether anything changed.

    No part is due later than the case itself. A holder who is not named keeps what they
    were asked before, and a day that stays as it was is not checked again.
    """
    latest = step.clocks.running_last_day()
    parts = {item.holder: item for item in step.facts.active}
    changed: list[HolderAsked] = []

    for ask in step.values["asks"] or []:
        item = parts.get(ask.holder)
        if item is None:
            continue  # typed beside somebody who was not chosen
        if ask.due_on and ask.due_on != item.due_on:
            _check_part_is_due(ask, step.on, latest)

        words = worded(step, item, ask.text.strip())
        if words.is_new or item.due_on != ask.due_on:
            if words.is_new:
                item.ask = words.text
            item.due_on = ask.due_on
            item.save(update_fields=["ask", "due_on"])
            asked: HolderAsked = {
                "holder": holder_key(item.holder),
                "due_on": str(ask.due_on or ""),
            }
            if words.adds or (item.ask and not words.is_new):
                asked["adds"] = True
            changed.append(asked)

    if changed:
        step.data["asks"] = changed
    return bool(changed)


def _check_part_is_due(ask: Ask, on: date, latest: date) -> None:
    if ask.due_on is None or on <= ask.due_on <= latest:
        return
    if ask.due_on < on:
        raise InputRefused.at(asks=_("That day is past."))
    words = _("The matter itself is due on %(latest)s: no part may be later.")
    day = workdays.day_in_words(latest, on)
    raise InputRefused.at(asks=words % {"latest": day})


def _is_lower(new: Grade, old: Grade) -> bool:
    grades = list(Grade)
    return grades.index(new) < grades.index(old)


def regrade(step: Step) -> None:
    old = Grade(step.case.grade) if step.case.grade else None
    new = Grade(step.values["grade"])
    if old == new:
        raise MoveRefused(_("That is how it is already."))
    if old and _is_lower(new, old) and not step.values["reason"]:
        raise InputRefused(
            _("Lowering the grade needs a reason."),
            {"reason": _("Please fill this in.")},
        )

    step.case.grade = new
    step.data["old"] = str(old or "")
    step.data["new"] = str(new)


def reserve(step: Step) -> None:
    """Mark a matter as one the law reserves to the people of the village, as another
    such matter, or as none; the reason is kept (domain §8).
    """
    old = step.case.reserved
    new = step.values["reserved"] or ""
    if old == new:
        raise MoveRefused(_("That is how it is already."))

    step.case.reserved = new
    step.data["old"] = old
    step.data["new"] = str(new)


def join(step: Step) -> None:
    village = step.values["village"]
    is_own = village.pk == step.case.village_id
    if is_own or village.town.county_code != step.case.town.county_code:
        raise InputRefused(
            _("Choose another village of the county."),
            {"village": _("Choose another village.")},
        )

    _joined, is_new = JoinedVillage.objects.get_or_create(
        case=step.case, village=village
    )
    if not is_new:
        raise MoveRefused(_("That village has joined already."))
    step.data["village"] = village.code
    step.data["village_name"] = village.name


def defer(step: Step) -> None:
    """缓议: put a matter off for at most 30 days, once a visit; it is grey until
    then. While its resolution hangs by law it is put off by the system, beyond that.
    """
    until_on = step.values["until_on"]
    step.data["until_on"] = str(until_on)
    if isinstance(step.by, System):
        step.clocks.end_pause()
        step.clocks.pause("published", until_on)
        return

    longest = step.on + timedelta(days=settings.LONGEST_DEFER_DAYS)
    if not step.on < until_on <= longest:
        words = _("Choose a day within the next %(days)s days.") % {
            "days": settings.LONGEST_DEFER_DAYS
        }
        raise InputRefused.at(until_on=words)

    step.clocks.pause("defer", until_on)
