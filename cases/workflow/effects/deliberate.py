"""议: escalate, send back, decide, reassign, regrade, join, defer."""

from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from cases import deadlines
from cases.models import Clock, JoinedVillage
from cases.models.choices import (
    AssignmentEnd,
    AssignmentRole,
    Grade,
    Handling,
    Level,
    Stage,
)
from cases.workflow.candidates import possible_holders
from cases.workflow.effects.speak import classify
from cases.workflow.facts import holder_key
from cases.workflow.guards import village_may_decide
from cases.workflow.step import Step
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused
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
    """议定交办: category, grade, way of handling, lead and deadline; a deadline may
    only be shorter than the rule's.
    """
    case, values = step.case, step.values
    if (
        case.grade
        and values["grade"]
        and _is_lower(Grade(values["grade"]), Grade(case.grade))
    ):
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
    if refusal := village_may_decide(
        step.facts, step.by
    ):  # the grade may have been given only now
        raise MoveRefused(refusal)
    if values["handling"] == Handling.MEETING and case.level == Level.VILLAGE:
        words = _("Only the town may choose this.")
        raise InputRefused(
            _("The committee's meeting is the town's."), {"handling": words}
        )
    holders = checked_holders(step, values["handling"])
    last_on = _deadline(step)
    case.handling, case.decision, case.decided_at = (
        values["handling"],
        values["decision"],
        step.at,
    )
    step.data["handling"] = str(case.handling)
    hand_over(step, holders)
    if clock := _handling_clock_that_runs(step):
        _go_on_with(step, clock, last_on)
    else:
        step.enter(Stage.HANDLE, last_on=last_on)
    if (
        case.level == Level.VILLAGE and case.grade == Grade.MAJOR
    ):  # else village_may_decide would have refused
        step.data["four_two"] = True
    step.data["due_on"] = str(workdays.last_day_of(step.running_clock().due_at))
    ask_each(step)


def _handling_clock_that_runs(step: Step) -> Clock | None:
    """The 办 clock that went on through a return or a release."""
    running = step.facts.clock
    return (
        running
        if running
        and running.stage == Stage.HANDLE
        and running.round == step.case.round
        else None
    )


def _go_on_with(step: Step, clock: Clock, last_on: date | None) -> None:
    """After a return the 办 clock went on: its due may be later, by the rule counted
    from its start (domain §4).
    """
    step.leave()
    step.case.stage = Stage.HANDLE
    latest = step.counting.last_day(step.case.handling, clock.started_at)
    if latest > workdays.last_day_of(clock.due_at):
        span = step.counting.span(step.case.handling, clock.started_at)
        clock.rule, clock.amount, clock.unit = (
            step.case.handling,
            span.amount,
            span.unit,
        )
        deadlines.set_due(clock, latest, step.calendar)
    if last_on:
        deadlines.set_due(clock, last_on, step.calendar)
    step.touch(clock)


def _deadline(step: Step) -> date | None:
    """The day chosen, between today and the rule's last; None: as the rule says."""
    due_on: date | None = step.values["due_on"]
    if due_on is None:
        return None
    clock = _handling_clock_that_runs(step)
    latest = step.counting.last_day(
        step.values["handling"], clock.started_at if clock else step.at
    )
    if clock:
        latest = max(latest, workdays.last_day_of(clock.due_at))
    if not step.on <= due_on <= latest:
        past = due_on < step.on
        words = (
            _("That day is past.")
            if past
            else _("The rules allow until %(latest)s.") % {"latest": latest}
        )
        raise InputRefused.at(due_on=words)
    return due_on


def checked_holders(step: Step, handling: str) -> list[Post | Office]:
    """Lead first, then assistants, each once; each may see the case and is no
    supervisor.
    """
    lead, assistants = step.values["lead"], list(step.values["assistants"] or [])
    possible = list(possible_holders(step.facts).values())
    if lead not in possible:
        raise InputRefused.at(lead=_("They cannot take this matter."))
    if any(holder not in possible for holder in assistants):
        raise InputRefused.at(assistants=_("They cannot take this matter."))
    holders = [
        lead,
        *(holder for holder in dict.fromkeys(assistants) if holder != lead),
    ]
    if handling == Handling.JOINT and len(holders) == 1:
        raise InputRefused(
            _("Joint handling needs an assistant."),
            {"assistants": _("Choose who assists.")},
        )
    return holders


