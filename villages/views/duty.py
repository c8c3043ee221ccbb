"""值班: the roster of a village by week, with what it waits for the reader to do, and
its print for the wall.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from minshi import workdays
from minshi.clock import now, today
from minshi.days import USUAL
from minshi.workdays import ONE_DAY
from villages.duty.handing_over import hand_over_of
from villages.duty.rights import may_arrange, may_note_leave, posts_of
from villages.duty.standing import Roster, post_held_by, read_roster
from villages.duty.today import duty_today, shifts_near
from villages.forms.duty import MonthForm
from villages.models import (
    DutyLeave,
    DutyShift,
    HandOver,
    Post,
    SwapRequest,
    TalkRoom,
    User,
    Village,
)
from villages.requests import whole_number
from villages.rights import DESCRIBE_TALK_ROOM

WEEK = timedelta(days=7)


class DutyView(LoginRequiredMixin, View):
    """A page of the roster of a village within reach; for whoever reaches none (三员,
    no post) the roster does not exist.
    """

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.reach(today()).is_empty:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def user(self) -> User:
        return cast("User", self.request.user)  # nobody else gets past dispatch

    @cached_property
    def villages(self) -> list[Village]:
        villages = Village.objects.in_reach_of(self.user, today())
        return list(villages.select_related("town", "talk_room"))

    @cached_property
    def village(self) -> Village:
        """The village that the address names, else the first in reach. Http404: out of
        reach.
        """
        asked = self.request.GET.get("village", "")
        key = whole_number(asked)

        for village in self.villages:
            if not asked or village.pk == key:
                return village
        raise Http404

    def posts(self) -> list[Post]:
        return posts_of(self.user, self.village, today())


@dataclass(frozen=True)
class ShiftRow:
    """One shift of the week as this reader sees it, with what they may do about it."""

    shift: DutyShift
    on: list[Post]
    swap: SwapRequest | None
    handed: HandOver | None
    is_mine: bool
    is_ahead: bool
    may_hand_over: bool
    has_no_backup: bool  # ahead, where this village names backups

    @property
    def may_ask_swap(self) -> bool:
        return self.is_ahead and self.is_mine and self.swap is None

    @property
    def arranged(self) -> str:
        """The people that the roster named, where others stand in; else empty."""
        people = self.shift.people
        if people == self.on:
            return ""
        return "、".join(str(post.user) for post in people)


@dataclass(frozen=True)
class LeaveRow:
    """One leave on a day of the week, and whether this reader may end it."""

    leave: DutyLeave
    may_end: bool

    @property
    def in_words(self) -> str:
        words = _("%(name)s is away") % {"name": self.leave.post.user}
        if self.leave.substitute:
            name = self.leave.substitute.user
            words += _(", %(name)s stands in") % {"name": name}
        return words


@dataclass(frozen=True)
class RosterDay:
    on: date
    lines: list[ShiftRow]
    away: list[LeaveRow]


class DutyWeek(DutyView):
    def get(self, request: HttpRequest) -> HttpResponse:
        at = now()
        village = self.village
        posts = self.posts()
        monday = monday_of(request.GET.get("week", ""))

        roster = self._roster(monday, posts, at)
        swaps = self._open_swaps(at)
        week = [monday + ONE_DAY * nth for nth in range(7)]
        days = [self._day(day, roster, swaps, at) for day in week]

        describing_posts = posts_of(self.user, village, today(), DESCRIBE_TALK_ROOM)
        context = {
            "nav": "duty",
            "at": at,
            "today": today(),
            "village": village,
            "villages": self.villages,
            "room": getattr(village, "talk_room", None),
            "own_desk": [duty_today(village, self.user, roster, at)],
            "days": days,
            "monday": monday,
            "months": sorted({day.replace(day=1) for day in week}),
            "before": monday - WEEK,
            "after": monday + WEEK,
            "may_arrange": may_arrange(self.user, village, today()),
            "is_secretary": bool(describing_posts),
            "takes_duty": bool(posts),
        }
        return render(request, "villages/duty.html", context)

    def _roster(self, monday: date, posts: list[Post], at: datetime) -> Roster:
        """Read the shifts of the week, and those around now for what waits for the
        reader.
        """
        week_begins = workdays.due_at(monday - ONE_DAY)
        week_ends = workdays.due_at(monday + WEEK - ONE_DAY)
        in_week = Q(starts_at__lt=week_ends, ends_at__gt=week_begins)

        shifts = DutyShift.objects.filter(village=self.village)
        return read_roster(shifts_near(shifts, posts, at, in_week))

    def _open_swaps(self, at: datetime) -> dict[int, SwapRequest]:
        """Return the requests that wait for an answer, by their shifts' keys."""
        waiting = SwapRequest.objects.waiting(at).filter(shift__village=self.village)
        swaps = waiting.select_related("asked__user", "asker__user", "in_return")
        return {swap.shift_id: swap for swap in swaps}

    def _day(
        self, on: date, roster: Roster, swaps: dict[int, SwapRequest], at: datetime
    ) -> RosterDay:
        lines = []
        for shift in roster.shifts:
            if shift.on == on:
                lines.append(self._row(shift, roster, swaps.get(shift.pk), at))

        away = []
        for leave in roster.leaves_on(on):
            is_over = leave.until_on < today()
            may_end = not is_over and may_note_leave(self.user, leave.post, today())
            away.append(LeaveRow(leave, may_end))

        return RosterDay(on, lines, away)

    def _row(
        self, shift: DutyShift, roster: Roster, swap: SwapRequest | None, at: datetime
    ) -> ShiftRow:
        on = roster.on_duty(shift)
        handed = hand_over_of(shift)

        is_on = post_held_by(on, self.user) is not None
        has_begun = shift.starts_at <= at
        is_taken_over = handed is not None and handed.taken_at is not None
        names_backups = any(each.backup_id for each in roster.shifts)
        return ShiftRow(
            shift=shift,
            on=on,
            swap=swap,
            handed=handed if self.posts() else None,
            is_mine=shift.primary.user_id == self.user.pk,
            is_ahead=not has_begun,
            may_hand_over=is_on and has_begun and not is_taken_over,
            has_no_backup=names_backups and not has_begun and len(on) == 1,
        )


