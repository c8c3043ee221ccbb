"""时限与日历: how long everything may take in a town, what a change would do, and the days that are worked."""

from calendar import Calendar
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from cases.calendar import days_of_year, drop_day, has_data, set_day
from cases.deadline_rules import change_of, reviewing_post, rules_in_force, set_rule
from cases.deadlines import default_span
from cases.forms.timing import DayForm, DeadlineForm
from cases.models.choices import Rule
from cases.views.access import UNPROCESSABLE, StaffView
from minshi.clock import now, today
from minshi.errors import RuleBroken
from minshi.workdays import Span, Unit
from villages.models import Town
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
YEARS = (-1, 2)  # a year back, the present and the next


class TownView(StaffView):
    """Of a town the reader's posts lie in or above: the one asked for, else the first."""

    def towns(self) -> list[Town]:
        return list(Town.objects.overseen_by(self.user, today()).order_by("code"))

    def context(self, **more: Any) -> dict[str, Any]:
        towns = self.towns()
        asked = self.request.GET.get("town", "")
        town = next((town for town in towns if asked in ("", str(town.pk))), None)
        if town is None:
            raise Http404
        may_set = reviewing_post(self.user, town, now()) is not None
        return {"nav": "timing", "town": town, "towns": towns, "may_set": may_set, "at": now(), **more}

    def here(self, name: str, town: Town, *arguments: Any) -> str:
        return f"{reverse(name, args=arguments)}?town={town.pk}"


class Deadlines(TownView):
    def get(self, request: HttpRequest) -> HttpResponse:
        context = self.context()
        context["rules"] = rules_in_force(context["town"], now())
        return render(request, "cases/timing/deadlines.html", context)


class EditDeadline(TownView):
    """First what the change would do, then the change: the second step names in `sure` what was looked at."""

    def get(self, request: HttpRequest, rule: str) -> HttpResponse:
        context = self.settable(rule)
        held = next(row.span for row in rules_in_force(context["town"], now()) if row.rule == rule)
        return self.show(context, DeadlineForm(initial={"amount": held.amount, "unit": held.unit.value}))

    def post(self, request: HttpRequest, rule: str) -> HttpResponse:
        context, form = self.settable(rule), DeadlineForm(request.POST)
        if "default" in request.POST:
            span = default_span(rule)
            form = DeadlineForm({"amount": span.amount, "unit": span.unit.value})
        if not form.is_valid():
            return self.show(context, form, UNPROCESSABLE)
        span = Span(form.cleaned_data["amount"], Unit(form.cleaned_data["unit"]))
        seen = f"{span.amount} {span.unit.value}"
        try:
            if request.POST.get("sure") != seen:  # not looked at yet, or another one than was looked at
                change = change_of(context["town"], Rule(rule), span, now())
                return self.show({**context, "change": change, "seen": seen}, form)
            set_rule(context["town"], Rule(rule), span, by=self.user, at=now())
        except RuleBroken as refusal:
            form.refuse(refusal)
            return self.show(context, form, UNPROCESSABLE)
        return redirect(self.here("cases:deadlines", context["town"]))

    def settable(self, rule: str) -> dict[str, Any]:
        """Http404: no such deadline, or not to be set by this reader."""
        context = self.context()
        if rule not in Rule.values or not context["may_set"]:
            raise Http404
        return {**context, "rule": Rule(rule)}

    def show(self, context: dict[str, Any], form: DeadlineForm, status: int = 200) -> HttpResponse:
        return render(self.request, "cases/timing/deadline.html", {**context, "form": form}, status=status)


class WorkDays(TownView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(DayForm(initial={"works": "off"}))

    def post(self, request: HttpRequest) -> HttpResponse:
        context, form = self.context(), DayForm(request.POST)
        if not context["may_set"]:
            raise Http404
        if "drop" in request.POST:
            form = DayForm({"day": request.POST["drop"], "works": "off"})
        if not form.is_valid():
            return self.show(form, UNPROCESSABLE)
        town, said = context["town"], form.cleaned_data
        try:
            if "drop" in request.POST:
                drop_day(town, said["day"], by=self.user, at=now())
            else:
                is_working = said["works"] == "on"
                set_day(town, said["day"], is_working=is_working, name=said["name"], by=self.user, at=now())
        except RuleBroken as refusal:
            form.refuse(refusal)
            return self.show(form, UNPROCESSABLE)
        return redirect(f"{self.here('cases:workdays', town)}&year={said['day'].year}")

    def show(self, form: DayForm, status: int = 200) -> HttpResponse:
        context = self.context()
        year = self.year()
        differ = days_of_year(context["town"].pk, year)
        context |= {
            "form": form,
            "year": year,
            "years": [today().year + step for step in range(YEARS[0], YEARS[1])],
            "months": [_month(year, month, differ) for month in range(1, 13)],
            "own": [row for row in differ.values() if row.town_id is not None],
            "is_known": has_data(year),
            "today": today(),
            "weekdays": WEEKDAYS,
        }
        return render(self.request, "cases/timing/workdays.html", context, status=status)

    def year(self) -> int:
        """The one asked for, of those that can be looked at; else this year."""
        asked = whole_number(self.request.GET.get("year", ""))
        first, last = (today().year + step for step in (YEARS[0], YEARS[1] - 1))
        return asked if asked is not None and first <= asked <= last else today().year


def _month(year: int, month: int, differ: dict[date, Any]) -> tuple[date, list[list[tuple[date | None, Any]]]]:
    """The first of the month, and its weeks: each day with the row that makes it differ, gaps for others' days."""
    weeks = MONTHS.monthdatescalendar(year, month)
    return date(year, month, 1), [
        [(day, differ.get(day)) if day.month == month else (None, None) for day in week] for week in weeks
    ]
