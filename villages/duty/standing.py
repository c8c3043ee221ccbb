"""The one rule of who is on duty: the posts arranged, and whoever stands in for those
who are away.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import (
    BigIntegerField,
    Case,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce

from minshi import workdays
from villages.duty.notes import show_notes
from villages.models import DutyLeave, DutyShift, Post, User, Village
from villages.models.duty import DutyShiftQuerySet, Moment
from villages.rights import TAKE_DUTY

PRIMARY = 1
BACKUP = 2
NOBODY = 0  # the substitute of somebody away who has none


def eligible_posts(village: Village | int, on: date) -> QuerySet[Post]:
    """Return the posts that may take a shift in a village on a day, first appointed
    first (domain §2, committee_member).
    """
    posts = Post.objects.current(on).filter(village=village, role__in=TAKE_DUTY)
    return posts.select_related("user", "village").in_order()


def who_stands(
    arranged: Iterable[int | None], posts: Mapping[int, Post], away: Mapping[int, int]
) -> list[Post]:
    """Return who is on in a shift arranged for those posts, primary and backup: they
    or whoever stands in, nobody twice.

    `posts` are the current ones by key; `away` maps those on leave to their
    substitutes (0: nobody). Resolved once: a substitute who is away too is skipped,
    and a substitute's substitute is never followed (lessons 22).
    """
    standing: dict[int, Post] = {}

    for key in arranged:
        if key is None or key not in posts:
            continue

        taker = away.get(key, key)
        if taker in posts and taker not in away:
            standing[taker] = posts[taker]

    return list(standing.values())


@dataclass(frozen=True)
class Roster:
    """Some shifts with their people and every leave that touches them, read once."""

    shifts: list[DutyShift]
    leaves: list[DutyLeave]

    def on_duty(self, shift: DutyShift, on: date | None = None) -> list[Post]:
        """Return who is on in a shift as `who_stands` does, on the day that the shift
        begins or on another one that it reaches into.
        """
        on = on or shift.on
        people = list(shift.people)
        away: dict[int, int] = {}

        for leave in self.leaves_on(on):
            away[leave.post_id] = leave.substitute_id or NOBODY
            if leave.substitute:
                people.append(leave.substitute)

        current = {post.pk: post for post in people if post.is_current(on)}
        return who_stands((shift.primary_id, shift.backup_id), current, away)

    def leaves_on(self, on: date) -> list[DutyLeave]:
        """Return the leaves that cover a day."""
        return [leave for leave in self.leaves if leave.covers(on)]

    def at(self, at: datetime) -> dict[int, DutyShift]:
        """Return the shift running at a moment, by village."""
        return {
            shift.village_id: shift for shift in self.shifts if shift.is_running(at)
        }

    def next_after(self, shift: DutyShift) -> DutyShift | None:
        """Return the village's next shift among those read."""
        later = [
            other
            for other in self.shifts
            if other.village_id == shift.village_id and other.starts_at >= shift.ends_at
        ]
        return min(later, key=lambda other: other.starts_at, default=None)


def read_roster(shifts: DutyShiftQuerySet | Iterable[DutyShift]) -> Roster:
    """Read shifts with their people, and the leaves that touch them: two queries, one
    where there is no shift, and one more for the notes of hand-overs read with them.

    Shifts given as a list come with their people already. What they handed over is to
    read, never to save.
    """
    if isinstance(shifts, DutyShiftQuerySet):
        shifts = shifts.with_people()

    rows = list(shifts)
    if not rows:
        return Roster([], [])

    handed = [shift._state.fields_cache.get("hand_over") for shift in rows]
    show_notes([each for each in handed if each])

    first = min(shift.on for shift in rows)
    last = max(workdays.local_day(shift.ends_at) for shift in rows)
    villages = {shift.village_id for shift in rows}

    leaves = DutyLeave.objects.touching(first, last).filter(post__village__in=villages)
    return Roster(rows, list(leaves.select_related("post__user", "substitute__user")))


def who_is_on_duty(village: Village, at: datetime) -> list[Post]:
    """Return who is on duty in a village at a moment, primary or stand-in first; empty
    without a shift. At most two queries.
    """
    return on_duty_in([village.pk], at).get(village.pk, [])


def on_duty_in(
    villages: Iterable[int] | QuerySet[Village] | None, at: datetime
) -> dict[int, list[Post]]:
    """Return who is on duty in many villages (None: in all) by the villages' keys; no
    entry where no shift runs. At most two queries.
    """
    shifts = DutyShift.objects.at(at)
    if villages is not None:
        shifts = shifts.filter(village__in=villages)

    roster = read_roster(shifts)
    on = workdays.local_day(at)
    return {shift.village_id: roster.on_duty(shift, on) for shift in roster.shifts}


def on_shift_in(user: User, villages: Collection[int], at: datetime) -> set[int]:
    """Return the villages, of these, in which a user is on shift now, and has the duty
    officer's rights (domain §2). At most two queries, none without a village.
    """
    if not villages:
        return set()
    on_duty = on_duty_in(villages, at)
    return {village for village, posts in on_duty.items() if post_held_by(posts, user)}


def with_standing(posts: QuerySet[Post], moment: Moment) -> QuerySet[Post]:
    """Annotate posts with what `standing_among` reads: the post's place in the running
    shift of its village, and who stands in for it.

    For a query that reads posts anyway, so that being on duty costs it no other.
    """
    post = OuterRef("pk")

    place = Case(
        When(primary=post, then=PRIMARY),
        When(backup=post, then=BACKUP),
        output_field=BigIntegerField(),
    )
    shifts = DutyShift.objects.running(moment).filter(
        Q(primary=post) | Q(backup=post), village=OuterRef("village")
    )

    who = Coalesce("substitute_id", NOBODY, output_field=BigIntegerField())
    leaves = DutyLeave.objects.filter(
        post=post, from_on__lte=moment.on, until_on__gte=moment.on
    )

    return posts.annotate(
        shift_place=Subquery(shifts.annotate(place=place).values("place")[:1]),
        stand_in=Subquery(leaves.annotate(who=who).values("who")[:1]),
    )


def standing_among(posts: Iterable[Post], village: int | None) -> list[Post]:
    """Return who is on duty in a village, of all its current posts as read
    `with_standing`; no query.
    """
    here: dict[int, Post] = {}
    places: dict[int, int] = {}
    away: dict[int, int] = {}

    for post in posts:
        if village is None or post.village_id != village:
            continue

        here[post.pk] = post
        place = getattr(post, "shift_place", None)
        if place:
            places[post.pk] = place

        stand_in = getattr(post, "stand_in", None)
        if stand_in is not None:
            away[post.pk] = stand_in

    arranged = sorted(places, key=lambda key: places[key])
    return who_stands(arranged, here, away)


def post_held_by(posts: Iterable[Post], user: User) -> Post | None:
    """Return the first of the posts that a user holds."""
    for post in posts:
        if post.user_id == user.pk:
            return post
    return None
