"""排一轮: duty for a span of days at once, the chosen members in turn; a plan to be
looked at first, then written by one click.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from minshi import workdays
from minshi.errors import Faults, InputRefused
from minshi.text import clean_text
from minshi.workdays import ONE_DAY, WorkCalendar
from villages.duty.arranging import time_of_shift
from villages.duty.finals import SHIFT
from villages.duty.rights import arranging_post, lock_roster
from villages.finals import seal_all
from villages.models import DutyLeave, DutyShift, Post, User, Village
from villages.rights import TAKE_DUTY

BEGINS = time(8)
ENDS = time(17)
LONGEST_ROUND = 92  # days: a quarter


@dataclass(frozen=True)
class Round:
    """The members, days and hours of a round.

    The backup is one person (`backup`), or whoever is next in turn (`next_is_backup`),
    or nobody.
    """

    members: Sequence[Post]
    first: date
    last: date
    calendar: WorkCalendar | None = None  # None: every day is a day of duty
    begins: time = BEGINS
    ends: time = ENDS
    backup: Post | None = None
    next_is_backup: bool = True
    leader: str = ""  # of every shift of the round

    @property
    def days(self) -> list[date]:
        """The days of duty from the first to the last."""
        days = []
        day = self.first

        while day <= self.last:
            if self.calendar is None or self.calendar.is_working_day(day):
                days.append(day)
            day += ONE_DAY

        return days

    @property
    def people(self) -> list[Post]:
        """The members, and the one person who is always the backup."""
        if self.backup:
            return [*self.members, self.backup]
        return list(self.members)

    def time_of(self, day: date) -> tuple[datetime, datetime]:
        """Return when the shift of a day begins and ends, at night on the next day."""
        return time_of_shift(day, self.begins, self.ends)


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
    """Write a round down and return the new shifts; days that have a shift keep it, so
    a second time adds none.

    Errors as `plan_round`.
    """
    lock_roster(village.pk)

    shifts = []
    for turn in plan_round(village, wanted, by=by, at=at):
        if turn.primary is None or turn.standing:
            continue

        starts_at, ends_at = wanted.time_of(turn.day)
        shift = DutyShift(
            village=village,
            starts_at=starts_at,
            ends_at=ends_at,
            primary=turn.primary,
            backup=turn.backup,
            leader=clean_text(wanted.leader),
        )
        shifts.append(shift)

    created = DutyShift.objects.bulk_create(shifts)
    seal_all(SHIFT, [shift.pk for shift in created], at=at)
    return created


def plan_round(
    village: Village, wanted: Round, *, by: User, at: datetime
) -> list[Turn]:
    """Return whose turn it would be on each day: after whoever was on last, past those
    away or on duty elsewhere then.

    NoSuchRight: neither secretary nor duty officer of the village. InputRefused: no
    members, or none that may stand there; days past, turned round or more than a
    quarter. Four queries.
    """
    arranging_post(by, village, workdays.local_day(at))
    _check(village, wanted, at)
    return list(_Planner(village, wanted, at).turns())


def _check(village: Village, wanted: Round, at: datetime) -> None:
    faults = Faults()
    with faults.noted():
        _check_span(wanted, at)
    with faults.noted():
        _check_members(wanted, village)
    faults.refuse()


def _check_span(wanted: Round, at: datetime) -> None:
    """InputRefused: the days are turned round, past, or too many."""
    if wanted.last < wanted.first:
        words = _("The end cannot be before the beginning.")
        raise InputRefused.at(last=words)
    _starts_at, ends_at = wanted.time_of(wanted.first)
    if ends_at <= at:
        raise InputRefused.at(first=_("Begin with a day to come."))
    if (wanted.last - wanted.first).days >= LONGEST_ROUND:
        text = _("Arrange at most %(days)s days at once.") % {"days": LONGEST_ROUND}
        raise InputRefused.at(last=text)


def _check_members(wanted: Round, village: Village) -> None:
    """InputRefused: nobody takes turns, or somebody who may not."""
    fit = [
        post.village_id == village.pk and post.role in TAKE_DUTY
        for post in wanted.people
    ]
    if not wanted.members or not all(fit):
        raise InputRefused.at(members=_("Choose who takes turns."))


class _Planner:
    """The rotation of one round; `next_up` is the member whose turn comes next."""

    def __init__(self, village: Village, wanted: Round, at: datetime) -> None:
        self.wanted = wanted
        self.at = at
        self.members = list(wanted.members)

        start, _first_ends_at = wanted.time_of(wanted.first)
        _last_starts_at, end = wanted.time_of(wanted.last)
        here = DutyShift.objects.filter(village=village)
        elsewhere = DutyShift.objects.exclude(village=village)

        taken = here.overlapping(start, end).with_people().order_by("starts_at")
        self.taken = list(taken)

        before = here.filter(starts_at__lt=start).order_by("-starts_at")
        self.next_up = self._after(before.values_list("primary", flat=True).first())

        users = {post.user_id for post in wanted.people}
        busy = elsewhere.overlapping(start, end).filter(primary__user__in=users)
        self.busy = list(busy.values_list("primary__user", "starts_at", "ends_at"))

        leaves = DutyLeave.objects.touching(wanted.first, wanted.last)
        self.leaves = list(leaves.filter(post__in=wanted.people))

    def turns(self) -> Iterable[Turn]:
        for day in self.wanted.days:
            starts_at, ends_at = self.wanted.time_of(day)
            standing = self._standing(starts_at, ends_at)
            if standing:
                self.next_up = self._after(standing.primary_id, self.next_up)
                yield Turn(day, standing.primary, standing.backup, standing)
            elif ends_at > self.at:
                yield self._take_turn(day, starts_at, ends_at)

    def _standing(self, starts_at: datetime, ends_at: datetime) -> DutyShift | None:
        """Return the first shift on the roster already that meets that time."""
        for shift in self.taken:
            if shift.overlaps(starts_at, ends_at):
                return shift
        return None

    def _take_turn(self, day: date, starts_at: datetime, ends_at: datetime) -> Turn:
        """Give the day to the next member who is there and free, and move the rotation
        past them; a turn without anybody where none is.
        """
        in_turn = self.members[self.next_up :] + self.members[: self.next_up]
        free = []
        for post in in_turn:
            is_busy = self._is_busy(post, starts_at, ends_at)
            if self._is_present(post, day) and not is_busy:
                free.append(post)
        if not free:
            return Turn(day)

        self.next_up = self._after(free[0].pk)
        return Turn(day, free[0], self._backup(free, day))

    def _backup(self, free: list[Post], day: date) -> Post | None:
        fixed = self.wanted.backup
        if fixed:
            may_back_up = fixed != free[0] and self._is_present(fixed, day)
            return fixed if may_back_up else None

        if self.wanted.next_is_backup and len(free) > 1:
            return free[1]
        return None

    def _is_present(self, post: Post, day: date) -> bool:
        is_away = any(
            leave.post_id == post.pk and leave.covers(day) for leave in self.leaves
        )
        return post.is_current(day) and not is_away

    def _is_busy(self, post: Post, starts_at: datetime, ends_at: datetime) -> bool:
        """Tell whether the person has a shift of another village at that time."""
        return any(
            user == post.user_id and begins < ends_at and ends > starts_at
            for user, begins, ends in self.busy
        )

    def _after(self, key: int | None, otherwise: int = 0) -> int:
        """Return the place in the order of whoever comes after that post."""
        keys = [post.pk for post in self.members]
        if key not in keys:
            return otherwise
        return (keys.index(key) + 1) % len(keys)
