"""督办台: the matters by their light, each with how often it was chased; several of
them may be chased or exported together.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.ledgers import BOOKS
from cases.ledgers.conditions import Conditions
from cases.ledgers.exports import Export
from cases.lists.filter_fields import oversees_towns
from cases.lists.filters import CaseFilter
from cases.lists.paging import capped_counts, page_of
from cases.models import Case
from cases.models.choices import Light, SupervisionLevel
from cases.models.scope import CaseQuerySet, Sight
from cases.privacy.redactor import title_for
from cases.templatetags.lamps import lamp
from cases.templatetags.matters import holder_of
from cases.templatetags.pages import query_with
from cases.views.access import StaffView
from cases.views.results import results_of_cases, with_counts, written_in
from cases.views.tabs import Tab
from cases.workflow import Action
from cases.workflow.batch import Result, move_all
from cases.workflow.chased import chased_today
from cases.workflow.standing import is_with
from minshi import workdays
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, KeyReused, RuleBroken
from supervision.forms import TakeForm, TogetherForm
from supervision.models import Chase, SupervisionOrder
from supervision.models.order import LIVE
from supervision.orders import addressees_of
from villages.models import User
from villages.rights import OVERSEE, READ_BOARD

ORDER = ("due_at", "id")


@dataclass(frozen=True)
class Bucket:
    """The overdue matters that are more than `above` and at most `most` days late."""

    name: str
    label: Promise
    above: int
    most: int | None  # None: without end


BUCKETS = (
    Bucket("1", pgettext_lazy("ageing", "1 to 3 days"), above=0, most=3),
    Bucket("4", pgettext_lazy("ageing", "4 to 7 days"), above=3, most=7),
    Bucket("8", pgettext_lazy("ageing", "8 days and more"), above=7, most=None),
)
PLACES = ("town", "village", "office")
LIGHTS = (Light.RED, Light.YELLOW, Light.GREY, Light.GREEN)


def aged(cases: CaseQuerySet, name: str, at: datetime) -> CaseQuerySet:
    """Narrow overdue cases to one bucket by its name; any other name leaves them all.

    Days count from a case's last day; today counts as a full day.
    """
    buckets = {bucket.name: bucket for bucket in BUCKETS}
    bucket = buckets.get(name)
    if bucket is None:
        return cases

    # what fell due yesterday is one day late all of today
    tonight = workdays.due_at(workdays.local_day(at))
    cases = cases.filter(due_at__lt=tonight - bucket.above * workdays.ONE_DAY)

    if bucket.most is None:
        return cases
    return cases.filter(due_at__gte=tonight - bucket.most * workdays.ONE_DAY)


@dataclass(frozen=True)
class BoardRow:
    """A matter on the board; of a secret one the reader learns no content."""

    number: str
    light: SafeString
    stage: str
    times: int  # chased, as `ChaseQuerySet.counted` counts it
    title: str
    town: str = ""
    place: str = ""
    holder: str = ""
    # empty: it is neither opened nor ticked nor put under an order
    address: str = ""
    tick: str = ""
    order_address: str = ""
    order_state: str = ""
    # nobody orders themself: the reader handles it, or asks for more time
    is_own: bool = False
    # of a matter that the reader opens: the others say it by their title
    is_secret: bool = False

    @classmethod
    def of(
        cls,
        case: Case,
        times: int,
        order: SupervisionOrder | None,
        sight: Sight,
        user: User,
        at: datetime,
    ) -> Self:
        light = lamp(case, at)
        stage = case.get_stage_display()
        if vars(case)["redacted"]:
            return cls(case.number, light, stage, times, _("Secret matter"))

        return cls(
            number=case.number,
            light=light,
            stage=stage,
            times=times,
            title=title_for(case, sight),
            town=str(case.town),
            place=str(case.village or case.town),
            holder=holder_of(case),
            address=case.get_absolute_url(),
            tick="" if is_with(case, user) else f"{case.number}:{case.version}",
            order_address=_order_address(case, order, user),
            order_state=order.state_in_words if order else "",
            is_own=order is None and is_with(case, user),
            is_secret=case.is_secret,
        )


def _order_address(case: Case, order: SupervisionOrder | None, user: User) -> str:
    """Return the page of the order under way, else where one is written; "": nobody
    orders themself.
    """
    if order:
        return order.get_absolute_url()
    if is_with(case, user):
        return ""
    return reverse("supervision:new_order", args=[case.number])


class BoardView(StaffView):
    def counted(self) -> CaseQuerySet:
        """Return the cases that the board counts. Http404: the user may not read it."""
        if not self.user.holds(today(), *READ_BOARD):
            raise Http404
        return Case.objects.counted_for(self.user, today())

    def warn_nothing_ticked(self) -> HttpResponse:
        messages.warning(self.request, _("Tick the matters first."))
        here = {"request": self.request}
        query = query_with(here, light=self.request.POST.get("light", ""))
        return redirect(reverse("supervision:board") + query)


class Board(BoardView):
    def get(self, request: HttpRequest) -> HttpResponse:
        at = now()
        sight = self.sight()
        narrowed = self._narrowed()
        counted = narrowed.qs

        light = request.GET.get("light", Light.RED)
        if light not in Light.values:
            light = Light.RED

        bucket = ""
        if light == Light.RED:
            bucket = request.GET.get("days", "")

        by_light = {each.value: counted.with_light(each, at) for each in Light}
        counts = capped_counts(by_light | red_by_bucket(by_light[Light.RED], at))

        cases = aged(by_light[light], bucket, at).with_row().with_doubt()
        page = page_of(cases, ORDER, request.GET.get("after", ""))

        orders = live_orders(page.rows)
        rows = []
        for case, times in with_times(page.rows):
            order = orders.get(case.pk)
            rows.append(BoardRow.of(case, times, order, sight, self.user, at))

        may_chase = self.user.holds(today(), *OVERSEE)
        context = {
            "nav": "supervision",
            "light": light,
            "after": page.after,
            "rows": rows,
            "tabs": light_tabs(request, light, counts),
            "buckets": (
                bucket_tabs(request, bucket, counts) if light == Light.RED else []
            ),
            "may_chase": may_chase,
            "may_tick": may_chase and any(row.tick for row in rows),
            "filters": [narrowed.form[name] for name in self._filters()],
            "shows_town": oversees_towns(self.user),
        }
        return render(request, "supervision/board.html", context)

    def _narrowed(self) -> CaseFilter:
        """Return the cases of the place and office chosen; lights and days are tabs."""
        query = self.request.GET.copy()
        for name in set(query) - set(PLACES):
            del query[name]
        return CaseFilter(
            query or None, self.counted(), request=self.request, shown=PLACES
        )

    def _filters(self) -> tuple[str, ...]:
        return PLACES if oversees_towns(self.user) else PLACES[1:]


def red_by_bucket(red: CaseQuerySet, at: datetime) -> dict[str, CaseQuerySet]:
    """Return the overdue cases of each bucket, by the name of its count."""
    return {f"red{bucket.name}": aged(red, bucket.name, at) for bucket in BUCKETS}


def light_tabs(request: HttpRequest, chosen: str, counts: dict[str, int]) -> list[Tab]:
    """Return the tabs of the lights; the places chosen stay chosen."""
    here = {"request": request}
    tabs = []
    for each in LIGHTS:
        address = query_with(here, light=each.value, days="", after="")
        tabs.append(Tab(address, each.label, each == chosen, counts[each.value]))

    return tabs


def bucket_tabs(request: HttpRequest, chosen: str, counts: dict[str, int]) -> list[Tab]:
    """Return the tabs of the overdue matters, by how late they are."""
    here = {"request": request}
    every = query_with(here, light="red", days="", after="")
    tabs = [Tab(every, _("All"), not chosen)]
    for bucket in BUCKETS:
        name = bucket.name
        address = query_with(here, light="red", days=name, after="")
        tabs.append(Tab(address, bucket.label, name == chosen, counts[f"red{name}"]))

    return tabs


def live_orders(cases: list[Case]) -> dict[int, SupervisionOrder]:
    """Return the order under way for each case that has one. One query."""
    pks = [case.pk for case in cases]
    orders = SupervisionOrder.objects.filter(case__in=pks, state__in=LIVE)
    return {order.case_id: order for order in orders}


def with_times(cases: list[Case]) -> list[tuple[Case, int]]:
    """Return each case with how often it was chased. One query."""
    chases = Chase.objects.filter(case__in=[case.pk for case in cases]).counted()
    times = dict(chases.order_by().values_list("case").annotate(times=Count("pk")))

    return [(case, times.get(case.pk, 0)) for case in cases]


class ChaseTogether(BoardView):
    """Several matters at once: a page to check them on, then a result for each."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Lead back to the board after a login in between."""
        return redirect("supervision:board")

    def post(self, request: HttpRequest) -> HttpResponse:
        self.counted()
        cases, versions = self.ticked()
        if not cases:
            return self.warn_nothing_ticked()

        is_sent = "apply" in request.POST
        form = TogetherForm(
            request.POST if is_sent else None,
            initial={"supervision_level": SupervisionLevel.URGE},
        )
        context: dict[str, Any] = {
            "nav": "supervision",
            "at": now(),
            "sight": self.sight(),
        }
        key = request.POST.get("key") or uuid4()

        if is_sent and form.is_valid():
            try:
                results = self._chase(cases, versions, form)
            except KeyReused as refusal:
                form.refuse(refusal)
                key = uuid4()
            else:
                shown = results_of_cases(results, self.sight())
                gone = self.gone(cases)
                context |= with_counts(shown, gone, written_in(form))
                level = form.cleaned_data["supervision_level"]
                context["is_reminder"] = level == SupervisionLevel.REMIND
                return render(request, "supervision/chased.html", context)

        chased = chased_today(cases, now())
        goes_to = addressees_of(cases, today())
        rows = []
        for case in cases:
            version = versions.get(case.pk, case.version)
            rows.append((case, version, chased.get(case.pk), goes_to[case.pk]))

        context |= {"form": form, "rows": rows, "key": key}
        return render(
            request,
            "supervision/chase_together.html",
            context,
            status=UNPROCESSABLE if is_sent else 200,
        )

    def _chase(
        self, cases: list[Case], versions: dict[int, int], form: TogetherForm
    ) -> list[Result]:
        key = forms.UUIDField().clean(self.request.POST.get("key"))
        return move_all(
            cases,
            Action.SUPERVISE,
            user=self.user,
            at=now(),
            values=form.cleaned_data,
            versions=versions,
            key=key,
        )


