"""请假: somebody is away for some days, and who stands in."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import Faults, InputRefused, NoSuchRight, said
from minshi.workdays import ONE_DAY
from villages.duty.finals import LEAVE
from villages.duty.rights import (
    lock_roster,
    may_note_leave,
    refuse_unfit,
    standing_post,
)
from villages.duty.standing import read_roster
from villages.finals import change_recorded, seal_final, seal_removed
from villages.models import DutyLeave, DutyShift, Post, User, Village


@dataclass(frozen=True)
class LeftOpen:
    """The days of shifts ahead, or running, that lost people by a leave."""

    without_anybody: list[date]
    without_backup: list[date]


@transaction.atomic
def note_leave(
    post: Post,
    *,
    from_on: date,
    until_on: date,
    reason: str,
    substitute: Post | None = None,
    by: User,
    at: datetime,
) -> DutyLeave:
    """Write down that a post is away; one's own, or anybody's by whoever arranges.
    Noted twice it is one leave.

    NoSuchRight: neither. InputRefused: days turned round or past, no reason, the post
    is away then already, or the substitute may not stand there.
    """
    on = workdays.local_day(at)
    village = _village_of(post, by, on)
    noted_by = standing_post(by, village, on)
    lock_roster(village.pk)

    first_day_ahead = max(from_on, on)
    faults = Faults()
    with faults.noted():
        _check_days(from_on, until_on, on)
    with faults.noted():
        reason = said(reason, reason=_("Say in a few words why."))
    with faults.noted():
        refuse_unfit(post, village.pk, first_day_ahead, "post")
    with faults.noted():
        if substitute and substitute.user_id == post.user_id:
            text = _("Choose somebody else as the substitute.")
            raise InputRefused.at(substitute=text)
        if substitute:
            refuse_unfit(substitute, village.pk, first_day_ahead, "substitute")
    faults.refuse()

    earlier = DutyLeave.objects.touching(from_on, until_on).filter(post=post).first()
    if earlier:
        same_days = earlier.from_on == from_on and earlier.until_on == until_on
        if same_days and earlier.substitute == substitute:
            return earlier
        text = _("%(name)s is away then already.") % {"name": post.user}
        raise InputRefused.at(from_on=text)

    leave = DutyLeave.objects.create(
        post=post,
        from_on=from_on,
        until_on=until_on,
        reason=reason,
        substitute=substitute,
        noted_by=noted_by,
        noted_at=at,
    )
    seal_final(LEAVE, leave, at=at, user=by)
    return leave


@transaction.atomic
def end_leave(leave: DutyLeave, *, by: User, at: datetime) -> None:
    """End a leave early: from today on the post takes its shifts again; a leave that
    has not begun is deleted.

    NoSuchRight: neither one's own nor an arranger. Ended already: nothing happens.
    """
    on = workdays.local_day(at)
    village = _village_of(leave.post, by, on)
    standing_post(by, village, on)
    lock_roster(village.pk)

    current = DutyLeave.objects.filter(pk=leave.pk, until_on__gte=on).first()
    if current is None:
        return
    if current.from_on >= on:
        seal_removed(LEAVE, current, at=at, user=by)
        current.delete()
        return

    current.until_on = on - ONE_DAY
    with change_recorded(LEAVE, current, at=at, user=by):
        current.save(update_fields=["until_on"])


def left_open_by(leave: DutyLeave, at: datetime) -> LeftOpen:
    """Return the days on which a leave leaves a shift to nobody, or whoever is on duty
    without a backup: the one who is away, or whoever they stood in for. Two queries.
    """
    shifts = DutyShift.objects.filter(
        village=leave.post.village_id,
        starts_at__gte=workdays.due_at(leave.from_on - ONE_DAY),
        starts_at__lt=workdays.due_at(leave.until_on),
        ends_at__gt=at,
    )
    roster = read_roster(shifts.order_by("starts_at"))
    others = [each for each in roster.leaves if each.pk != leave.pk]
    without_leave = replace(roster, leaves=others)

    empty: dict[date, None] = {}
    single: dict[date, None] = {}
    for shift in roster.shifts:
        before = len(without_leave.on_duty(shift))
        left = len(roster.on_duty(shift))
        if left == before:
            continue
        (single if left else empty).setdefault(shift.on)

    return LeftOpen(without_anybody=list(empty), without_backup=list(single))


def _village_of(post: Post, by: User, on: date) -> Village:
    """Return the village where a post takes duty. NoSuchRight: the user may note no
    leave for it.
    """
    village = post.village
    if village is None or not may_note_leave(by, post, on):
        text = _(
            "You note your own leave; for others the secretary or the duty officer"
            " does."
        )
        raise NoSuchRight(text)
    return village


def _check_days(from_on: date, until_on: date, on: date) -> None:
    """InputRefused: days turned round, or over on that day."""
    if until_on < from_on:
        text = _("The last day cannot be before the first.")
        raise InputRefused.at(until_on=text)
    if until_on < on:
        raise InputRefused.at(until_on=_("Those days are over already."))
