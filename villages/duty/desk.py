"""What the roster asks of one person now: hand over, take over, answer; for the desk
and for the roster's page.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from minshi import workdays
from villages.duty.handing_over import takers_of
from villages.duty.standing import Roster, read_roster
from villages.models import DutyShift, HandOver, Post, SwapRequest, User, Village
from villages.models.duty import DutyShiftQuerySet
from villages.rights import TAKE_DUTY

LOOK_BACK, LOOK_AHEAD = timedelta(days=14), timedelta(days=10)
# after its end a shift is still offered for handing over
STILL_HANDED_OVER = timedelta(hours=24)


@dataclass(frozen=True)
class Ask:
    """A swap somebody waits for this person to answer."""

    pk: int
    shift: DutyShift
    return_at: datetime | None  # when the shift in return begins; None: for nothing


@dataclass(frozen=True)
class Desk:
    """One village's roster as one person meets it at one moment."""

    village: Village
    shift: DutyShift | None  # running now
    on: list[Post]  # who is on in it
    today: list[tuple[DutyShift, list[Post]]]  # whose turn it is, was or will be today
    to_hand_over: DutyShift | None
    to_take_over: list[HandOver]
    asks: list[Ask]

    @property
    def today_in_words(self) -> str:
        """Who is on today and at what hours, shift by shift."""
        if not self.today:
            return pgettext("duty", "nobody")
        return pgettext("list", "; ").join(
            f"{_people_in_words(on)} {shift.hours}" for shift, on in self.today
        )


def _people_in_words(on: list[Post]) -> str:
    if not on:
        return _("nobody: they are away")
    backup = pgettext("duty", "backup")
    return f" · {backup} ".join(str(post.user) for post in on)


def desks_of(user: User, at: datetime) -> list[Desk]:
    """A desk for each village where the user takes duty; two queries, one where the
    roster is empty.
    """
    posts = [
        post
        for post in user.posts_on(workdays.local_day(at))
        if post.role in TAKE_DUTY and post.village
    ]
    if not posts:
        return []
    villages = {post.village_id: cast("Village", post.village) for post in posts}
    shifts = around(DutyShift.objects.filter(village__in=villages), posts, at)
    roster = read_roster(shifts)
    return [desk_of(village, user, roster, at) for village in villages.values()]


def around(
    shifts: DutyShiftQuerySet, posts: list[Post], at: datetime, also: Q | None = None
) -> DutyShiftQuerySet:
    """The shifts near a moment, those of any day that one of the posts was asked to
    take, and `also` others.
    """
    waiting = SwapRequest.objects.waiting(at).filter(
        asked__in=[post.pk for post in posts]
    )
    asked = waiting.filter(shift=OuterRef("pk"))
    near = Q(starts_at__range=(at - LOOK_BACK, at + LOOK_AHEAD)) | Q(
        pk__in=waiting.values("shift")
    )
    if also:
        near |= also
    return (
        shifts.filter(near)
        .select_related("hand_over__written_by__user")
        .annotate(
            ask=Subquery(asked.values("pk")[:1]),
            return_at=Subquery(asked.values("in_return__starts_at")[:1]),
        )
        .order_by("starts_at", "pk")
    )


def desk_of(village: Village, user: User, roster: Roster, at: datetime) -> Desk:
    """From a roster read with `around`; no query."""
    near = [
        shift
        for shift in roster.shifts
        if _is_near(shift, at) or getattr(shift, "ask", None)
    ]
    here = Roster(
        [shift for shift in near if shift.village_id == village.pk], roster.leaves
    )
    on, running = workdays.local_day(at), here.at(at).get(village.pk)
    handed = [
        found
        for shift in here.shifts
        if (found := handed_over(shift)) and not found.taken_at
    ]
    mine = [
        shift
        for shift in here.shifts
        if shift.starts_at <= at < shift.ends_at + STILL_HANDED_OVER
    ]
    mine = [
        shift
        for shift in mine
        if _is_among(here.on_duty(shift), user) and handed_over(shift) is None
    ]
    return Desk(
        village=village,
        shift=running,
        on=here.on_duty(running, on) if running else [],
        today=[
            (shift, here.on_duty(shift, on))
            for shift in here.shifts
            if shift.on == on or shift is running
        ],
        to_hand_over=mine[-1] if mine else None,
        to_take_over=[
            each for each in handed if _is_among(takers_of(each, here, at), user)
        ],
        asks=[
            Ask(key, shift, getattr(shift, "return_at", None))
            for shift in here.shifts
            if (key := getattr(shift, "ask", None))
        ],
    )


def _is_near(shift: DutyShift, at: datetime) -> bool:
    return at - LOOK_BACK <= shift.starts_at <= at + LOOK_AHEAD


def handed_over(shift: DutyShift) -> HandOver | None:
    """What the shift left, if it was read with the shift."""
    return getattr(shift, "hand_over", None)


def _is_among(posts: list[Post], user: User) -> bool:
    return any(post.user_id == user.pk for post in posts)
