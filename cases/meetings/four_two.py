"""四议两公开: six steps in order, each by its numbers.

Once step 4 has passed a village may decide a major matter.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cases.meetings.corrections import note_correction
from cases.meetings.finals import PROCESS, STEP
from cases.meetings.six_steps import (
    PUBLICATION_BY_LAW,
    PUBLISHED,
    RESOLUTION,
    next_step,
)
from cases.meetings.step_record import StepRecord, fill_in
from cases.models import Case, FourTwoProcess, FourTwoStep, StepCorrection
from cases.models.choices import Level, Stage
from cases.models.scope import Sight
from cases.privacy.table import Table, columns
from cases.workflow import Action, Officer, System, make_move
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from minshi.idempotency import fingerprint, once
from minshi.text import is_blank
from villages.duty import officiates
from villages.finals import change_recorded, seal_final
from villages.models import Village


def may_run(by: Officer, village_id: int, at: datetime) -> bool:
    """Tell whether the post acted from writes down the steps of that village.

    It is the same right as over the village's meetings.
    """
    own = by.post.user_id == by.user.pk and by.post.is_current(workdays.local_day(at))
    return own and officiates(by.post, village_id, at)


@transaction.atomic
def start_process(
    village: Village,
    *,
    matter: str,
    origin: str,
    subject: str,
    by: Officer,
    at: datetime,
    case: Case | None = None,
    key: UUID | None = None,
) -> FourTwoProcess:
    """Begin 四议两公开 for a case in 说 or 议 of the village, or for a subject.

    A repeated `key` returns the process it began. Raises NoSuchRight (another
    village's), InputRefused (no subject, another matter than the case is reserved as),
    MoveRefused (the case is elsewhere, or has a process already).
    """
    said = {"matter": matter, "origin": origin, "subject": subject, "case": case}
    sent = fingerprint("start", said)
    locked = _lock_case(case, by, at) if case else None  # a second click waits here
    begun = FourTwoProcess.objects.filter(started_by__user=by.user)
    if known := once(begun, key, sent):
        return known

    if not may_run(by, village.pk, at):
        raise NoSuchRight(_("Only the village's own cadres begin this."))
    if is_blank(subject):
        raise InputRefused(
            _("Say what it is about."), {"subject": _("Please fill this in.")}
        )
    if case:
        _check_begin(locked, village)
        _check_matter(locked, matter)

    process = FourTwoProcess(
        key=key,
        sent=sent,
        village=village,
        case=locked,
        matter=matter,
        origin=origin,
        started_by=by.post,
        started_at=at,
    )
    _write(process, process, by, at, subject=subject.strip())
    process.save()
    seal_final(PROCESS, process, at=at, user=by.user)
    return process


def _lock_case(case: Case, by: Officer, at: datetime) -> Case | None:
    """Return the case, locked; None where the user does not see it."""
    seen = Case.objects.visible_to(by.user, workdays.local_day(at))
    locked = seen.select_for_update(of=("self",)).select_related("town")
    return locked.filter(pk=case.pk).first()


def _check_begin(case: Case | None, village: Village) -> None:
    """Raise MoveRefused unless the case waits in the village, without a process."""
    waits_here = (
        case is not None
        and case.village_id == village.pk
        and case.stage in (Stage.SPEAK, Stage.DELIBERATE)
    )
    if not waits_here:
        raise MoveRefused(
            _("This matter is not waiting for a decision in the village.")
        )
    if FourTwoProcess.objects.filter(case=case, dropped_at=None).exists():
        raise MoveRefused(_("The six steps have begun for this matter already."))


def _check_matter(case: Case | None, matter: str) -> None:
    """InputRefused: the case is reserved as another matter, which others decide."""
    if case and case.reserved and case.reserved != matter:
        words = _("This matter is marked as: %(matter)s.")
        words %= {"matter": case.get_reserved_display()}
        raise InputRefused.at(matter=words)


@transaction.atomic
def record_step(
    process: FourTwoProcess,
    nth: int,
    record: StepRecord,
    *,
    by: Officer,
    at: datetime,
    key: UUID | None = None,
) -> FourTwoStep:
    """Write down the step that is due.

    Whether it passed follows from its numbers and the town's rules. A step that did not
    pass is stored and may be held again; one to which too few came is
    none. A repeated `key` returns the step it wrote. Raises NoSuchRight, MoveRefused
    (not this step's turn, given up), InputRefused (dates, counts, periods that do not
    fit). Source: domain §2 议事规则; ledgers 10.
    """
    process = _lock(process)
    said = {**vars(record), "votes": "/".join(map(str, record.votes))}
    sent = fingerprint(f"step:{nth}", said)
    if known := once(process.steps.all(), key, sent):
        return known

    if not may_run(by, process.village_id, at):
        raise NoSuchRight(_("Only the village's own cadres write this down."))
    if process.dropped_at:
        raise MoveRefused(_("This was given up; begin anew."))
    due = next_step(process)
    if due is None or due.nth != nth:
        raise MoveRefused(_("Another step is due now; reload the page."))
    passed = process.steps.filter(passed=True, nth__lt=nth)
    before = passed.order_by("-nth").first()

    step = FourTwoStep(
        process=process,
        key=key,
        sent=sent,
        nth=nth,
        held_on=record.held_on,
        recorded_by=by.post,
        recorded_at=at,
    )
    fill_in(step, record, due, before, workdays.local_day(at))

    texts = {"content": record.content.strip(), "short_notice": step.short_notice}
    if not due.kinds:
        texts["oversight"] = record.oversight.strip()
    _write(step, process, by, at, **texts)

    step.save()
    seal_final(STEP, step, at=at, user=by.user)
    if step.nth == PUBLISHED:
        _rest_while_it_hangs(step, process.case, at)
    return step


def _rest_while_it_hangs(step: FourTwoStep, case: Case | None, at: datetime) -> None:
    """Stop the clock of a matter that waits for the village's decision, for the days
    that its resolution hangs by law (组织法 35). Handed over, it goes on at once.
    """
    if case is None or case.level != Level.VILLAGE or case.stage != Stage.DELIBERATE:
        return

    days = settings.FOUR_TWO_PUBLIC_DAYS
    until_on = step.held_on + timedelta(days=days) + workdays.ONE_DAY
    rests_until = workdays.local_day(case.grey_until or at)
    if until_on <= max(rests_until, workdays.local_day(at)):
        return

    reason = _("The resolution hangs for %(days)s days (%(article)s).")
    make_move(
        case,
        Action.DEFER,
        by=System("four_two"),
        at=at,
        until_on=until_on,
        reason=reason % {"days": days, "article": PUBLICATION_BY_LAW},
        told_why=_("What the people of the village resolved is published first."),
    )


@transaction.atomic
def drop_process(
    process: FourTwoProcess, why: str, *, by: Officer, at: datetime
) -> FourTwoProcess:
    """Give a process up with a reason; another may begin.

    MoveRefused once its 4th step has passed.
    """
    process = _lock(process)
    if not may_run(by, process.village_id, at):
        raise NoSuchRight(_("Only the village's own cadres write this down."))
    if process.dropped_at:
        return process

    if process.steps.filter(nth=RESOLUTION, passed=True).exists():
        raise MoveRefused(
            _("The villagers have resolved it: it cannot be given up any more.")
        )
    if is_blank(why):
        raise InputRefused(
            _("Something is missing."), {"why": _("Please fill this in.")}
        )

    process.dropped_at = at
    _write(process, process, by, at, dropped_why=why.strip())
    with change_recorded(PROCESS, process, at=at, user=by.user):
        process.save(update_fields=["dropped_at", *columns(process)])
    return process


@transaction.atomic
def correct_step(
    step: FourTwoStep, *, wrong: str, right: str, key: UUID, by: Officer, at: datetime
) -> StepCorrection:
    """Write beside a recorded step what is wrong in it and what is right.

    The step and its outcome stay as they were. A repeated `key` returns the correction
    it made. NoSuchRight: another village's; InputRefused without words.
    """
    if not may_run(by, step.process.village_id, at):
        raise NoSuchRight(_("Only the village's own cadres write this down."))
    table = Table([step.process.case])
    return note_correction(
        StepCorrection, step, table, wrong=wrong, right=right, key=key, by=by, at=at
    )


def _write(
    row: FourTwoProcess | FourTwoStep,
    process: FourTwoProcess,
    by: Officer,
    at: datetime,
    **texts: str,
) -> None:
    sight = Sight.of(by.user, workdays.local_day(at))
    Table([process.case]).write(row, sight, **texts)


def _lock(process: FourTwoProcess) -> FourTwoProcess:
    locked = FourTwoProcess.objects.select_for_update(of=("self",)).select_related(
        "case__town", "village"
    )
    return locked.get(pk=process.pk)


def redacted(
    processes: Iterable[FourTwoProcess], *, with_steps: bool = True
) -> list[FourTwoProcess]:
    """Redact processes to be read, not saved: a speaker may have been hidden since.

    `with_steps`: their steps and corrections, prefetched, as well. Two queries where a
    speaker is hidden.
    """
    found = list(processes)
    for process in found:
        table = Table([process.case])
        if not table.values:
            continue

        table.show(process)
        for step in process.steps.all() if with_steps else ():
            table.show(step)
            for correction in step.corrections.all():
                table.show(correction)

    return found


def last_held(process: FourTwoProcess, nth: int) -> FourTwoStep | None:
    """Return a step as it was held last; no query where steps were prefetched."""
    for step in reversed(process.steps.all()):
        if step.nth == nth:
            return step
    return None
