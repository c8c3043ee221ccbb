"""换班: one person on a shift asks another to take it; the agreement is checked again
when it is given.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from villages.duty.arranging import lapse_swaps, lock_shift
from villages.duty.finals import SHIFT, SWAP
from villages.duty.rights import (
    lock_roster,
    refuse_begun,
    refuse_elsewhere,
    refuse_unfit,
)
from villages.duty.standing import read_roster
from villages.finals import changes_recorded, seal_final
from villages.models import DutyShift, Post, SwapRequest, SwapState, User


def held_by_those_on_them(shifts: Iterable[int]) -> list[int]:
    """Return those of the shifts, by key, that whoever was put on them holds: on leave
    they have none to give. Two queries.
    """
    roster = read_roster(DutyShift.objects.filter(pk__in=shifts))
    return [
        shift.pk for shift in roster.shifts if shift.primary in roster.on_duty(shift)
    ]


@transaction.atomic
def ask_swap(
    shift: DutyShift,
    asked: Post,
    *,
    in_return: DutyShift | None = None,
    by: User,
    at: datetime,
) -> SwapRequest:
    """Ask the holder of another post to take one's shift, perhaps for one of theirs.
    Asked twice it is one request.

    NoSuchRight: not on that shift oneself. MoveRefused: it has begun, or somebody else
    was asked and has not answered. InputRefused: the post may not stand there, the
    shift in return is not theirs, or they are busy.
    """
    shift = lock_shift(shift)
    if not _is_holder(shift.primary, by, at):
        text = _("Only whoever is on this shift asks somebody else to take it.")
        raise NoSuchRight(text)
    refuse_begun(shift, at)

    pending = SwapRequest.objects.filter(shift=shift, state=SwapState.PENDING)
    waiting = pending.first()
    if waiting:
        return_id = in_return.pk if in_return else None
        if waiting.asked_id == asked.pk and waiting.in_return_id == return_id:
            return waiting
        text = _(
            "You have asked somebody already; wait for the answer, or take the"
            " question back."
        )
        raise MoveRefused(text)
    if asked.user_id == by.pk:
        raise InputRefused.at(asked=_("Ask somebody else."))

    swap = SwapRequest(
        shift=shift, in_return=in_return, asker=shift.primary, asked=asked, asked_at=at
    )
    _check(swap, at)
    swap.save()
    seal_final(SWAP, swap, at=at, user=by)
    return swap


@transaction.atomic
def agree(swap: SwapRequest, *, by: User, at: datetime) -> SwapRequest:
    """Let the one asked take the shift, and give theirs in return if that was asked
    for; agreed twice it is done once.

    NoSuchRight: somebody else was asked. MoveRefused: answered otherwise, a shift has
    begun or is another's by now. InputRefused: one of the two may not stand then, or is
    busy.
    """
    swap = _lock(swap)
    _refuse_unless_asked(swap, by, at)
    _refuse_answered(swap, SwapState.AGREED, at)
    if swap.state == SwapState.AGREED:
        return swap
    _check(swap, at)

    keys = [shift.pk for shift in _shifts_of(swap)]
    with changes_recorded(SHIFT, keys, at=at):
        _take(swap.shift, swap.asked)
        if swap.in_return:
            _take(swap.in_return, swap.asker)
    _answer(swap, SwapState.AGREED, at)

    for shift in _shifts_of(swap):
        lapse_swaps(shift, at)
    return swap


@transaction.atomic
def decline(swap: SwapRequest, *, by: User, at: datetime) -> SwapRequest:
    """Let the one asked say no; nothing changes. NoSuchRight, MoveRefused as
    `agree`.
    """
    swap = _lock(swap)
    _refuse_unless_asked(swap, by, at)
    _refuse_answered(swap, SwapState.DECLINED, at)

    return _answer(swap, SwapState.DECLINED, at)


@transaction.atomic
def withdraw_swap(swap: SwapRequest, *, by: User, at: datetime) -> SwapRequest:
    """Let whoever asked take the question back. NoSuchRight: somebody else asked.
    MoveRefused: answered already.
    """
    swap = _lock(swap)
    if not _is_holder(swap.asker, by, at):
        raise NoSuchRight(_("You did not ask this."))
    _refuse_answered(swap, SwapState.WITHDRAWN, at)

    return _answer(swap, SwapState.WITHDRAWN, at)


def _lock(swap: SwapRequest) -> SwapRequest:
    """Return a request as it stands once nobody else changes the village's roster.
    MoveRefused: its shift was cancelled.
    """
    lock_roster(swap.shift.village_id)

    rows = SwapRequest.objects.with_shifts().select_related(
        "shift__primary__user", "in_return__primary__user"
    )
    locked = rows.filter(pk=swap.pk).first()
    if locked is None:
        raise MoveRefused(_("This shift is not on the roster any more."))
    return locked


def _is_holder(post: Post, user: User, at: datetime) -> bool:
    return post.user_id == user.pk and post.is_current(workdays.local_day(at))


def _refuse_unless_asked(swap: SwapRequest, by: User, at: datetime) -> None:
    """NoSuchRight: somebody else was asked."""
    if not _is_holder(swap.asked, by, at):
        raise NoSuchRight(_("This question was not put to you."))


def _refuse_answered(swap: SwapRequest, wanted: SwapState, at: datetime) -> None:
    """MoveRefused: answered otherwise, or one of its shifts has begun. The answer given
    already may be given again.
    """
    if swap.state == wanted:
        return

    has_begun = any(shift.starts_at <= at for shift in _shifts_of(swap))
    if swap.state != SwapState.PENDING or has_begun:
        raise MoveRefused(_("This can no longer be answered; look at the roster."))


def _shifts_of(swap: SwapRequest) -> list[DutyShift]:
    return [shift for shift in (swap.shift, swap.in_return) if shift]


def _answer(swap: SwapRequest, state: SwapState, at: datetime) -> SwapRequest:
    if swap.state != state:
        swap.state = state
        swap.answered_at = at
        with changes_recorded(SWAP, [swap.pk], at=at):
            swap.save(update_fields=["state", "answered_at"])
    return swap


def _check(swap: SwapRequest, at: datetime) -> None:
    """Refuse a swap, both ways, unless the shifts are ahead and still theirs, the posts
    still current, and nobody is on duty twice at a time.
    """
    shift = swap.shift
    back = swap.in_return

    if shift.primary_id != swap.asker_id:
        raise MoveRefused(_("This shift is somebody else's by now."))
    refuse_unfit(swap.asked, shift.village_id, shift.on, "asked")
    refuse_elsewhere(swap.asked, shift, "asked", [back] if back else [])

    if back:
        if back.village_id != shift.village_id or back.primary_id != swap.asked_id:
            text = _("The shift in return must be one of theirs in this village.")
            raise InputRefused.at(in_return=text)
        if not held_by_those_on_them([back.pk]):
            text = _("They are on leave that day; somebody else has this shift.")
            raise InputRefused.at(in_return=text)
        refuse_begun(back, at)
        refuse_unfit(swap.asker, back.village_id, back.on, "in_return")
        refuse_elsewhere(swap.asker, back, "in_return", [shift])


def _take(shift: DutyShift, post: Post) -> None:
    """Put a post on a shift; whoever was its backup leaves it without one."""
    shift.primary = post
    if shift.backup_id == post.pk:
        shift.backup = None
    shift.save(update_fields=["primary", "backup"])
