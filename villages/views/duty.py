"""值班: the roster of a village by week, what it asks of the reader, and its print for
the wall.
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
from minshi.workdays import ONE_DAY
from villages.duty.desk import around, desk_of, handed_over
from villages.duty.rights import may_arrange, posts_of
from villages.duty.standing import Roster, read_roster
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
FIRST, LAST = date(1990, 1, 1), date(2199, 12, 31)


class DutyView(LoginRequiredMixin, View):
    """A village within reach; to whoever reaches none (三员, no post) the roster
    does not exist.
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
        return list(
            Village.objects.overseen_by(self.user, today()).select_related(
                "town", "talk_room"
            )
        )

    @cached_property
    def village(self) -> Village:
        """The one asked for, else the first in reach. Http404: out of reach."""
        asked = self.request.GET.get("village", "")
        key = whole_number(asked)
        found = next(
            (each for each in self.villages if each.pk == key or not asked), None
        )
        if found is None:
            raise Http404
        return found

    def posts(self) -> list[Post]:
        return posts_of(self.user, self.village, today())


@dataclass(frozen=True)
class Line:
    """One shift of the week as this reader sees it, with what they may do about it."""

    shift: DutyShift
    on: list[Post]
    swap: SwapRequest | None
    handed: HandOver | None
    is_mine: bool
    is_ahead: bool
    may_hand_over: bool

    @property
    def may_ask_swap(self) -> bool:
        return self.is_ahead and self.is_mine and self.swap is None

    @property
    def arranged(self) -> str:
        """Whom the roster named, where others stand in; else empty."""
        people = self.shift.people
        return "" if people == self.on else "、".join(str(post.user) for post in people)


@dataclass(frozen=True)
class Away:
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
class Day:
    on: date
    lines: list[Line]
    away: list[Away]


class DutyWeek(DutyView):
    def get(self, request: HttpRequest) -> HttpResponse:
        at, village = now(), self.village
        monday = monday_of(request.GET.get("week", ""))
        sunday_night = workdays.due_at(monday + WEEK - ONE_DAY)
        in_week = Q(
            starts_at__lt=sunday_night, ends_at__gt=workdays.due_at(monday - ONE_DAY)
        )
        posts = self.posts()
        here = DutyShift.objects.filter(village=village)
        roster = read_roster(around(here, posts, at, in_week))
        swaps = {
            swap.shift_id: swap
            for swap in (
                SwapRequest.objects.waiting(at)
                .filter(shift__village=village)
                .select_related("asked__user", "asker__user", "in_return")
            )
        }
        context = {
            "nav": "duty",
            "at": at,
            "today": today(),
            "village": village,
            "villages": self.villages,
            "room": getattr(village, "talk_room", None),
            "own_desk": [desk_of(village, self.user, roster, at)],
            "days": [
                self._day(monday + ONE_DAY * nth, roster, swaps, at) for nth in range(7)
            ],
            "monday": monday,
            "before": monday - WEEK,
            "after": monday + WEEK,
            "may_arrange": may_arrange(self.user, village, today()),
            "is_secretary": bool(
                posts_of(self.user, village, today(), DESCRIBE_TALK_ROOM)
            ),
            "takes_duty": bool(posts),
        }
        return render(request, "villages/duty.html", context)

    def _day(
        self, on: date, roster: Roster, swaps: dict[int, SwapRequest], at: datetime
    ) -> Day:
        lines = [
            self._line(shift, roster, swaps, at)
            for shift in roster.shifts
            if shift.on == on
        ]
        away = [
            Away(leave, self._may_end(leave))
            for leave in roster.leaves
            if leave.from_on <= on <= leave.until_on
        ]
        return Day(on, lines, away)

    def _may_end(self, leave: DutyLeave) -> bool:
        is_over = leave.until_on < today()
        is_own = leave.post.user_id == self.user.pk
        return not is_over and (is_own or may_arrange(self.user, self.village, today()))

    def _line(
        self,
        shift: DutyShift,
        roster: Roster,
        swaps: dict[int, SwapRequest],
        at: datetime,
    ) -> Line:
        on, handed = roster.on_duty(shift), handed_over(shift)
        is_on = any(post.user_id == self.user.pk for post in on)
        return Line(
            shift=shift,
            on=on,
            swap=swaps.get(shift.pk),
            handed=handed if handed and self.posts() else None,
            is_mine=shift.primary.user_id == self.user.pk,
            is_ahead=shift.starts_at > at,
            may_hand_over=is_on
            and shift.starts_at <= at
            and not (handed and handed.taken_at),
        )


@dataclass(frozen=True)
class WallRow:
    """A shift as it hangs on the wall; a day without one has a row of its own."""

    day: date
    hours: str
    on: list[Post]


class WallPrint(DutyView):
    """A month on one A4 sheet."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = MonthForm(request.GET)
        asked = form.cleaned_data["month"] if form.is_valid() else None
        first = (asked if asked and FIRST <= asked <= LAST else today()).replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
        days = [first + ONE_DAY * nth for nth in range((after - first).days)]
        start, end = workdays.due_at(first - ONE_DAY), workdays.due_at(after - ONE_DAY)
        shifts = DutyShift.objects.filter(
            village=self.village, starts_at__gte=start, starts_at__lt=end
        )
        roster = read_roster(shifts.order_by("starts_at"))
        context = {
            "village": self.village,
            "room": TalkRoom.objects.filter(village=self.village).first(),
            "month": first,
            "rows": [row for day in days for row in self._rows(day, roster)],
        }
        return render(request, "villages/duty_print.html", context)

    def _rows(self, day: date, roster: Roster) -> list[WallRow]:
        shifts = [shift for shift in roster.shifts if shift.on == day]
        if not shifts:
            return [WallRow(day, "", [])]
        return [WallRow(day, shift.hours, roster.on_duty(shift)) for shift in shifts]


def monday_of(text: str) -> date:
    """The Monday of the week a day lies in; of this week where no day can be read."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today()
    day = day if FIRST <= day <= LAST else today()
    return day - ONE_DAY * day.weekday()
