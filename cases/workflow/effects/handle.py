"""办: return, complete, acknowledge, progress, report, waive, more time, suspension."""

from datetime import timedelta

from django.utils.translation import gettext as _

from cases import deadlines
from cases.models import HandBack, TimeRequest
from cases.models.choices import AssignmentEnd, RequestKind, RequestState, Rule, Stage
from cases.workflow.facts import holder_key, holder_name
from cases.workflow.step import Step
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused


def give_back(step: Step) -> None:
    """退单: a written ground ends the assignment; the 办 clock goes on in 议 (domain
    §4).
    """
    step.data["due_on"] = str(workdays.last_day_of(step.running_clock().due_at))
    step.end_assignments(AssignmentEnd.RETURNED)
    if step.values["asks_escalation"]:
        step.data["asks_escalation"] = True
    step.back_to_deliberation()


def complete(step: Step) -> None:
    """办结: never without a result text; every assistant has reported or is waived."""
    waiting = [
        item
        for item in step.facts.assistants
        if not (item.reported_at or item.waived_at)
    ]
    if waiting:
        names = "、".join(holder_name(item.holder) for item in waiting)
        raise MoveRefused(
            _("%(names)s has yet to report; wait, or say that no report is needed.")
            % {"names": names}
        )
    case = step.case
    case.outcome, case.result = step.values["outcome"], step.values["result"]
    case.measures, case.completed_at = step.values["measures"] or "", step.at
    step.data["outcome"] = str(case.outcome)
    step.enter(Stage.SUPERVISE)


def acknowledge(step: Step) -> None:
    for item in step.facts.held_by(step.officers_post, step.facts.active):
        if not item.acknowledged_at:
            item.acknowledged_at = step.at
            item.save(update_fields=["acknowledged_at"])


def progress(step: Step) -> None:
    """记进展: internal, or the villager may see it."""
    step.data["public"] = bool(step.values["public"])


def report(step: Step) -> None:
    held = step.facts.held_by(step.officers_post, step.facts.assistants)
    step.lapse_hand_backs(held)
    for item in held:
        if not item.reported_at:
            item.reported_at, item.report = step.at, step.values["result"]
            item.save(update_fields=["reported_at", "report"])


def hand_back(step: Step) -> None:
    """协办退单: a written ground, ruled by whoever may decide; until then the part
    stays theirs (domain §3).
    """
    asked = {item.assignment_id for item in step.facts.hand_backs}
    for item in step.facts.held_by(step.officers_post, step.facts.assistants):
        if item.pk not in asked and not item.reported_at:
            HandBack.objects.create(
                assignment=item,
                ground=step.values["reason"],
                asked_by=step.officers_post,
                asked_at=step.at,
            )


def rule_hand_back(step: Step) -> None:
    """Granted, the assignment ends as returned; refused, with a reason, the part goes
    on.
    """
    chosen = [
        item
        for item in step.facts.hand_backs
        if item.assignment.holder == step.values["part"]
    ]
    if not chosen:
        raise InputRefused.at(part=_("Choose a part that was given back."))
    granted = _granted(step)
    for item in chosen:
        item.state = RequestState.GRANTED if granted else RequestState.REFUSED
        item.ruled_by, item.ruled_at = step.post, step.at
        item.save()
    step.facts.hand_backs = [
        item for item in step.facts.hand_backs if item not in chosen
    ]
    if granted:
        step.end_assignments(
            AssignmentEnd.RETURNED, [item.assignment for item in chosen]
        )
    step.data.update(
        ruling=str(chosen[0].state),
        holders=[holder_key(item.assignment.holder) for item in chosen],
    )


def _granted(step: Step) -> bool:
    granted: bool = step.values["ruling"] == RequestState.GRANTED
    if not granted and not step.values["reason"]:
        raise InputRefused(
            _("A refusal needs a reason."), {"reason": _("Please fill this in.")}
        )
    return granted


def waive(step: Step) -> None:
    """免报: the lead goes without an assistant's report."""
    waiting = [
        item
        for item in step.facts.assistants
        if item.holder == step.values["holder"] and not item.reported_at
    ]
    if not waiting:
        raise InputRefused(
            _("Choose an assistant who has not reported."),
            {"holder": _("Choose an assistant.")},
        )
    step.lapse_hand_backs(waiting)
    for item in waiting:
        item.waived_at = step.at
        item.save(update_fields=["waived_at"])
    step.data["holders"] = [holder_key(item.holder) for item in waiting]


def ask(step: Step, kind: RequestKind) -> None:
    until_on = step.values["until_on"]
    due_on = workdays.last_day_of(step.running_clock().due_at)
    most = step.counting.span(Rule.EXTENSION, step.at).amount
    words = ""
    if until_on <= step.on:
        words = _("Choose a day to come.")
    elif kind == RequestKind.EXTENSION and most == 0:
        words = _("This town grants no more time.")
    elif kind == RequestKind.EXTENSION and not due_on < until_on <= due_on + timedelta(
        days=most
    ):
        limits = {"earliest": due_on, "days": most}
        words = (
            _("Choose a day after %(earliest)s, at most %(days)s days later.") % limits
        )
    if words:
        raise InputRefused.at(until_on=words)
    request = TimeRequest.objects.create(
        case=step.case,
        round=step.case.round,
        kind=kind,
        reason=step.values["reason"],
        until_on=until_on,
        due_on=due_on,
        asked_by=step.officers_post,
        asked_at=step.at,
    )
    step.facts.requests.append(request)
    step.data["until_on"] = str(until_on)


def ask_extension(step: Step) -> None:
    ask(step, RequestKind.EXTENSION)


def ask_suspension(step: Step) -> None:
    ask(step, RequestKind.SUSPENSION)


def rule(step: Step, kind: RequestKind) -> TimeRequest | None:
    """Grants or refuses the open request; returns it if granted. Never by oneself
    (guarded by `handled`).
    """
    request = step.facts.open_request(kind)
    if request is None:
        raise MoveRefused(_("There is no request to rule on."))
    granted = _granted(step)
    if granted and request.until_on <= step.on:
        raise MoveRefused(
            _("The day asked for is past; refuse it, and let them ask again.")
        )
    request.state = RequestState.GRANTED if granted else RequestState.REFUSED
    request.ruled_by, request.ruled_at = step.post, step.at
    request.save()
    step.data.update(ruling=str(request.state), until_on=str(request.until_on))
    return request if granted else None


def rule_extension(step: Step) -> None:
    if request := rule(step, RequestKind.EXTENSION):
        clock = step.running_clock()
        due_on = max(
            workdays.last_day_of(clock.due_at),
            step.calendar.on_or_after(request.until_on),
        )
        deadlines.set_due(clock, due_on, step.calendar)
        clock.extended = True
        step.touch(clock)
        note_new_due(step, request)


def rule_suspension(step: Step) -> None:
    if request := rule(step, RequestKind.SUSPENSION):
        step.pause("suspension", request.until_on)
        note_new_due(step, request)


def note_new_due(step: Step, request: TimeRequest) -> None:
    """What the ruling made of the deadline, as the slip says it: later rulings do not
    change it.
    """
    request.new_due_on = workdays.last_day_of(step.running_clock().due_at)
    request.save(update_fields=["new_due_on"])


def resume(step: Step) -> None:
    step.end_pause()


def rehome(step: Step) -> None:
    """The owner's post ended, or is off duty: a 办 case goes to 议 with its clock going
    on, any other is given on.
    """
    if step.case.stage == Stage.HANDLE:
        step.end_assignments(AssignmentEnd.RELEASED)
        step.back_to_deliberation()
