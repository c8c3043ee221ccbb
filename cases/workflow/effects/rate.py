"""督 and 评: verify, reject, rate, redo, explain, close, reopen, and the acts around
them.
"""

from django.conf import settings
from django.utils.translation import gettext as _

from cases.models import CallBack, Rating
from cases.models.choices import (
    AfterwordEnd,
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
    """Pass the check; the reply to the speaker is sent with it (domain §3)."""
    step.reply(step.values["reply"])
    step.enter(Stage.RATE)


def reject(step: Step) -> None:
    """Send a matter back to its lead; to deliberation where nobody can keep the lead.

    The 办 clock runs on. The first time in a round that work is sent back, at least
    `REDO_MINIMUM` working days are left from now (domain §4).
    """
    lead = step.people.lead_to_keep()
    step.leave()
    step.case.completed_at = None

    if lead:
        step.case.stage = Stage.HANDLE
    else:
        step.case.stage = Stage.DELIBERATE
        step.people.end_assignments(AssignmentEnd.RELEASED)

    clock = step.clocks.restart_handling()
    is_first_time = not clock.rejected
    if clock.stage == Stage.HANDLE and is_first_time:
        earliest = step.clocks.counting.last_day(Rule.REDO_MINIMUM, step.at)
        due_on = workdays.last_day_of(clock.due_at)
        step.clocks.move_due(clock, max(due_on, earliest))
        clock.rejected = True


def rate(step: Step) -> None:
    """Write down both answers of the speaker, and close the case or go on with it.

    The first 不满意 of the case starts a new round, the second waits for an order
    (domain §3).
    """
    case = step.case
    values = step.values
    answer = Satisfaction(values["satisfaction"])
    solved = Solved(values["solved"])
    how = how_it_came(step)
    dissatisfied_before = step.facts.dissatisfied

    on_the_spot = isinstance(step.by, Speaker) and step.by.via == How.COUNTER
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
    case.satisfaction = answer
    case.solved = solved

    step.data["satisfaction"] = str(answer)
    step.data["solved"] = str(solved)
    step.data["how"] = str(how)

    if answer != Satisfaction.DISSATISFIED:
        step.close(CloseReason.RATED)
    elif dissatisfied_before == 0:
        step.new_round()
    else:
        case.needs_order = True
        step.enter(Stage.SUPERVISE)


def how_it_came(step: Step) -> How | str:
    """Return how an answer came: known of a speaker, said by an officer.

    InputRefused: the officer says nothing, or that it came by the speaker's own code.
    """
    if isinstance(step.by, Speaker):
        return How.COUNTER if step.by.via == How.COUNTER else How.CODE

    how: str = step.values["how"]
    if not how or how == How.CODE:
        raise InputRefused(
            _("Say how the answer came."),
            {"how": _("At the counter, by telephone or by a visit.")},
        )
    return how


def is_drawn(number: str, nth: int) -> bool:
    """Decide whether a rating given on the spot is called back.

    A share of them is, as nobody can foresee, and the same on a retry.
    """
    share: float = settings.CALLBACK_SHARE
    lot = int(blind_index(f"{number}/{nth}", "call-back")[:8], 16)
    return lot < share * 0x1_0000_0000


def redo(step: Step) -> None:
    step.new_round()


def explain(step: Step) -> None:
    explained_at = step.values["explained_at"] or step.at

    explained_by = step.values["explained_by"] or str(step.officers_post.user)
    step.data["explained_at"] = explained_at.isoformat()
    step.data["explained_by"] = explained_by
    step.reply(step.values["text"])
    step.close(CloseReason.EXPLAINED)


def close_unrated(step: Step) -> None:
    step.close(CloseReason.UNRATED)


def reopen(step: Step) -> None:
    """Begin another round; what was said after closing and waits is met by it."""
    step.end_afterword(AfterwordEnd.REOPENED)
    step.new_round()


def reply(step: Step) -> None:
    """答复: write to the speaker.

    In 评 the first reply ends the clock for replying and starts the one that only
    reminds.
    """
    step.reply(step.values["reply"])

    clock = step.facts.clock
    if step.case.stage == Stage.RATE and clock and clock.rule == "reply":
        step.clocks.start("rate")


def call_back(step: Step) -> None:
    """抽查: note the answers of a call about a closed case.

    不满意 opens it again, by the system (domain §3).
    """
    values = step.values

    CallBack.objects.create(
        case=step.case,
        at=step.at,
        satisfaction=values["satisfaction"],
        solved=values["solved"],
        how=how_it_came(step),
        note=values["reason"] or "",
        post=step.officers_post,
    )
    step.data["satisfaction"] = str(values["satisfaction"])
    step.data["solved"] = str(values["solved"])

    is_dissatisfied = values["satisfaction"] == Satisfaction.DISSATISFIED
    if is_dissatisfied and not step.case.adopted_from:
        step.follow(
            step.case,
            Action.REOPEN,
            reopen,
            System("call_back"),
            reason=values["reason"],
        )


def attempt(step: Step) -> None:
    """Note that the speaker was tried for, and how, where that is said."""
    if step.values["how"]:
        how_it_came(step)


def note_only(step: Step) -> None:
    """Change nothing: the event itself is the act."""


def supervise(step: Step) -> None:
    step.data["supervision_level"] = str(step.values["supervision_level"])
