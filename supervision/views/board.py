"""督办台: what is red, yellow, on hold, with how often it was chased; one or several
chased from there.
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
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.ledgers import BOOKS
from cases.ledgers.exports import Export
from cases.lists.paging import capped_counts, page_of
from cases.models import Case
from cases.models.choices import Light, SupervisionLevel
from cases.models.scope import CaseQuerySet, Sight
from cases.privacy.redactor import title_for
from cases.templatetags.minshi import holder_of, lamp
from cases.views.access import UNPROCESSABLE, StaffView
from cases.views.tabs import Tab
from cases.workflow import Action
from cases.workflow.batch import Result, move_all
from cases.workflow.chased import chased_today
from minshi import workdays
from minshi.clock import now, today
from minshi.errors import KeyReused, RuleBroken
from supervision.forms import TakeForm
from supervision.models import Chase
from villages.forms.accounts import RuleForm
from villages.rights import OVERSEE, READ_BOARD

ORDER = ("due_at", "id")
BUCKETS = (
    ("1", pgettext_lazy("ageing", "1 to 3 days"), 0, 3),
    ("4", pgettext_lazy("ageing", "4 to 7 days"), 3, 7),
    ("8", pgettext_lazy("ageing", "8 days and more"), 7, None),
)
LIGHTS = (Light.RED, Light.YELLOW, Light.GREY, Light.GREEN)


class TogetherForm(RuleForm):
    supervision_level = forms.ChoiceField(
        label=gettext_lazy("How urgently"),
        choices=[
            (level.value, level.label)
            for level in (SupervisionLevel.REMIND, SupervisionLevel.URGE)
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=gettext_lazy("Say what is expected"), max_length=200)


def aged(cases: CaseQuerySet, bucket: str, at: datetime) -> CaseQuerySet:
    """The overdue ones by how many days past their last day they are, today being a
    whole day.
    """
    found = next((each for each in BUCKETS if each[0] == bucket), None)
    if found is None:
        return cases
    _name, _label, above, most = found
    # what fell due yesterday is one day late all of today
    tonight = workdays.due_at(workdays.local_day(at))
    cases = cases.filter(due_at__lt=tonight - above * workdays.ONE_DAY)
    return (
        cases
        if most is None
        else cases.filter(due_at__gte=tonight - most * workdays.ONE_DAY)
    )


@dataclass(frozen=True)
class Row:
    """A matter on the board; of a secret one the reader learns no content."""

    number: str
    light: SafeString
    stage: str
    times: int  # chased, reminders left out
    title: str
    place: str = ""
    holder: str = ""
    # empty: it is neither opened nor ticked nor put under an order
    address: str = ""
    tick: str = ""
    order_address: str = ""

    @classmethod
    def of(cls, case: Case, times: int, sight: Sight, at: datetime) -> Self:
        light, stage = lamp(case, at), case.get_stage_display()
        if vars(case)["redacted"]:
            return cls(case.number, light, stage, times, _("Secret matter"))

        return cls(
            number=case.number,
            light=light,
            stage=stage,
            times=times,
            title=title_for(case, sight),
            place=str(case.village or case.town),
            holder=holder_of(case),
            address=case.get_absolute_url(),
            tick=f"{case.number}:{case.version}",
            order_address=reverse("supervision:new_order", args=[case.number]),
        )


class BoardView(StaffView):
    def counted(self) -> CaseQuerySet:
        """Http404: somebody who oversees nobody."""
        if not self.user.holds(today(), *READ_BOARD):
            raise Http404
        return Case.objects.counted_for(self.user, today())


class Board(BoardView):
    def get(self, request: HttpRequest) -> HttpResponse:
        at, sight, counted = now(), self.sight(), self.counted()
        light = request.GET.get("light", Light.RED)
        if light not in Light.values:
            light = Light.RED
        bucket = request.GET.get("days", "") if light == Light.RED else ""

        split = {each.value: counted.with_light(each, at) for each in Light}
        red = split[Light.RED]
        ageing = {name: aged(red, name, at) for name, *_rest in BUCKETS}
        counts = capped_counts(
            split | {f"red{name}": cases for name, cases in ageing.items()}
        )

        page = page_of(
            aged(split[light], bucket, at).with_row().with_doubt(),
            ORDER,
            request.GET.get("after", ""),
        )
        context = {
            "nav": "supervision",
            "light": light,
            "after": page.after,
            "rows": [
                Row.of(case, times, sight, at) for case, times in with_times(page.rows)
            ],
            "tabs": light_tabs(light, counts),
            "buckets": bucket_tabs(bucket, counts) if light == Light.RED else [],
            "may_chase": self.user.holds(today(), *OVERSEE),
        }
        return render(request, "supervision/board.html", context)


def light_tabs(chosen: str, counts: dict[str, int]) -> list[Tab]:
    return [
        Tab(f"?light={each.value}", each.label, each == chosen, counts[each.value])
        for each in LIGHTS
    ]


def bucket_tabs(chosen: str, counts: dict[str, int]) -> list[Tab]:
    """The red ones by how late they are."""
    tabs = [Tab("?light=red", _("All"), not chosen)]
    for name, label, *_rest in BUCKETS:
        address = f"?light=red&days={name}"
        tabs.append(Tab(address, label, name == chosen, counts[f"red{name}"]))
    return tabs


def with_times(cases: list[Case]) -> list[tuple[Case, int]]:
    """Each with how often it was chased, reminders left out; one query."""
    hard = Chase.objects.filter(case__in=[case.pk for case in cases]).exclude(
        level=SupervisionLevel.REMIND
    )
    times = dict(hard.order_by().values_list("case").annotate(times=Count("pk")))
    return [(case, times.get(case.pk, 0)) for case in cases]


class ChaseTogether(BoardView):
    """Several at once: a page to check them on, then each with its own result."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Back from a login in between."""
        return redirect("supervision:board")

    def post(self, request: HttpRequest) -> HttpResponse:
        self.counted()
        cases, versions = self.ticked()
        if not cases:
            messages.warning(request, _("Tick the matters first."))
            return redirect("supervision:board")
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
                results = self._chased(cases, versions, form)
            except KeyReused as refusal:
                form.refuse(refusal)
                key = uuid4()
            else:
                done, gone = (
                    sum(not result.refusal for result in results),
                    self.gone(cases),
                )
                context |= {
                    "results": results,
                    "gone": gone,
                    "done": done,
                    "failed": len(results) - done + len(gone),
                }
                return render(request, "supervision/chased.html", context)
        before = chased_today(cases, now())
        rows = [
            (case, versions.get(case.pk, case.version), before.get(case.pk))
            for case in cases
        ]
        context |= {"form": form, "rows": rows, "key": key}
        return render(
            request,
            "supervision/chase_together.html",
            context,
            status=UNPROCESSABLE if is_sent else 200,
        )

    def _chased(
        self, cases: list[Case], versions: dict[int, int], form: TogetherForm
    ) -> list[Result]:
        key = forms.UUIDField().clean(self.request.POST.get("key"))
        said = form.cleaned_data
        return move_all(
            cases,
            Action.SUPERVISE,
            user=self.user,
            at=now(),
            values=said,
            versions=versions,
            key=key,
        )


