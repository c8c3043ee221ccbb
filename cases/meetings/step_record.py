"""A step of the six as it was written down: what is refused of its record, and whether
it passed by its numbers.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from cases.meetings.counting import check_size, with_nobody
from cases.meetings.notice import check_notice, is_announced
from cases.meetings.six_steps import (
    OUTCOME,
    PUBLICATION_BY_LAW,
    PUBLISHED,
    StepRule,
    due_by_roll,
    is_done,
    step_rules_of,
)
from cases.models import FourTwoProcess, FourTwoStep
from minshi import workdays
from minshi.errors import Faults, InputRefused, MoveRefused
from minshi.text import is_blank
from villages.models import MeetingKind

VOTES = ("votes_for", "votes_against", "votes_abstain")  # in the order of a record


@dataclass(frozen=True)
class StepRecord:
    """The record of a step: numbers for steps 1 to 4, the notice for 5 and 6.

    `called_on` is the day on which an assembly was announced, `short_notice` why it was
    announced so late.
    """

    held_on: date
    content: str
    kind: str = ""
    due: int | None = None
    present: int | None = None
    votes: tuple[int | None, int | None, int | None] = (None, None, None)
    public_until: date | None = None
    oversight: str = ""
    called_on: date | None = None
    short_notice: str = ""


def fill_in(
    step: FourTwoStep,
    record: StepRecord,
    due: StepRule,
    before: FourTwoStep | None,
    today: date,
) -> None:
    """Set on a step its numbers or days by its record, and whether it passed.

    `before` is the step before it that passed. The step is not saved. InputRefused: all
    that is wrong in the record, each beside its field; MoveRefused: the outcome of what
    is not done yet. Source: domain §2 议事规则; ledgers 10.
    """
    faults = Faults()
    with faults.noted():
        _check_day(record, before, today)
    with faults.noted():
        if is_blank(record.content):
            fault = {"content": _("Please fill this in.")}
            raise InputRefused(_("Something is missing."), fault)
    with faults.noted():
        if due.kinds:
            _count(step, record, due)
        else:
            _publish(step, record, before)
    with faults.noted():
        kind = record.kind or next(iter(due.kinds), "")
        if kind in due.kinds:
            _note_announcement(step, record, kind)
    faults.refuse()


def _check_day(record: StepRecord, before: FourTwoStep | None, today: date) -> None:
    if record.held_on > today:
        raise InputRefused.at(held_on=_("That day is still to come."))
    if before and record.held_on < before.held_on:
        day = workdays.day_in_words(before.held_on, today)
        words = _("The step before was on %(day)s.") % {"day": day}
        raise InputRefused.at(held_on=words)


def _count(step: FourTwoStep, record: StepRecord, due: StepRule) -> None:
    """Set on a step its numbers, the rule, and whether it passed.

    InputRefused: a number is missing or does not fit, or too few came.
    """
    kind = record.kind or due.kinds[0]
    if kind not in due.kinds:
        words = _("This step is not held by that kind of meeting.")
        raise InputRefused.at(kind=words)

    numbers = {"due": record.due, "present": record.present}
    numbers |= zip(VOTES, with_nobody(record.votes), strict=True)
    missing = {
        name: _("Please fill this in.")
        for name, value in numbers.items()
        if value is None
    }
    if missing:
        raise InputRefused(
            _("Write down how many were due, came, and how they voted."), missing
        )

    people = record.due or 0
    here = record.present or 0
    _check_roll(step.process, kind, record.held_on, people)
    cast = sum(vote or 0 for vote in record.votes)
    if here > people:
        words = _("More people cannot be present than are due.")
        raise InputRefused.at(present=words)
    if cast != here:
        words = _(
            "%(cast)s votes were counted, but %(entitled)s people present may vote:"
            " count again."
        )
        words %= {"cast": cast, "entitled": here}
        raise InputRefused.at(votes_for=words)

    rules = step_rules_of(step.process, due)[kind]
    check_size(rules, people)
    needed = rules.quorum_needed(people)
    if here < needed:
        words = _(
            "Too few came: %(present)s of %(due)s, %(quorum)s are needed. It is held"
            " again."
        )
        words %= {"present": here, "due": people, "quorum": needed}
        raise InputRefused.at(present=words)

    for name, value in numbers.items():
        setattr(step, name, value)
    step.kind = kind
    step.rule = str(rules.article)
    step.present_needed = needed
    step.votes_needed = rules.votes_needed(people, here)
    step.passed = (numbers["votes_for"] or 0) >= step.votes_needed


def _check_roll(process: FourTwoProcess, kind: str, on: date, people: int) -> None:
    """InputRefused: fewer are said to be due than are on the roll of that day, so that
    a few of them would decide for all.
    """
    by_roll = due_by_roll(process.village_id, [MeetingKind(kind)], on)
    on_roll = by_roll.get(MeetingKind(kind), 0)
    if people >= on_roll:
        return

    words = _(
        "%(count)s people were on the roll that day, and all of them are due. Where"
        " the roll is wrong, mend it first."
    )
    raise InputRefused.at(due=words % {"count": on_roll})


def _note_announcement(step: FourTwoStep, record: StepRecord, kind: str) -> None:
    """Set on a step when its assembly was announced, and why so late if it was.

    InputRefused: it is missing, after the assembly, or too late without a reason.
    """
    if not is_announced(kind):
        return

    called_on = record.called_on
    if called_on is None:
        words = _("Say on which day the assembly was announced.")
        raise InputRefused.at(called_on=words)
    if called_on > record.held_on:
        words = _("It was announced before it was held.")
        raise InputRefused.at(called_on=words)

    step.called_on = called_on
    step.short_notice = check_notice(
        kind, called_on, record.held_on, record.short_notice, day_field="called_on"
    )


def _publish(step: FourTwoStep, record: StepRecord, before: FourTwoStep | None) -> None:
    """Set on step 5 or 6 until when its notice hangs.

    It hangs for at least the days set (组织法 35); step 6 (实施结果公开) begins after
    step 5 has hung long enough, and once the matter is done. InputRefused, MoveRefused.
    """
    days = settings.FOUR_TWO_PUBLIC_DAYS
    earliest = record.held_on + timedelta(days=days)
    if record.public_until is None or record.public_until < earliest:
        words = _(
            "It hangs for at least %(days)s days: until %(day)s or longer"
            " (%(article)s)."
        )
        day = workdays.day_in_words(earliest, record.held_on)
        asked = {"days": days, "day": day, "article": PUBLICATION_BY_LAW}
        raise InputRefused.at(public_until=words % asked)
    if before and before.public_until and before.hangs_on(record.held_on):
        words = _(
            "The resolution hangs until %(day)s; the outcome is shown after that."
        ) % {"day": workdays.day_in_words(before.public_until, record.held_on)}
        raise InputRefused.at(held_on=words)

    case = step.process.case
    is_outcome = step.nth > PUBLISHED
    if is_outcome and case and not is_done(case):
        raise MoveRefused(
            _("The outcome is shown once the matter is done; it is not done yet.")
        )
    if is_outcome and case and case.completed_at:
        _check_after_done(record, workdays.local_day(case.completed_at))

    step.public_until = record.public_until
    step.passed = True


def _check_after_done(record: StepRecord, done_on: date) -> None:
    if record.held_on < done_on:
        day = workdays.day_in_words(done_on, record.held_on)
        words = _("The matter was done on %(day)s; its outcome is shown after that.")
        raise InputRefused.at(held_on=words % {"day": day})


def posted_until(process: FourTwoProcess, due: StepRule, on: date) -> date | None:
    """Return the last day on which the resolution hangs, while it keeps the outcome
    from being written down; None before the other steps, and once it hangs no more.
    """
    if due.nth != OUTCOME:
        return None
    for step in process.steps.all():
        if step.nth == PUBLISHED and step.hangs_on(on):
            return step.public_until
    return None
