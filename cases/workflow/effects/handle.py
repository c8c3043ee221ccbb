"""办: return, complete, acknowledge, progress, report, waive, more time, suspension."""

from datetime import timedelta

from django.utils.translation import gettext as _

from cases.models import HandBack, TimeRequest
from cases.models.choices import AssignmentEnd, RequestKind, RequestState, Rule, Stage
from cases.workflow.effects.afterwords import pass_on_afterword
from cases.workflow.standing import holder_key
from cases.workflow.step import Step
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused


def give_back(step: Step) -> None:
    """退单: return a matter on a written ground.

    The assignment ends; the 办 clock goes on in 议 (domain §4).
    """
    step.data["due_on"] = str(step.clocks.running_last_day())
    if step.values["asks_escalation"]:
        step.data["asks_escalation"] = True

    step.people.end_assignments(AssignmentEnd.RETURNED)
    step.back_to_deliberation()


def complete(step: Step) -> None:
    """办结: hand a matter over to the check, never without a result text."""
    case = step.case
    case.outcome = step.values["outcome"]
    case.result = step.values["result"]
    case.measures = step.values["measures"] or ""
    case.findings = step.values["findings"] or ""
    case.basis = step.values["basis"] or ""
    case.completed_at = step.at
    step.data["outcome"] = str(case.outcome)
    step.enter(Stage.SUPERVISE)


def acknowledge(step: Step) -> None:
    for item in step.facts.held_by(step.officers_post, step.facts.active):
        if not item.acknowledged_at:
            item.acknowledged_at = step.at
            item.save(update_fields=["acknowledged_at"])


def progress(step: Step) -> None:
    """记进展: note progress, internal or for the villager to see."""
    step.data["public"] = bool(step.values["public"])


def report(step: Step) -> None:
    """Write down what an assistant did; the part waits for no ruling any more."""
    own_parts = step.facts.held_by(step.officers_post, step.facts.assistants)
    step.people.lapse_hand_backs(own_parts)

    for item in own_parts:
        if not item.reported_at:
            item.reported_at = step.at
            item.report = step.values["result"]
            item.save(update_fields=["reported_at", "report"])


def hand_back(step: Step) -> None:
    """协办退单: ask, on a written ground, to be rid of a part.

    Whoever may decide rules on it; until then the part stays theirs (domain §3).
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
    """Rule on a part given back.

    Granted, the assignment ends as returned; refused, with a reason, the part goes on.
    """
    chosen: list[HandBack] = []
    others: list[HandBack] = []
    for item in step.facts.hand_backs:
        is_chosen = item.assignment.holder == step.values["part"]
        (chosen if is_chosen else others).append(item)
    if not chosen:
        raise InputRefused.at(part=_("Choose a part that was given back."))

    granted = _is_granted(step)
    for item in chosen:
        item.state = RequestState.GRANTED if granted else RequestState.REFUSED
        item.ruled_by = step.post
        item.ruled_at = step.at
        item.save()
    step.facts.hand_backs = others

    parts = [item.assignment for item in chosen]
    if granted:
        step.people.end_assignments(AssignmentEnd.RETURNED, parts)
    step.data["ruling"] = str(chosen[0].state)
    step.data["holders"] = [holder_key(part.holder) for part in parts]


def _is_granted(step: Step) -> bool:
    """Return the ruling. InputRefused: a refusal without a reason."""
    granted: bool = step.values["ruling"] == RequestState.GRANTED
    if not granted and not step.values["reason"]:
        raise InputRefused(
            _("A refusal needs a reason."), {"reason": _("Please fill this in.")}
        )
    return granted


def waive(step: Step) -> None:
    """免予反馈: go without an assistant's report."""
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

    step.people.lapse_hand_backs(waiting)
    for item in waiting:
        item.waived_at = step.at
        item.save(update_fields=["waived_at"])
    step.data["holders"] = [holder_key(item.holder) for item in waiting]


def ask_extension(step: Step) -> None:
    """Ask for more time, for at most as many days as the town grants."""
    _check_day_to_come(step)
    until_on = step.values["until_on"]
    due_on = step.clocks.running_last_day()
    most = step.clocks.counting.span(Rule.EXTENSION, step.at).amount

    if most == 0:
        raise InputRefused.at(until_on=_("This town grants no more time."))
    if not due_on < until_on <= due_on + timedelta(days=most):
        words = _("Choose a day after %(earliest)s, at most %(days)s days later.")
        earliest = workdays.day_in_words(due_on, step.on)
        limits = {"earliest": earliest, "days": most}
        raise InputRefused.at(until_on=words % limits)
    _create_request(step, RequestKind.EXTENSION)


def ask_suspension(step: Step) -> None:
    _check_day_to_come(step)
    _create_request(step, RequestKind.SUSPENSION)


def _check_day_to_come(step: Step) -> None:
    if step.values["until_on"] <= step.on:
        raise InputRefused.at(until_on=_("Choose a day to come."))


def _create_request(step: Step, kind: RequestKind) -> None:
    request = TimeRequest.objects.create(
        case=step.case,
        round=step.case.round,
        kind=kind,
        reason=step.values["reason"],
        until_on=step.values["until_on"],
        due_on=step.clocks.running_last_day(),
        asked_by=step.officers_post,
        asked_at=step.at,
    )

    step.facts.requests.append(request)
    step.data["until_on"] = str(request.until_on)


def rule_extension(step: Step) -> None:
    if request := _rule(step, RequestKind.EXTENSION):
        clock = step.clocks.running()
        asked_for = step.clocks.calendar.on_or_after(request.until_on)
        due_on = workdays.last_day_of(clock.due_at)

        step.clocks.move_due(clock, max(due_on, asked_for))
        clock.extended = True
        _note_new_due(step, request)
        # everybody reads the day that holds, not a day off that was asked for
        step.data["until_on"] = str(request.new_due_on)


def rule_suspension(step: Step) -> None:
    if request := _rule(step, RequestKind.SUSPENSION):
        step.clocks.pause("suspension", request.until_on)
        _note_new_due(step, request)


def _rule(step: Step, kind: RequestKind) -> TimeRequest | None:
    """Grant or refuse the open request; return it if granted.

    Nobody rules on their own request: the move bars whoever handled the case.
    """
    request = step.facts.open_request(kind)
    if request is None:
        raise MoveRefused(_("There is no request to rule on."))
    granted = _is_granted(step)
    if granted and request.until_on <= step.on:
        raise MoveRefused(
            _("The day asked for is past; refuse it, and let them ask again.")
        )

    request.state = RequestState.GRANTED if granted else RequestState.REFUSED
    request.ruled_by = step.post
    request.ruled_at = step.at
    request.save()
    step.data["ruling"] = str(request.state)
    step.data["until_on"] = str(request.until_on)
    return request if granted else None


def _note_new_due(step: Step, request: TimeRequest) -> None:
    """Keep the deadline that a ruling led to, for its slip; later rulings leave it."""
    request.new_due_on = step.clocks.running_last_day()
    request.save(update_fields=["new_due_on"])


def resume(step: Step) -> None:
    step.clocks.end_pause()


def rehome(step: Step) -> None:
    """Find a new owner where the owner's post ended, or is off duty.

    A case in 办 goes to 议 with its clock going on, any other is given on. Of a closed
    one it is the word after closing that is given on, its day stays.
    """
    if step.case.stage == Stage.CLOSED:
        pass_on_afterword(step)
    if step.case.stage == Stage.HANDLE:
        step.people.end_assignments(AssignmentEnd.RELEASED)
        step.back_to_deliberation()
