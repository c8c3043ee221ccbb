"""议: escalate, send back, decide, reassign, regrade, join, defer."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from cases.models import JoinedVillage
from cases.models.choices import AssignmentEnd, AssignmentRole, Grade, Handling, Level, Stage
from cases.workflow.candidates import possible_holders
from cases.workflow.effects.speak import classify
from cases.workflow.step import Step
from minshi.errors import InputRefused, MoveRefused
from minshi import workdays
from villages.models import Office, Post


def escalate(step: Step) -> None:
    step.end_assignments(AssignmentEnd.ESCALATED)
    _move_to(step, Level(step.case.level).above)


def send_back(step: Step) -> None:
    _move_to(step, Level(step.case.level).below)


def _move_to(step: Step, level: Level | None) -> None:
    if level is None:
        raise MoveRefused(_("There is no such level."))
    step.case.level = level
    step.enter(Stage.DELIBERATE)


def decide(step: Step) -> None:
    """议定交办: category, grade, way of handling, lead and deadline; a deadline may only be shorter than the rule's."""
    case, values = step.case, step.values
    classify(step)
    missing = {name: _("Please fill this in.") for name in ("category", "grade") if not getattr(case, name)}
    if missing:
        raise InputRefused(_("Say what kind of matter it is and how big."), missing)
    if case.grade == Grade.MAJOR and case.level == Level.VILLAGE:
        raise MoveRefused(_("A major matter is decided by the town, or in the village by 四议两公开: report it up."))
    if values["handling"] == Handling.MEETING and case.level == Level.VILLAGE:
        raise InputRefused(_("The committee's meeting is the town's."), {"handling": _("Only the town may choose this.")})
    holders = checked_holders(step)
    last_on = _shorter_deadline(step)
    case.handling, case.decision, case.decided_at = values["handling"], values["decision"], step.at
    step.data["handling"] = str(case.handling)
    hand_over(step, holders)
    running = step.facts.clock
    if running and running.stage == Stage.HANDLE and running.round == case.round:
        _go_on_with(step, last_on)
    else:
        step.enter(Stage.HANDLE, last_on=last_on)


def _go_on_with(step: Step, last_on: object) -> None:
    """After a return the 办 clock went on: its due may move up to the rule counted from its start (domain §4)."""
    from cases import deadlines

    step.leave()
    step.case.stage = Stage.HANDLE
    clock, span = step.running_clock(), deadlines.span_of(step.case.handling)
    latest = workdays.last_day(step.calendar, workdays.local_day(clock.started_at), span)
    clock.rule, clock.amount, clock.unit = step.case.handling, span.amount, span.unit
    due = min(last_on, latest) if last_on else latest  # type: ignore[call-overload]
    deadlines.set_due(clock, max(due, workdays.last_day_of(clock.due_at)) if clock.extended else due, step.calendar)
    step.touch(clock)


def _shorter_deadline(step: Step) -> object:
    due_on = step.values["due_on"]
    if due_on and due_on < step.on:
        raise InputRefused(_("That day is past."), {"due_on": _("That day is past.")})
    return due_on


def checked_holders(step: Step) -> list[Post | Office]:
    """Lead first, then assistants, each once; each may see the case and is no supervisor."""
    lead, assistants = step.values["lead"], list(step.values["assistants"] or [])
    possible = list(possible_holders(step.facts).values())
    if lead not in possible:
        raise InputRefused(_("They cannot take this matter."), {"lead": _("They cannot take this matter.")})
    if any(holder not in possible for holder in assistants):
        raise InputRefused(_("They cannot take this matter."), {"assistants": _("They cannot take this matter.")})
    return [lead, *(holder for holder in dict.fromkeys(assistants) if holder != lead)]


def hand_over(step: Step, holders: list[Post | Office]) -> None:
    for index, holder in enumerate(holders):
        step.assign(holder, AssignmentRole.ASSISTANT if index else AssignmentRole.LEAD)
    step.data["holders"] = [f"{'post' if isinstance(item, Post) else 'office'}:{item.pk}" for item in holders]


def reassign(step: Step) -> None:
    """改派: who was there stays a handler; the clock goes on."""
    holders = checked_holders(step)
    now = {item.holder: item for item in step.facts.active}
    if holders == list(now):
        raise MoveRefused(_("They have it already."))
    step.end_assignments(AssignmentEnd.REASSIGNED)
    hand_over(step, holders)


def regrade(step: Step) -> None:
    old, new = Grade(step.case.grade) if step.case.grade else None, Grade(step.values["grade"])
    order = list(Grade)
    if old == new:
        raise MoveRefused(_("That is how it is already."))
    if old and order.index(new) < order.index(old) and not step.values["reason"]:
        raise InputRefused(_("Lowering the grade needs a reason."), {"reason": _("Please fill this in.")})
    step.case.grade = new
    step.data.update(old=str(old or ""), new=str(new))


def join(step: Step) -> None:
    village = step.values["village"]
    if village.pk == step.case.village_id or village.town.county_code != step.case.town.county_code:
        raise InputRefused(_("Choose another village of the county."), {"village": _("Choose another village.")})
    _joined, new = JoinedVillage.objects.get_or_create(case=step.case, village=village)
    if not new:
        raise MoveRefused(_("That village has joined already."))
    step.data["village"] = village.code


def defer(step: Step) -> None:
    """缓议: at most 30 days, once a visit; grey until then."""
    until_on = step.values["until_on"]
    longest = step.on + timedelta(days=settings.LONGEST_DEFER_DAYS)
    if not step.on < until_on <= longest:
        raise InputRefused(_("Choose a day within the next %(days)s days.") % {"days": settings.LONGEST_DEFER_DAYS}, {
            "until_on": _("Choose a day within the next %(days)s days.") % {"days": settings.LONGEST_DEFER_DAYS}
        })
    step.pause("defer", until_on)
    step.data["until_on"] = str(until_on)
