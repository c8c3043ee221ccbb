"""督 and 评: verify, reject, rate, redo, explain, close, reopen, and the acts around
them.
"""

from django.conf import settings
from django.utils.translation import gettext as _

from cases import deadlines
from cases.models import CallBack, Rating
from cases.models.choices import (
    AssignmentEnd,
    CloseReason,
    How,
    Rule,
    Satisfaction,
    Solved,
    Stage,
)
from cases.workflow.actions import Action
from cases.workflow.actors import Speaker, System
from cases.workflow.step import Step
from minshi import workdays
from minshi.crypto import blind_index
from minshi.errors import InputRefused


def verify(step: Step) -> None:
    """The reply to the speaker is sent with the check (domain §3)."""
    step.reply(step.values["reply"])
    step.enter(Stage.RATE)


def reject(step: Step) -> None:
    """The same 办 clock runs again, once a round with at least 3 working days from now
    (domain §4).
    """
    keep = step.lead_to_keep()
    step.leave()
    step.case.completed_at = None
    step.case.stage = Stage.HANDLE if keep else Stage.DELIBERATE
    if not keep:
        step.end_assignments(AssignmentEnd.RELEASED)
    clock = step.restart_handling_clock()
    if clock.stage == Stage.HANDLE and not clock.rejected:
        least = step.counting.last_day(Rule.REDO_MINIMUM, step.at)
        deadlines.set_due(
            clock, max(workdays.last_day_of(clock.due_at), least), step.calendar
        )
        clock.rejected = True


def rate(step: Step) -> None:
    """Both answers. The first 不满意 of the case starts a new round, the second
    waits for an order (domain §3).
    """
    values, case = step.values, step.case
    answer, solved = Satisfaction(values["satisfaction"]), Solved(values["solved"])
    if answer == Satisfaction.DISSATISFIED and not values["reason"]:
        raise InputRefused(
            _("Say what was not done well."), {"reason": _("Please fill this in.")}
        )
    by_speaker = isinstance(step.by, Speaker)
    on_the_spot = isinstance(step.by, Speaker) and step.by.via == How.COUNTER
    how = (How.COUNTER if on_the_spot else How.CODE) if by_speaker else values["how"]
    if not how or (how == How.CODE and not by_speaker):
        raise InputRefused(
            _("Say how the answer came."),
            {"how": _("At the counter, by telephone or by a visit.")},
        )
    before = step.facts.dissatisfied
    rating = Rating.objects.create(
        case=case,
        round=case.round,
        at=step.at,
        satisfaction=answer,
        solved=solved,
        reason=values["reason"] or "",
        how=how,
        entered_by=step.post,
        on_the_spot=on_the_spot,
        drawn=on_the_spot and is_drawn(case.number, case.round),
    )
    step.facts.ratings.append(rating)
    case.satisfaction, case.solved = answer, solved
    step.data.update(satisfaction=str(answer), solved=str(solved), how=str(how))
    if answer != Satisfaction.DISSATISFIED:
        step.close(CloseReason.RATED)
    elif before == 0:
        step.new_round()
    else:
        case.needs_order = True
        step.enter(Stage.SUPERVISE)


def is_drawn(number: str, nth: int) -> bool:
    """Whether a rating given on the spot is called back: a share nobody can foresee,
    the same on a retry.
    """
    share: float = settings.CALLBACK_SHARE
    return (
        int(blind_index(f"{number}/{nth}", "call-back")[:8], 16) < share * 0x1_0000_0000
    )


def redo(step: Step) -> None:
    step.new_round()


def explain(step: Step) -> None:
    explained_at = step.values["explained_at"] or step.at
    if explained_at > step.at:
        raise InputRefused.at(explained_at=_("That time is still to come."))
    step.data["explained_at"] = explained_at.isoformat()
    step.data["explained_by"] = step.values["explained_by"] or str(
        step.officers_post.user
    )
    step.reply(step.values["text"])
    step.close(CloseReason.EXPLAINED)


def close_unrated(step: Step) -> None:
    step.close(CloseReason.UNRATED)


def reopen(step: Step) -> None:
    step.new_round()


def reply(step: Step) -> None:
    """答复: in 评 the first one ends the clock for replying and starts the one that
    only reminds.
    """
    step.reply(step.values["reply"])
    clock = step.facts.clock
    if step.case.stage == Stage.RATE and clock and clock.rule == "reply":
        step.start_clock("rate")


def call_back(step: Step) -> None:
    """抽查 on a closed case; 不满意 there opens it again, by the system (domain §3)."""
    values = step.values
    dissatisfied = values["satisfaction"] == Satisfaction.DISSATISFIED
    if dissatisfied and not values["reason"]:
        raise InputRefused(
            _("Say what was not done well."), {"reason": _("Please fill this in.")}
        )
    CallBack.objects.create(
        case=step.case,
        at=step.at,
        satisfaction=values["satisfaction"],
        solved=values["solved"],
        how=values["how"],
        note=values["reason"] or "",
        post=step.officers_post,
    )
    step.data.update(
        satisfaction=str(values["satisfaction"]), solved=str(values["solved"])
    )
    if dissatisfied and not step.case.adopted_from:
        step.follow(
            step.case,
            Action.REOPEN,
            reopen,
            System("call_back"),
            reason=values["reason"],
        )


def note_only(step: Step) -> None:
    """The event itself is the act."""


def supervise(step: Step) -> None:
    step.data["supervision_level"] = str(step.values["supervision_level"])
