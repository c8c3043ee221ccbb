"""The roster's part in one person's day: who is on, and what the roster waits for them
to do (hand over, take over, answer). For the start page and the roster's own page.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from minshi import workdays
from villages.duty.handing_over import hand_over_of, takers_of
from villages.duty.standing import Roster, post_held_by, read_roster
from villages.models import DutyShift, HandOver, Post, SwapRequest, User, Village
from villages.models.duty import DutyShiftQuerySet
from villages.rights import TAKE_DUTY

LOOK_BACK = timedelta(days=14)
LOOK_AHEAD = timedelta(days=10)
# after its end a shift is still offered for handing over
STILL_HANDED_OVER = timedelta(hours=24)


@dataclass(frozen=True)
class SwapToAnswer:
    """A swap that somebody waits for this person to answer."""

    pk: int
    shift: DutyShift
    return_at: datetime | None  # when the shift in return begins; None: for nothing


@dataclass(frozen=True)
class DutyToday:
    """One village's roster as it concerns one person at one moment."""

    village: Village
    shift: DutyShift | None  # running now
    on: list[Post]  # who is on in it
    today: list[tuple[DutyShift, list[Post]]]  # whose turn it is, was or will be today
    to_hand_over: DutyShift | None
    to_take_over: list[HandOver]
    asks: list[SwapToAnswer]

    @property
    def today_in_words(self) -> str:
        """The people on duty today and their hours, shift by shift."""
        if not self.today:
            return pgettext("duty", "nobody")

        shifts = [f"{_people_in_words(on)} {shift.hours}" for shift, on in self.today]
        return pgettext("list", "; ").join(shifts)


def _people_in_words(on: list[Post]) -> str:
    if not on:
        return _("nobody: they are away")

    backup = pgettext("duty", "backup")
    return f" · {backup} ".join(str(post.user) for post in on)


def duties_today(user: User, at: datetime) -> list[DutyToday]:
    """Return today's duty in each village where the user takes duty. Two queries, one
    where the roster is empty.
    """
    posts = []
    villages = {}
    for post in user.posts_on(workdays.local_day(at)):
        if post.role in TAKE_DUTY and post.village:
            posts.append(post)
            villages[post.village_id] = post.village

    if not posts:
        return []

    shifts = shifts_near(DutyShift.objects.filter(village__in=villages), posts, at)
    roster = read_roster(shifts)
    return [duty_today(village, user, roster, at) for village in villages.values()]


def shifts_near(
    shifts: DutyShiftQuerySet, posts: list[Post], at: datetime, others: Q | None = None
) -> DutyShiftQuerySet:
    """Return the shifts around a moment, those of any day that one of the posts is
    asked to take, and `others` besides.

    Each shift carries its hand-over, the request that waits for an answer (`ask`) and
    the beginning of the shift in return (`return_at`).
    """
    waiting = SwapRequest.objects.waiting(at).filter(
        asked__in=[post.pk for post in posts]
    )
    about_this_shift = waiting.filter(shift=OuterRef("pk"))

    wanted = Q(starts_at__range=(at - LOOK_BACK, at + LOOK_AHEAD))
    wanted |= Q(pk__in=waiting.values("shift"))
    if others:
        wanted |= others

    return (
        shifts.filter(wanted)
        .select_related("hand_over__written_by__user")
        .annotate(
            ask=Subquery(about_this_shift.values("pk")[:1]),
            return_at=Subquery(about_this_shift.values("in_return__starts_at")[:1]),
        )
        .order_by("starts_at", "pk")
    )


def duty_today(village: Village, user: User, roster: Roster, at: datetime) -> DutyToday:
    """Return a village's duty as it concerns a user at a moment, from a roster read by
    `shifts_near`; no query.
    """
    here = _of_village(roster, village, at)
    on = workdays.local_day(at)
    running = here.at(at).get(village.pk)

    shifts = [shift for shift in here.shifts if shift.on == on or shift is running]
    today = [(shift, here.on_duty(shift, on)) for shift in shifts]

    return DutyToday(
        village=village,
        shift=running,
        on=here.on_duty(running, on) if running else [],
        today=today,
        to_hand_over=_to_hand_over(here, user, at),
        to_take_over=_to_take_over(here, user, at),
        asks=_to_answer(here),
    )


def _of_village(roster: Roster, village: Village, at: datetime) -> Roster:
    """Narrow a roster to one village, and there to the shifts around a moment and those
    somebody is asked to take.
    """
    shifts = []
    for shift in roster.shifts:
        is_near = at - LOOK_BACK <= shift.starts_at <= at + LOOK_AHEAD
        is_wanted = is_near or _request_about(shift) is not None
        if shift.village_id == village.pk and is_wanted:
            shifts.append(shift)

    return Roster(shifts, roster.leaves)


def _to_hand_over(roster: Roster, user: User, at: datetime) -> DutyShift | None:
    """Return the user's last shift that runs or has just ended; None where that one
    left something already: an earlier one is handed over on the roster's own page.
    """
    for shift in reversed(roster.shifts):
        if not shift.starts_at <= at < shift.ends_at + STILL_HANDED_OVER:
            continue
        if post_held_by(roster.on_duty(shift), user):
            return shift if hand_over_of(shift) is None else None

    return None


def _to_take_over(roster: Roster, user: User, at: datetime) -> list[HandOver]:
    waiting = []
    for shift in roster.shifts:
        handed = hand_over_of(shift)
        if handed is None or handed.taken_at:
            continue
        if post_held_by(takers_of(handed, roster, at), user):
            waiting.append(handed)

    return waiting


def _to_answer(roster: Roster) -> list[SwapToAnswer]:
    swaps = []
    for shift in roster.shifts:
        key = _request_about(shift)
        if key is not None:
            return_at = getattr(shift, "return_at", None)
            swaps.append(SwapToAnswer(key, shift, return_at))

    return swaps


def _request_about(shift: DutyShift) -> int | None:
    """Return the key of the swap request that `shifts_near` found about a shift."""
    return getattr(shift, "ask", None)
