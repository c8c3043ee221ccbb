"""Arranging, changing and cancelling one shift by hand; shifts of a village never
overlap.
"""

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import Faults, InputRefused, MoveRefused
from minshi.text import clean_text
from villages.duty.finals import SHIFT, SWAP
from villages.duty.rights import (
    arranging_post,
    lock_roster,
    refuse_begun,
    refuse_elsewhere,
    refuse_unfit,
)
from villages.finals import (
    change_recorded,
    changes_recorded,
    seal_all_removed,
    seal_final,
    seal_removed,
)
from villages.models import DutyShift, Post, SwapRequest, SwapState, User, Village
from villages.models.duty import LONGEST_SHIFT, SwapRequestQuerySet


def time_of_shift(day: date, begins: time, ends: time) -> tuple[datetime, datetime]:
    """Return when a shift begins and ends that is written as a day and two times of the
    clock: one that ends before it begins ends on the next day.
    """
    starts_at = datetime.combine(day, begins, workdays.SHANGHAI)
    ends_at = datetime.combine(day, ends, workdays.SHANGHAI)
    if ends_at <= starts_at:
        ends_at += workdays.ONE_DAY

    return starts_at, ends_at


@transaction.atomic
def arrange_shift(
    village: Village,
    *,
    starts_at: datetime,
    ends_at: datetime,
    primary: Post,
    backup: Post | None = None,
    leader: str = "",
    by: User,
    at: datetime,
) -> DutyShift:
    """Put somebody on duty; the same shift asked for again is the one there is.

    NoSuchRight: neither secretary nor duty officer of the village. InputRefused: the
    time is over, turned round or longer than a day, it meets another shift, or a post
    may not stand there.
    """
    arranging_post(by, village, workdays.local_day(at))
    return put_shift(
        village,
        starts_at=starts_at,
        ends_at=ends_at,
        primary=primary,
        backup=backup,
        leader=leader,
        by=by,
        at=at,
    )


@transaction.atomic
def put_shift(
    village: Village,
    *,
    starts_at: datetime,
    ends_at: datetime,
    primary: Post,
    backup: Post | None = None,
    leader: str = "",
    by: User,
    at: datetime,
) -> DutyShift:
    """Put somebody on duty as `arrange_shift` does, for whoever was let do so already:
    by the list of a town its reviewer arranges the rosters of all its villages.
    """
    lock_roster(village.pk)

    wanted = {
        "village": village,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "primary": primary,
        "backup": backup,
        "leader": clean_text(leader),
    }
    same = DutyShift.objects.filter(**wanted).first()
    if same:
        return same

    shift = DutyShift(**wanted)
    check_shift(shift, at)
    shift.save()
    seal_final(SHIFT, shift, at=at, user=by)
    return shift


@transaction.atomic
def change_shift(
    shift: DutyShift,
    *,
    starts_at: datetime,
    ends_at: datetime,
    primary: Post,
    backup: Post | None = None,
    leader: str = "",
    by: User,
    at: datetime,
) -> DutyShift:
    """Give a future shift another time or other people; a swap asked for about it is no
    longer possible.

    Errors as `arrange_shift`; MoveRefused: it has begun.
    """
    arranging_post(by, shift.village, workdays.local_day(at))
    shift = lock_shift(shift)
    refuse_begun(shift, at)

    shift.starts_at = starts_at
    shift.ends_at = ends_at
    shift.primary = primary
    shift.backup = backup
    shift.leader = clean_text(leader)
    check_shift(shift, at)
    with change_recorded(SHIFT, shift, at=at, user=by):
        shift.save()

    lapse_swaps(shift, at)
    return shift


@transaction.atomic
def name_leader(shift: DutyShift, leader: str, *, by: User, at: datetime) -> DutyShift:
    """Write down who leads during a future shift, for whoever was let do so already, as
    `put_shift`. MoveRefused: it has begun, or was cancelled.
    """
    shift = lock_shift(shift)
    refuse_begun(shift, at)

    shift.leader = clean_text(leader)
    with change_recorded(SHIFT, shift, at=at, user=by):
        shift.save(update_fields=["leader"])
    return shift