class ExportTicked(BoardView):
    """The ticked ones as rows of the general ledger; asks first what they are for."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Back from a login in between."""
        return redirect("supervision:board")

    def post(self, request: HttpRequest) -> HttpResponseBase:
        counted = self.counted()
        cases, versions = self.ticked()
        if not cases:
            messages.warning(request, _("Tick the matters first."))
            return redirect("supervision:board")
        is_sent = "apply" in request.POST
        form = TakeForm(request.POST if is_sent else None, initial={"form": "xlsx"})
        if is_sent and form.is_valid():
            days = [workdays.local_day(case.registered_at) for case in cases]
            rows = counted.filter(pk__in=[case.pk for case in cases])
            export = Export(
                BOOKS["general"],
                rows,
                self.user,
                now(),
                (min(days), max(days)),
                form.cleaned_data["reason"],
                filters=_("ticked on the supervision board"),
            )
            try:
                file = export.file(form.cleaned_data["form"], request)
                return FileResponse(
                    file,
                    as_attachment=True,
                    filename=export.file_name(form.cleaned_data["form"]),
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
        context = {
            "nav": "supervision", "at": now(), "sight": self.sight(), "form": form,
            "rows": [(case, versions.get(case.pk, case.version)) for case in cases],
        }  # fmt: skip
        return render(
            request,
            "supervision/board_export.html",
            context,
            status=UNPROCESSABLE if is_sent else 200,
        )