def hand_over(step: Step, holders: list[Post | Office]) -> None:
    """Lead first; whoever has the same part already goes on with it."""
    has = {(item.holder, item.role) for item in step.facts.active}
    for holder, role in parts_of(holders):
        if (holder, role) not in has:
            step.assign(holder, role)
    step.data["holders"] = [holder_key(item) for item in holders]


def parts_of(
    holders: list[Post | Office],
) -> list[tuple[Post | Office, AssignmentRole]]:
    roles = [AssignmentRole.LEAD, *[AssignmentRole.ASSISTANT] * (len(holders) - 1)]
    return list(zip(holders, roles, strict=True))


def reassign(step: Step) -> None:
    """改派: who goes stays a handler, who stays keeps what they reported; the clock
    goes on.
    """
    holders = checked_holders(step, step.case.handling)
    parts = set(parts_of(holders))
    leaving = [
        item for item in step.facts.active if (item.holder, item.role) not in parts
    ]
    same = not leaving and len(parts) == len(step.facts.active)
    step.end_assignments(AssignmentEnd.REASSIGNED, leaving)
    hand_over(step, holders)
    if not ask_each(step) and same:
        raise MoveRefused(_("They have it already."))


def ask_each(step: Step) -> bool:
    """What each holder is asked for and by when, never later than the case's own day;
    whether anything changed.

    Who is not named keeps what they were asked before, and a day that stays as it was
    is not judged again.
    """
    latest = workdays.last_day_of(step.running_clock().due_at)
    parts = {item.holder: item for item in step.facts.active}
    changed = []
    for ask in step.values["asks"] or []:
        item = parts.get(ask.holder)
        if item is None:
            continue  # typed beside somebody who was not chosen
        if (
            ask.due_on
            and ask.due_on != item.due_on
            and not step.on <= ask.due_on <= latest
        ):
            past = _("That day is past.") if ask.due_on < step.on else ""
            words = past or _(
                "The matter itself is due on %(latest)s: no part may be later."
            ) % {"latest": latest}
            raise InputRefused.at(asks=words)
        text, due_on = ask.text.strip(), ask.due_on
        if (item.ask, item.due_on) != (text, due_on):
            item.ask, item.due_on = text, due_on
            item.save(update_fields=["ask", "due_on"])
            changed.append(
                {"holder": holder_key(item.holder), "due_on": str(due_on or "")}
            )
    if changed:
        step.data["asks"] = changed
    return bool(changed)


def _is_lower(new: Grade, old: Grade) -> bool:
    return list(Grade).index(new) < list(Grade).index(old)


def regrade(step: Step) -> None:
    old, new = (
        Grade(step.case.grade) if step.case.grade else None,
        Grade(step.values["grade"]),
    )
    if old == new:
        raise MoveRefused(_("That is how it is already."))
    if old and _is_lower(new, old) and not step.values["reason"]:
        raise InputRefused(
            _("Lowering the grade needs a reason."),
            {"reason": _("Please fill this in.")},
        )
    step.case.grade = new
    step.data.update(old=str(old or ""), new=str(new))


def join(step: Step) -> None:
    village = step.values["village"]
    if (
        village.pk == step.case.village_id
        or village.town.county_code != step.case.town.county_code
    ):
        raise InputRefused(
            _("Choose another village of the county."),
            {"village": _("Choose another village.")},
        )
    _joined, new = JoinedVillage.objects.get_or_create(case=step.case, village=village)
    if not new:
        raise MoveRefused(_("That village has joined already."))
    step.data.update(village=village.code, village_name=village.name)


def defer(step: Step) -> None:
    """缓议: at most 30 days, once a visit; grey until then."""
    until_on = step.values["until_on"]
    longest = step.on + timedelta(days=settings.LONGEST_DEFER_DAYS)
    if not step.on < until_on <= longest:
        words = _("Choose a day within the next %(days)s days.") % {
            "days": settings.LONGEST_DEFER_DAYS
        }
        raise InputRefused.at(until_on=words)
    step.pause("defer", until_on)
    step.data["until_on"] = str(until_on)