@transaction.atomic
def cancel_shift(shift: DutyShift, *, by: User, at: datetime) -> None:
    """Take a future shift off the roster; nothing happens where it is gone already.

    NoSuchRight as `arrange_shift`; MoveRefused: it has begun.
    """
    arranging_post(by, shift.village, workdays.local_day(at))
    lock_roster(shift.village_id)

    current = DutyShift.objects.filter(pk=shift.pk).first()
    if current:
        refuse_begun(current, at)
        seal_removed(SHIFT, current, at=at, user=by)
        swaps = _swaps_about(current).values_list("pk", flat=True)
        seal_all_removed(SWAP, list(swaps), at=at)
        current.delete()


def lock_shift(shift: DutyShift) -> DutyShift:
    """Return a shift as it stands once nobody else changes the village's roster.
    MoveRefused: it was cancelled.
    """
    lock_roster(shift.village_id)

    locked = DutyShift.objects.with_people().filter(pk=shift.pk).first()
    if locked is None:
        raise MoveRefused(_("This shift is not on the roster any more."))
    return locked


def check_shift(shift: DutyShift, at: datetime) -> None:
    """InputRefused: the time cannot be, it meets another shift of the village, or a
    post may not stand there.
    """
    faults = Faults()
    fault = _fault_of_time(shift, at)
    with faults.noted():
        if fault and shift.on < workdays.local_day(at):
            raise InputRefused.at(day=fault, ends_at=fault)
        if fault:
            raise InputRefused.at(ends_at=fault)
    with faults.noted():
        refuse_unfit(shift.primary, shift.village_id, shift.on, "primary")
    with faults.noted():
        _check_backup(shift)
    faults.refuse()

    # what meets another shift is asked of a time that can be
    with faults.noted():
        _refuse_overlap(shift)
    with faults.noted():
        refuse_elsewhere(shift.primary, shift, "primary")
    faults.refuse()


def _check_backup(shift: DutyShift) -> None:
    """InputRefused: the backup is the one on duty, or may not stand there."""
    if shift.backup is None:
        return
    if shift.backup == shift.primary:
        raise InputRefused.at(backup=_("Choose somebody else as the backup."))
    refuse_unfit(shift.backup, shift.village_id, shift.on, "backup")


def _fault_of_time(shift: DutyShift, at: datetime) -> str:
    """Return the fault of a shift's time in words; empty where there is none."""
    if shift.ends_at <= shift.starts_at:
        return _("A shift cannot end before it begins.")
    if shift.ends_at - shift.starts_at > LONGEST_SHIFT:
        return _("A shift lasts a day at most.")
    if shift.ends_at <= at:
        return _("This time is over already.")
    return ""


def _refuse_overlap(shift: DutyShift) -> None:
    """InputRefused: the village has another shift at that time."""
    others = DutyShift.objects.overlapping(shift.starts_at, shift.ends_at)
    others = others.filter(village=shift.village_id).exclude(pk=shift.pk)

    other = others.select_related("primary__user").first()
    if other:
        text = _(
            "%(name)s is on duty then already (%(hours)s); two shifts cannot overlap."
        )
        words = {"name": other.primary.user, "hours": other.hours}
        raise InputRefused.at(starts_at=text % words)


def lapse_swaps(shift: DutyShift, at: datetime) -> None:
    """Close the open swap requests about a shift that has changed; they can no longer
    be agreed to.
    """
    pending = _swaps_about(shift).filter(state=SwapState.PENDING)
    keys = list(pending.values_list("pk", flat=True))
    with changes_recorded(SWAP, keys, at=at):
        pending.filter(pk__in=keys).update(state=SwapState.LAPSED, answered_at=at)


def _swaps_about(shift: DutyShift) -> SwapRequestQuerySet:
    return SwapRequest.objects.filter(Q(shift=shift) | Q(in_return=shift))
