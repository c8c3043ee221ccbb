"""排一轮: the chosen members in turn over a span of days, first to be looked at, then
written by one click.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import InputRefused
from minshi.workdays import ONE_DAY, SHANGHAI, WorkCalendar
from villages.duty.rights import arranging_post, lock_roster
from villages.models import DutyLeave, DutyShift, Post, User, Village
from villages.rights import TAKE_DUTY

BEGINS, ENDS = time(8), time(17)
LONGEST_ROUND = 92  # days: a quarter


@dataclass(frozen=True)
class Round:
    """What a round is made of; `backup` is one person, or nobody for whoever is next in
    turn.
    """

    members: Sequence[Post]
    first: date
    last: date
    calendar: WorkCalendar | None = None  # None: every day is a day of duty
    begins: time = BEGINS
    ends: time = ENDS
    backup: Post | None = None
    next_is_backup: bool = True

    @property
    def days(self) -> list[date]:
        span = (
            self.first + ONE_DAY * nth
            for nth in range((self.last - self.first).days + 1)
        )
        return [
            day
            for day in span
            if self.calendar is None or self.calendar.is_working_day(day)
        ]

    def times(self, day: date) -> tuple[datetime, datetime]:
        return datetime.combine(day, self.begins, SHANGHAI), datetime.combine(
            day, self.ends, SHANGHAI
        )


@dataclass(frozen=True)
class Turn:
    """One day of a round: a new shift, one that stands already, or (neither) nobody is
    free.
    """

    day: date
    primary: Post | None = None
    backup: Post | None = None
    standing: DutyShift | None = None


@transaction.atomic
def arrange_round(
    village: Village, wanted: Round, *, by: User, at: datetime
) -> list[DutyShift]:
    """Writes the round down and returns the new shifts; days that have a shift keep it,
    so a second time adds none.

    Errors as `plan_round`.
    """
    lock_roster(village.pk)
    turns = plan_round(village, wanted, by=by, at=at)
    return DutyShift.objects.bulk_create(
        DutyShift(
            village=village,
            starts_at=wanted.times(turn.day)[0],
            ends_at=wanted.times(turn.day)[1],
            primary=turn.primary,
            backup=turn.backup,
        )
        for turn in turns
        if turn.primary and not turn.standing
    )


def plan_round(
    village: Village, wanted: Round, *, by: User, at: datetime
) -> list[Turn]:
    """Whose turn it would be on each day: after whoever was on last, past those away or
    on duty elsewhere then.

    NoSuchRight: neither secretary nor duty officer of the village. InputRefused: no
    members, or none that may stand there; days past, turned round or more than a
    quarter. Four queries.
    """
    arranging_post(by, village, workdays.local_day(at))
    _check(village, wanted, at)
    return list(_Planner(village, wanted, at).turns())


def _check(village: Village, wanted: Round, at: datetime) -> None:
    if wanted.last < wanted.first or wanted.ends <= wanted.begins:
        text = _("The end cannot be before the beginning.")
        raise InputRefused.at(
            **{"last" if wanted.last < wanted.first else "ends": text}
        )
    if wanted.times(wanted.first)[1] <= at:
        text = _("Begin with a day to come.")
        raise InputRefused.at(first=text)
    if (wanted.last - wanted.first).days >= LONGEST_ROUND:
        text = _("Arrange at most %(days)s days at once.") % {"days": LONGEST_ROUND}
        raise InputRefused.at(last=text)
    people = [*wanted.members, *([wanted.backup] if wanted.backup else [])]
    if not wanted.members or any(
        p.village_id != village.pk or p.role not in TAKE_DUTY for p in people
    ):
        text = _("Choose who takes turns.")
        raise InputRefused.at(members=text)


class _Planner:
    def __init__(self, village: Village, wanted: Round, at: datetime) -> None:
        self.wanted, self.at, self.members = wanted, at, list(wanted.members)
        start, end = wanted.times(wanted.first)[0], wanted.times(wanted.last)[1]
        here = DutyShift.objects.filter(village=village)
        self.taken = list(here.meeting(start, end).with_people().order_by("starts_at"))
        before = (
            here.filter(starts_at__lt=start)
            .order_by("-starts_at")
            .values_list("primary", flat=True)
            .first()
        )
        self.turn = self._after(before)
        elsewhere = DutyShift.objects.meeting(start, end).exclude(village=village)
        users = {post.user_id for post in self._people()}
        self.busy = list(
            elsewhere.filter(primary__user__in=users).values_list(
                "primary__user", "starts_at", "ends_at"
            )
        )
        self.leaves = list(
            DutyLeave.objects.filter(
                post__in=self._people(),
                from_on__lte=wanted.last,
                until_on__gte=wanted.first,
            ).values_list("post", "from_on", "until_on")
        )

    def _people(self) -> list[Post]:
        return [*self.members, *([self.wanted.backup] if self.wanted.backup else [])]

    def turns(self) -> Iterable[Turn]:
        for day in self.wanted.days:
            starts_at, ends_at = self.wanted.times(day)
            standing = next(
                (
                    s
                    for s in self.taken
                    if s.starts_at < ends_at and s.ends_at > starts_at
                ),
                None,
            )
            if standing:
                self.turn = self._after(standing.primary_id, self.turn)
                yield Turn(day, standing.primary, standing.backup, standing)
            elif ends_at > self.at:
                yield self._turn(day, starts_at, ends_at)

    def _turn(self, day: date, starts_at: datetime, ends_at: datetime) -> Turn:
        rest = self.members[self.turn :] + self.members[: self.turn]
        free = [post for post in rest if self._is_free(post, day, starts_at, ends_at)]
        if not free:
            return Turn(day)
        self.turn = self._after(free[0].pk)
        return Turn(day, free[0], self._backup(free, day))

    def _backup(self, free: list[Post], day: date) -> Post | None:
        fixed = self.wanted.backup
        if fixed:
            return fixed if fixed != free[0] and self._is_present(fixed, day) else None
        return free[1] if self.wanted.next_is_backup and len(free) > 1 else None

    def _is_present(self, post: Post, day: date) -> bool:
        away = any(
            key == post.pk and first <= day <= last for key, first, last in self.leaves
        )
        return post.is_current(day) and not away

    def _is_free(
        self, post: Post, day: date, starts_at: datetime, ends_at: datetime
    ) -> bool:
        busy = any(
            user == post.user_id and begins < ends_at and ends > starts_at
            for user, begins, ends in self.busy
        )
        return self._is_present(post, day) and not busy

    def _after(self, key: int | None, otherwise: int = 0) -> int:
        """The place of whoever comes after that post in turn."""
        keys = [post.pk for post in self.members]
        return (keys.index(key) + 1) % len(keys) if key in keys else otherwise
