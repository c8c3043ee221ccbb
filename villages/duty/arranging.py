"""One shift by hand: arranged, changed, cancelled; shifts of a village never
overlap.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import InputRefused, MoveRefused
from villages.duty.rights import (
    arranging_post,
    lock_roster,
    refuse_begun,
    refuse_elsewhere,
    refuse_unfit,
)
from villages.models import DutyShift, Post, SwapRequest, SwapState, User, Village
from villages.models.duty import LONGEST_SHIFT


@transaction.atomic
def arrange_shift(
    village: Village,
    *,
    starts_at: datetime,
    ends_at: datetime,
    primary: Post,
    backup: Post | None = None,
    by: User,
    at: datetime,
) -> DutyShift:
    """Puts somebody on duty; the same shift asked for again is the one there is.

    NoSuchRight: neither secretary nor duty officer of the village. InputRefused: the
    time is over, turned round or longer than a day, it meets another shift, or a post
    may not stand there.
    """
    arranging_post(by, village, workdays.local_day(at))
    lock_roster(village.pk)
    shift = DutyShift(
        village=village,
        starts_at=starts_at,
        ends_at=ends_at,
        primary=primary,
        backup=backup,
    )
    same = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "primary": primary,
        "backup": backup,
    }
    if known := DutyShift.objects.filter(village=village, **same).first():
        return known
    check_shift(shift, at)
    shift.save()
    return shift


@transaction.atomic
def change_shift(
    shift: DutyShift,
    *,
    starts_at: datetime,
    ends_at: datetime,
    primary: Post,
    backup: Post | None = None,
    by: User,
    at: datetime,
) -> DutyShift:
    """Gives a future shift another time or other people; a swap asked for about it is
    no longer possible.

    Errors as `arrange_shift`; MoveRefused: it has begun.
    """
    arranging_post(by, shift.village, workdays.local_day(at))
    shift = lock_shift(shift)
    refuse_begun(shift, at)
    shift.starts_at, shift.ends_at, shift.primary, shift.backup = (
        starts_at,
        ends_at,
        primary,
        backup,
    )
    check_shift(shift, at)
    shift.save()
    lapse_swaps(shift, at)
    return shift


@transaction.atomic
def cancel_shift(shift: DutyShift, *, by: User, at: datetime) -> None:
    """Takes a future shift off the roster. NoSuchRight as above; MoveRefused: it has
    begun. Gone already: nothing.
    """
    arranging_post(by, shift.village, workdays.local_day(at))
    lock_roster(shift.village_id)
    if found := DutyShift.objects.filter(pk=shift.pk).first():
        refuse_begun(found, at)
        found.delete()


def lock_shift(shift: DutyShift) -> DutyShift:
    """The shift as it stands once nobody else changes the village's roster.
    MoveRefused: it was cancelled.
    """
    lock_roster(shift.village_id)
    found = DutyShift.objects.with_people().filter(pk=shift.pk).first()
    if found is None:
        raise MoveRefused(_("This shift is not on the roster any more."))
    return found


def check_shift(shift: DutyShift, at: datetime) -> None:
    """InputRefused: the time cannot be, it meets another shift of the village, or a
    post may not stand there.
    """
    if wrong := _wrong_time(shift, at):
        raise InputRefused.at(ends_at=wrong)
    refuse_unfit(shift.primary, shift.village_id, shift.on, "primary")
    if shift.backup:
        if shift.backup == shift.primary:
            text = _("Choose somebody else as the backup.")
            raise InputRefused.at(backup=text)
        refuse_unfit(shift.backup, shift.village_id, shift.on, "backup")
    others = DutyShift.objects.meeting(shift.starts_at, shift.ends_at).filter(
        village=shift.village_id
    )
    if other := others.exclude(pk=shift.pk).select_related("primary__user").first():
        words = {"name": other.primary.user, "hours": other.hours}
        text = (
            _(
                "%(name)s is on duty then already (%(hours)s); two shifts cannot"
                " overlap."
            )
            % words
        )
        raise InputRefused.at(starts_at=text)
    refuse_elsewhere(shift.primary, shift, "primary")


def _wrong_time(shift: DutyShift, at: datetime) -> str:
    if shift.ends_at <= shift.starts_at:
        return _("A shift cannot end before it begins.")
    if shift.ends_at - shift.starts_at > LONGEST_SHIFT:
        return _("A shift lasts a day at most.")
    return _("This time is over already.") if shift.ends_at <= at else ""


def lapse_swaps(shift: DutyShift, at: datetime) -> None:
    """What was asked about a shift that is another one now can no longer be agreed
    to.
    """
    for asked in (
        SwapRequest.objects.filter(shift=shift),
        SwapRequest.objects.filter(in_return=shift),
    ):
        asked.filter(state=SwapState.PENDING).update(
            state=SwapState.LAPSED, answered_at=at
        )