@dataclass(frozen=True)
class WallRow:
    """A shift as it hangs on the wall; a day without a shift has a row of its own."""

    day: date
    hours: str
    on: list[Post]
    leader: str = ""

    @property
    def on_duty(self) -> str:
        """Who is on duty, and that somebody is still to be, where all are away."""
        if self.on:
            return str(self.on[0].user)
        return _("to be arranged") if self.hours else ""


class WallPrint(DutyView):
    """A month on one A4 sheet."""

    def get(self, request: HttpRequest) -> HttpResponse:
        first = self._first_of_month()
        next_month = (first + timedelta(days=31)).replace(day=1)

        shifts = DutyShift.objects.filter(
            village=self.village,
            starts_at__gte=workdays.due_at(first - ONE_DAY),
            starts_at__lt=workdays.due_at(next_month - ONE_DAY),
        )
        roster = read_roster(shifts.order_by("starts_at"))

        rows = []
        day = first
        while day < next_month:
            rows += self._rows(day, roster)
            day += ONE_DAY

        context = {
            "village": self.village,
            "room": TalkRoom.objects.filter(village=self.village).first(),
            "month": first,
            "rows": rows,
        }
        return render(request, "villages/duty_print.html", context)

    def _first_of_month(self) -> date:
        """Return the first day of the month asked for; of this month where none can be
        read.
        """
        form = MonthForm(self.request.GET)
        asked = form.cleaned_data["month"] if form.is_valid() else None
        return (asked or today()).replace(day=1)

    def _rows(self, day: date, roster: Roster) -> list[WallRow]:
        shifts = [shift for shift in roster.shifts if shift.on == day]
        if not shifts:
            return [WallRow(day, "", [])]
        return [
            WallRow(day, shift.hours, roster.on_duty(shift), shift.leader)
            for shift in shifts
        ]


def monday_of(text: str) -> date:
    """Return the Monday of the week in which a day lies; of this week where no day can
    be read.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today()

    if not USUAL.holds_year(day.year):
        day = today()
    return day - ONE_DAY * day.weekday()
