"""换班: one person on a shift asks another; what they agree to is checked again when
they do.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from villages.duty.arranging import lapse_swaps, lock_shift
from villages.duty.rights import (
    lock_roster,
    refuse_begun,
    refuse_elsewhere,
    refuse_unfit,
)
from villages.models import DutyShift, Post, SwapRequest, SwapState, User


@transaction.atomic
def ask_swap(
    shift: DutyShift,
    asked: Post,
    *,
    in_return: DutyShift | None = None,
    by: User,
    at: datetime,
) -> SwapRequest:
    """Asks the holder of another post to take one's shift, perhaps for one of theirs.
    Asked twice it is one request.

    NoSuchRight: not on that shift oneself. MoveRefused: it has begun, or somebody else
    was asked and has not answered. InputRefused: the post may not stand there, the
    shift in return is not theirs, or they are busy.
    """
    shift = lock_shift(shift)
    if shift.primary.user_id != by.pk or not shift.primary.is_current(
        workdays.local_day(at)
    ):
        raise NoSuchRight(
            _("Only whoever is on this shift asks somebody else to take it.")
        )
    refuse_begun(shift, at)
    if waiting := SwapRequest.objects.filter(
        shift=shift, state=SwapState.PENDING
    ).first():
        if (waiting.asked_id, waiting.in_return_id) == (
            asked.pk,
            in_return.pk if in_return else None,
        ):
            return waiting
        raise MoveRefused(
            _(
                "You have asked somebody already; wait for the answer, or take the"
                " question back."
            )
        )
    if asked.user_id == by.pk:
        text = _("Ask somebody else.")
        raise InputRefused.at(asked=text)
    swap = SwapRequest(
        shift=shift, in_return=in_return, asker=shift.primary, asked=asked, asked_at=at
    )
    _check(swap, at)
    swap.save()
    return swap


@transaction.atomic
def agree(swap: SwapRequest, *, by: User, at: datetime) -> SwapRequest:
    """The one asked takes the shift, and gives theirs in return if that was asked for;
    agreed twice it is done once.

    NoSuchRight: somebody else was asked. MoveRefused: answered otherwise, a shift has
    begun or is another's by now. InputRefused: one of the two may not stand then, or is
    busy.
    """
    swap = _locked(swap, by, at, SwapState.AGREED, of="asked")
    if swap.state == SwapState.AGREED:
        return swap
    _check(swap, at)
    _take(swap.shift, swap.asked)
    if swap.in_return:
        _take(swap.in_return, swap.asker)
    _answer(swap, SwapState.AGREED, at)
    for shift in (swap.shift, swap.in_return):
        if shift:
            lapse_swaps(shift, at)
    return swap


@transaction.atomic
def decline(swap: SwapRequest, *, by: User, at: datetime) -> SwapRequest:
    """The one asked says no; nothing changes. NoSuchRight, MoveRefused as `agree`."""
    return _answer(
        _locked(swap, by, at, SwapState.DECLINED, of="asked"), SwapState.DECLINED, at
    )


@transaction.atomic
def withdraw_swap(swap: SwapRequest, *, by: User, at: datetime) -> SwapRequest:
    """Whoever asked takes the question back. NoSuchRight: somebody else asked.
    MoveRefused: answered already.
    """
    return _answer(
        _locked(swap, by, at, SwapState.WITHDRAWN, of="asker"), SwapState.WITHDRAWN, at
    )


def _locked(
    swap: SwapRequest, by: User, at: datetime, wanted: SwapState, *, of: str
) -> SwapRequest:
    """The request under the roster's lock, if this user may answer so and it waits, or
    was answered just so.
    """
    lock_roster(swap.shift.village_id)
    rows = SwapRequest.objects.with_shifts().select_related(
        "shift__primary__user", "in_return__primary__user"
    )
    found = rows.filter(pk=swap.pk).first()
    if found is None:
        raise MoveRefused(_("This shift is not on the roster any more."))
    post: Post = getattr(found, of)
    if post.user_id != by.pk or not post.is_current(workdays.local_day(at)):
        raise NoSuchRight(
            _("This question was not put to you.")
            if of == "asked"
            else _("You did not ask this.")
        )
    if found.state != wanted and (
        found.state != SwapState.PENDING or _has_begun(found, at)
    ):
        raise MoveRefused(_("This can no longer be answered; look at the roster."))
    return found


def _has_begun(swap: SwapRequest, at: datetime) -> bool:
    return any(shift.starts_at <= at for shift in (swap.shift, swap.in_return) if shift)


def _answer(swap: SwapRequest, state: SwapState, at: datetime) -> SwapRequest:
    if swap.state != state:
        swap.state, swap.answered_at = state, at
        swap.save(update_fields=["state", "answered_at"])
    return swap


def _check(swap: SwapRequest, at: datetime) -> None:
    """Both ways: shifts ahead and still theirs, posts still current, nobody on duty
    twice at a time.
    """
    shift, back = swap.shift, swap.in_return
    if shift.primary_id != swap.asker_id:
        raise MoveRefused(_("This shift is somebody else's by now."))
    besides = [back] if back else []
    refuse_unfit(swap.asked, shift.village_id, shift.on, "asked")
    refuse_elsewhere(swap.asked, shift, "asked", besides)
    if back:
        if back.village_id != shift.village_id or back.primary_id != swap.asked_id:
            text = _("The shift in return must be one of theirs in this village.")
            raise InputRefused.at(in_return=text)
        refuse_begun(back, at)
        refuse_unfit(swap.asker, back.village_id, back.on, "in_return")
        refuse_elsewhere(swap.asker, back, "in_return", [shift])


def _take(shift: DutyShift, post: Post) -> None:
    """Whoever was the backup of what they now take needs another one."""
    shift.primary = post
    if shift.backup_id == post.pk:
        shift.backup = None
    shift.save(update_fields=["primary", "backup"])
