"""Who is on duty, stated once: the posts arranged, and whoever stands in for those who
are away.
"""

from collections.abc import Iterable, Mapping
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
from villages.models import DutyLeave, DutyShift, Post, Village
from villages.models.duty import DutyShiftQuerySet
from villages.rights import TAKE_DUTY

PRIMARY, BACKUP = 1, 2
NOBODY = 0  # the substitute of somebody away who has none


def eligible_posts(village: Village | int, on: date) -> QuerySet[Post]:
    """The posts that may take a shift there on that day, first appointed first (domain
    §2, committee_member).
    """
    posts = Post.objects.current(on).filter(village=village, role__in=TAKE_DUTY)
    return posts.select_related("user", "village").in_order()


def who_stands(
    arranged: Iterable[int | None], posts: Mapping[int, Post], away: Mapping[int, int]
) -> list[Post]:
    """Who is on in a shift arranged for those posts, primary and backup: they or who
    stands in, nobody twice.

    `posts` are the current ones by key, `away` says of those on leave who substitutes
    (0: nobody). Resolved once: a substitute who is away too is skipped, and a
    substitute's substitute is never followed (lessons 22).
    """

    def present(key: int) -> Post | None:
        return None if key in away else posts.get(key)

    def standing(key: int | None) -> Post | None:
        return present(away.get(key, key)) if key and key in posts else None

    found = [post for post in map(standing, arranged) if post]
    return list({post.pk: post for post in found}.values())


@dataclass(frozen=True)
class Roster:
    """Some shifts with their people and every leave that touches them, read once."""

    shifts: list[DutyShift]
    leaves: list[DutyLeave]

    def on_duty(self, shift: DutyShift, on: date | None = None) -> list[Post]:
        """As `who_stands`, on the day the shift begins or another one it reaches
        into.
        """
        on = on or shift.on
        leaves = [
            leave for leave in self.leaves if leave.from_on <= on <= leave.until_on
        ]
        people = [
            *shift.people,
            *(leave.substitute for leave in leaves if leave.substitute),
        ]
        current = {post.pk: post for post in people if post.is_current(on)}
        away = {leave.post_id: leave.substitute_id or NOBODY for leave in leaves}
        return who_stands((shift.primary_id, shift.backup_id), current, away)

    def at(self, at: datetime) -> dict[int, DutyShift]:
        """The shift running at that moment, by village."""
        return {
            shift.village_id: shift
            for shift in self.shifts
            if shift.starts_at <= at < shift.ends_at
        }

    def next_after(self, shift: DutyShift) -> DutyShift | None:
        """The village's next shift among those read."""
        later = [each for each in self.shifts if each.village_id == shift.village_id]
        later = [each for each in later if each.starts_at >= shift.ends_at]
        return min(later, key=lambda each: each.starts_at, default=None)


def read_roster(shifts: DutyShiftQuerySet | Iterable[DutyShift]) -> Roster:
    """Reads shifts with their people, and the leaves that touch them: two queries, one
    where there is no shift.

    Shifts given as a list come with their people already.
    """
    found = list(
        shifts.with_people() if isinstance(shifts, DutyShiftQuerySet) else shifts
    )
    if not found:
        return Roster([], [])
    first = min(shift.on for shift in found)
    last = max(workdays.local_day(shift.ends_at) for shift in found)
    leaves = DutyLeave.objects.filter(
        post__village__in={shift.village_id for shift in found},
        from_on__lte=last,
        until_on__gte=first,
    )
    return Roster(found, list(leaves.select_related("post__user", "substitute__user")))


def who_is_on_duty(village: Village, at: datetime) -> list[Post]:
    """On duty in a village at that moment, primary or stand-in first; empty without a
    shift. At most two queries.
    """
    return on_duty_in([village.pk], at).get(village.pk, [])


def on_duty_in(
    villages: Iterable[int] | QuerySet[Village] | None, at: datetime
) -> dict[int, list[Post]]:
    """The same for many villages (None: for all) by their keys, in at most two queries;
    without a shift no entry.
    """
    shifts = DutyShift.objects.at(at)
    roster = read_roster(
        shifts if villages is None else shifts.filter(village__in=villages)
    )
    on = workdays.local_day(at)
    return {shift.village_id: roster.on_duty(shift, on) for shift in roster.shifts}


def with_standing(posts: QuerySet[Post], at: datetime) -> QuerySet[Post]:
    """Adds what `standing_among` reads: the post's place in the shift of its village
    that runs, who stands in for it.

    For a query that reads posts anyway, so that being on duty costs it no other.
    """
    on, post = workdays.local_day(at), OuterRef("pk")
    place = Case(
        When(primary=post, then=PRIMARY),
        When(backup=post, then=BACKUP),
        output_field=BigIntegerField(),
    )
    shifts = DutyShift.objects.at(at).filter(
        Q(primary=post) | Q(backup=post), village=OuterRef("village")
    )
    leaves = DutyLeave.objects.filter(post=post, from_on__lte=on, until_on__gte=on)
    who = Coalesce("substitute_id", NOBODY, output_field=BigIntegerField())
    return posts.annotate(
        shift_place=Subquery(shifts.annotate(place=place).values("place")[:1]),
        stand_in=Subquery(leaves.annotate(who=who).values("who")[:1]),
    )


def standing_among(posts: Iterable[Post], village: int | None) -> list[Post]:
    """Who is on duty in a village, of all its current posts as read `with_standing`; no
    query.
    """
    here = {post.pk: post for post in posts if village and post.village_id == village}
    places = {key: getattr(post, "shift_place", None) for key, post in here.items()}
    arranged = sorted(
        (key for key, place in places.items() if place),
        key=lambda key: places[key] or 0,
    )
    away = {key: getattr(post, "stand_in", None) for key, post in here.items()}
    return who_stands(
        arranged, here, {key: who for key, who in away.items() if who is not None}
    )
