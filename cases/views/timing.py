"""时限与日历: deadlines of a town, the effect of changing one, and its working days."""

from calendar import SATURDAY, Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import pgettext, pgettext_lazy

from cases.deadlines.calendar import days_of_year, drop_day, has_data, set_day
from cases.deadlines.counting import default_span
from cases.deadlines.rules import change_of, rules_in_force, set_rule
from cases.forms.timing import DayForm, DeadlineForm
from cases.models import CalendarDay
from cases.models.choices import Rule
from cases.views.access import StaffView
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken
from minshi.workdays import Span, Unit
from villages.models import Town
from villages.own_rules import reviewing_post
from villages.requests import whole_number

MONTHS = Calendar()  # weeks begin on Monday
WEEKDAYS = (
    pgettext_lazy("weekday", "Mo"),
    pgettext_lazy("weekday", "Tu"),
    pgettext_lazy("weekday", "We"),
    pgettext_lazy("weekday", "Th"),
    pgettext_lazy("weekday", "Fr"),
    pgettext_lazy("weekday", "Sa"),
    pgettext_lazy("weekday", "Su"),
)


class TownView(StaffView):
    """A page about a town that the reader's posts lie in or above.

    It is the town asked for, else the first.
    """

    @cached_property
    def towns(self) -> list[Town]:
        return list(Town.objects.in_reach_of(self.user, today()).order_by("code"))

    @cached_property
    def town(self) -> Town:
        """The town asked for. Http404: out of the reader's sight."""
        asked = self.request.GET.get("town", "")
        for town in self.towns:
            if asked in ("", str(town.pk)):
                return town
        raise Http404

    @property
    def may_set(self) -> bool:
        return reviewing_post(self.user, self.town, now()) is not None

    def context(self, **more: Any) -> dict[str, Any]:
        return {
            "nav": "timing",
            "town": self.town,
            "towns": self.towns,
            "may_set": self.may_set,
            "at": now(),
            **more,
        }

    def here(self, name: str) -> str:
        return f"{reverse(name)}?town={self.town.pk}"


class Deadlines(TownView):
    def get(self, request: HttpRequest) -> HttpResponse:
        context = self.context(rules=rules_in_force(self.town, now()))
        return render(request, "cases/timing/deadlines.html", context)


class EditDeadline(TownView):
    """A change of one deadline, in two steps.

    1. Show the effect of the change.
    2. Make it, if `sure` names the span that was shown.
    """

    def get(self, request: HttpRequest, rule: str) -> HttpResponse:
        in_force = next(
            row.span
            for row in rules_in_force(self.town, now())
            if row.rule == self.settable(rule)
        )
        return self.show(Rule(rule), DeadlineForm(initial=_answers(in_force)))

    def post(self, request: HttpRequest, rule: str) -> HttpResponse:
        settable = self.settable(rule)
        form = DeadlineForm(request.POST)
        if "default" in request.POST:
            form = DeadlineForm(_answers(default_span(settable)))
        if not form.is_valid():
            return self.show(settable, form, UNPROCESSABLE)

        span = Span(form.cleaned_data["amount"], Unit(form.cleaned_data["unit"]))
        seen = f"{span.amount} {span.unit.value}"
        try:
            if request.POST.get("sure") != seen:
                # nothing was shown yet, or another span than this
                change = change_of(self.town, settable, span, now())
                return self.show(settable, form, change=change, seen=seen)
            set_rule(self.town, settable, span, by=self.user, at=now())
        except RuleBroken as refusal:
            form.refuse(refusal)
            return self.show(settable, form, UNPROCESSABLE)

        return redirect(self.here("cases:deadlines"))

    def settable(self, rule: str) -> Rule:
        """Return the deadline of that name.

        Http404: no such deadline, or not to be set by this reader.
        """
        if rule not in Rule.values or not self.may_set:
            raise Http404
        return Rule(rule)

    def show(
        self, rule: Rule, form: DeadlineForm, status: int = 200, **shown: Any
    ) -> HttpResponse:
        context = self.context(rule=rule, form=form, **shown)
        return render(
            self.request, "cases/timing/deadline.html", context, status=status
        )


class WorkDays(TownView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(DayForm(initial={"works": "off"}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DayForm(request.POST)
        if not self.may_set:
            raise Http404

        is_drop = "drop" in request.POST
        if is_drop:
            form = DayForm({"day": request.POST["drop"], "works": "off"})
        if not form.is_valid():
            return self.show(form, UNPROCESSABLE)

        entered = form.cleaned_data
        try:
            if is_drop:
                drop_day(self.town, entered["day"], by=self.user, at=now())
            else:
                set_day(
                    self.town,
                    entered["day"],
                    is_working=entered["works"] == "on",
                    name=entered["name"],
                    by=self.user,
                    at=now(),
                )
        except RuleBroken as refusal:
            form.refuse(refusal)
            return self.show(form, UNPROCESSABLE)

        return redirect(f"{self.here('cases:workdays')}&year={entered['day'].year}")

    def show(self, form: DayForm, status: int = 200) -> HttpResponse:
        year = self.year()
        differ = days_of_year(self.town.pk, year)
        context = self.context(
            form=form,
            year=year,
            years=self.years(),
            months=[Month.of(year, month, differ) for month in range(1, 13)],
            own=[row for row in differ.values() if row.town_id is not None],
            is_known=has_data(year),
            today=today(),
            weekdays=WEEKDAYS,
        )
        return render(
            self.request, "cases/timing/workdays.html", context, status=status
        )

    def year(self) -> int:
        """Return the year asked for, if it can be looked at; else this year."""
        asked = whole_number(self.request.GET.get("year", ""))
        return asked if asked in self.years() else today().year

    def years(self) -> list[int]:
        """List the last, the present and the next year."""
        return [today().year + step for step in (-1, 0, 1)]


@dataclass(frozen=True)
class Day:
    """A day of the calendar, marked where it differs from Monday to Friday."""

    number: int
    look: str  # classes of its cell
    name: str | None
    mark: str

    @classmethod
    def of(cls, day: date, row: CalendarDay | None) -> "Day":
        is_weekend = day.weekday() >= SATURDAY

        look = ""
        if row and row.is_working:
            look = "make-up"
        elif row or is_weekend:
            look = "off"
        if day == today():
            look += " today"

        return cls(day.day, look, row.name if row else None, _mark(row))


def _mark(row: CalendarDay | None) -> str:
    """Return a letter for worked or off, with an asterisk where the town set it."""
    if row is None:
        return ""

    mark = pgettext("calendar: off", "O")
    if row.is_working:
        mark = pgettext("calendar: worked", "W")
    return mark if row.town_id is None else f"{mark}*"


@dataclass(frozen=True)
class Month:
    number: int
    weeks: list[list[Day | None]]  # None: a day of the month before or after

    @classmethod
    def of(cls, year: int, month: int, differ: Mapping[date, CalendarDay]) -> "Month":
        weeks = []
        for week in MONTHS.monthdatescalendar(year, month):
            days: list[Day | None] = []
            for day in week:
                is_inside = day.month == month
                days.append(Day.of(day, differ.get(day)) if is_inside else None)
            weeks.append(days)
        return cls(month, weeks)


def _answers(span: Span) -> dict[str, Any]:
    """Return a span as the answers of its form."""
    return {"amount": span.amount, "unit": span.unit.value}
