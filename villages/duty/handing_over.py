"""交班 and 接班: what a shift leaves to the next, and that it was taken over."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import MoveRefused, NoSuchRight
from minshi.seen import mark_of, refuse_unseen
from villages.duty.notes import NoteForAll, note_for_all, show_notes
from villages.duty.rights import lock_roster
from villages.duty.standing import Roster, post_held_by, read_roster
from villages.models import DutyShift, HandOver, Post, User


@transaction.atomic
def hand_over(
    shift: DutyShift,
    *,
    note: str,
    visitors: int,
    seen: str | None = None,
    by: User,
    at: datetime,
) -> HandOver:
    """Write down what a shift leaves behind and how many came by; until it is taken
    over it may be written anew, by whoever saw what stands there (`mark_of_hand_over`).
    The note is stored as everybody may read it, with what was blanked since in the one
    before.

    NoSuchRight: not on in that shift. MoveRefused: it has not begun, or the next one
    took it over. StaleVersion: somebody else of the shift has written since.
    """
    lock_roster(shift.village_id)

    post = post_held_by(read_roster([shift]).on_duty(shift), by)
    if post is None or not post.is_current(workdays.local_day(at)):
        raise NoSuchRight(_("Only whoever is on this shift hands it over."))
    if at < shift.starts_at:
        raise MoveRefused(_("This shift has not begun."))

    written = HandOver.objects.filter(shift=shift).select_related("written_by__user")
    handed = written.first() or HandOver(shift=shift)
    show_notes([handed])
    before = handed.note
    stored = note_for_all(shift, before, note.strip(), by=by, at=at)
    if handed.pk and handed.note == stored.note and handed.visitors == visitors:
        return handed
    if handed.taken_at:
        raise MoveRefused(_("The next shift has taken this over; it stands as it is."))

    refuse_unseen(mark_of_hand_over(handed), seen, _written_since(handed))

    handed.known = _known_to_all(handed, stored, by=by, at=at)
    if not before:
        handed.writers = [post.pk]
    elif handed.writers:
        handed.writers = sorted({*handed.writers, post.pk})
    handed.note = stored.note
    handed.visitors = visitors
    handed.written_by = post
    handed.written_at = at
    handed.save()
    return handed


def _known_to_all(
    handed: HandOver, stored: NoteForAll, *, by: User, at: datetime
) -> list[int]:
    """Return the matters of which whoever wrote in a note may know who spoke, with the
    one who writes in it now: they are asked for the note as it stands now, whatever it
    named before. Two queries and one for each other writer.

    Who wrote before the writers were noted is not known, nor what they may know.
    """
    known = stored.known
    if handed.note and not handed.writers:
        known = known.intersection(handed.known)

    others = User.objects.filter(posts__in=handed.writers).exclude(pk=by.pk).distinct()
    for other in others if handed.note else ():
        theirs = note_for_all(handed.shift, handed.note, stored.note, by=other, at=at)
        known = known.intersection(theirs.known)
    return sorted(known)


def mark_of_hand_over(handed: HandOver | None) -> str:
    return mark_of(handed, ("written_at", "written_by_id"))


def _written_since(handed: HandOver) -> str:
    if handed._state.adding:
        return ""
    written = {
        "name": handed.written_by.user.name,
        "note": handed.note,
        "visitors": handed.visitors,
    }
    return (
        _(
            "Meanwhile %(name)s has handed over: “%(note)s”, %(visitors)s people. Add"
            " to yours what is missing and save once more; then yours stands."
        )
        % written
    )


@transaction.atomic
def take_over(handed: HandOver, *, by: User, at: datetime) -> HandOver:
    """接班: note that the next one has read a hand-over; from then on it stands as it
    is. Taken over twice by one person it is once.

    NoSuchRight: neither on the next shift nor on duty now. MoveRefused: somebody else
    took it over.
    """
    lock_roster(handed.shift.village_id)

    handed = HandOver.objects.select_related("shift", "taken_by").get(pk=handed.pk)
    if handed.taken_by:
        if handed.taken_by.user_id == by.pk:
            return handed
        raise MoveRefused(_("Somebody else has taken this over already."))

    later = DutyShift.objects.with_people().filter(
        village=handed.shift.village_id, starts_at__gte=handed.shift.ends_at
    )
    shifts = [*later.order_by("starts_at")[:1], *later.at(at)]
    post = post_held_by(takers_of(handed, read_roster(shifts), at), by)
    if post is None:
        raise NoSuchRight(_("Whoever is on the next shift takes this over."))

    handed.taken_by = post
    handed.taken_at = at
    handed.save(update_fields=["taken_by", "taken_at"])
    return handed


def takers_of(handed: HandOver, roster: Roster, at: datetime) -> list[Post]:
    """Return who may take a hand-over: those on in the next shift of the roster read,
    and in a later one running now.
    """
    takers = []
    following = roster.next_after(handed.shift)
    if following:
        takers += roster.on_duty(following)

    running = roster.at(at).get(handed.shift.village_id)
    if running and running.starts_at >= handed.shift.ends_at:
        takers += roster.on_duty(running)

    return takers


def hand_over_of(shift: DutyShift) -> HandOver | None:
    """Return what a shift left to the next, if it was read with the shift."""
    return getattr(shift, "hand_over", None)