class ExportTicked(BoardView):
    """The ticked matters as rows of the general ledger; asks first for the reason."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Lead back to the board after a login in between."""
        return redirect("supervision:board")

    def post(self, request: HttpRequest) -> HttpResponseBase:
        counted = self.counted()
        cases, versions = self.ticked()
        if not cases:
            return self.warn_nothing_ticked()

        is_sent = "apply" in request.POST
        form = TakeForm(request.POST if is_sent else None, initial={"form": "xlsx"})

        if is_sent and form.is_valid():
            file_form = form.cleaned_data["form"]
            rows = counted.filter(pk__in=[case.pk for case in cases])
            export = self._export_of(cases, rows, form.cleaned_data["reason"])
            try:
                file = export.file(file_form, request)
                name = export.file_name(file_form)
                return FileResponse(file, as_attachment=True, filename=name)
            except RuleBroken as refusal:
                form.refuse(refusal)

        context = {
            "nav": "supervision",
            "at": now(),
            "sight": self.sight(),
            "form": form,
            "rows": [(case, versions.get(case.pk, case.version)) for case in cases],
        }
        return render(
            request,
            "supervision/board_export.html",
            context,
            status=UNPROCESSABLE if is_sent else 200,
        )

    def _export_of(self, cases: list[Case], rows: CaseQuerySet, reason: str) -> Export:
        days = [workdays.local_day(case.registered_at) for case in cases]
        return Export(
            BOOKS["general"].for_reader(self.user, today()),
            rows,
            self.user,
            now(),
            (min(days), max(days)),
            reason,
            filters=_("ticked on the supervision board"),
            conditions=Conditions(others=(("", _("ticked on the supervision board")),)),
        )
