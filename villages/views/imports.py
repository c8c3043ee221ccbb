"""导入名册: the pages on which a list is uploaded, looked over, entered and taken
back.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from minshi.addresses import is_only_here
from minshi.celery import work_on_imports_soon
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, MoveRefused, RuleBroken
from villages.forms.imports import ColumnsForm, EnterForm, UploadForm
from villages.imports import starting
from villages.imports.kinds import KINDS, Kind, kinds_of
from villages.imports.kinds.people import People
from villages.imports.mended import take_results, template_of
from villages.imports.passwords import (
    renewable_passwords,
    take_passwords,
    waiting_passwords,
)
from villages.imports.preview import (
    KEPT,
    KEPT_LABEL,
    SHOWN,
    TABS,
    as_shown,
    mapped_columns,
    rows_shown,
)
from villages.models import ImportRun, User
from villages.models.imports import ImportState, Verdict
from villages.requests import StaffRequest, whole_number

LISTED = 20  # imports on the first page
PARTS = {
    ImportState.MAPPING: "villages/imports/_columns.html",
    ImportState.CHECKED: "villages/imports/_checked.html",
}
PART_AT_WORK = "villages/imports/_progress.html"
PART_AFTERWARDS = "villages/imports/_result.html"


class ImportPage(LoginRequiredMixin, View):
    """A page for whoever may import some kind of list."""

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    def kinds(self) -> list[Kind]:
        """Return the kinds the reader imports. Http404: none."""
        kinds = kinds_of(self.user, today())
        if not kinds:
            raise Http404
        return kinds

    def kind(self, key: str) -> Kind:
        for kind in self.kinds():
            if kind.key == key:
                return kind
        raise Http404

    def run(self, pk: int) -> ImportRun:
        """Return an import in sight. Http404: any other."""
        return get_object_or_404(starting.runs_in_sight(self.user, today()), pk=pk)


class Imports(ImportPage):
    """The kinds of lists, and what was imported lately."""

    def get(self, request: StaffRequest) -> HttpResponse:
        kinds = self.kinds()
        before = whole_number(request.GET.get("before", ""))
        runs = starting.runs_in_sight(self.user, today()).order_by("-pk")
        if before:
            runs = runs.filter(pk__lt=before)

        found = list(runs[: LISTED + 1])
        context = {
            "nav": "imports",
            "kinds": kinds,
            "runs": [(run, KINDS[run.kind]) for run in found[:LISTED]],
            "before": found[LISTED - 1].pk if len(found) > LISTED else "",
        }
        return render(request, "villages/imports/list.html", context)


class ImportNew(ImportPage):
    """What a kind of list needs, its template, and the upload."""

    def get(self, request: StaffRequest, key: str) -> HttpResponse:
        kind = self.kind(key)
        places = starting.places_for(kind, self.user, today())
        # the check-list of a new town says of which one
        asked = {"at": request.GET.get("at", "")}
        form = UploadForm(kind=kind, places=places, initial=asked)
        return self._show(request, kind, form)

    def post(self, request: StaffRequest, key: str) -> HttpResponse:
        kind = self.kind(key)
        places = starting.places_for(kind, self.user, today())
        form = UploadForm(request.POST, request.FILES, kind=kind, places=places)

        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                place = starting.place_for(
                    kind, self.user, today(), form.cleaned_data.get("at", "")
                )
                run = starting.upload(
                    kind,
                    place,
                    file,
                    file.name,
                    by=self.user,
                    at=now(),
                    again=form.cleaned_data["again"],
                    request=request,
                )
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                return redirect("villages:import", run.pk)

        return self._show(request, kind, form, UNPROCESSABLE)

    def _show(
        self, request: StaffRequest, kind: Kind, form: UploadForm, status: int = 200
    ) -> HttpResponse:
        places = starting.places_for(kind, self.user, today())
        village = places[0].village if len(places) == 1 else None
        context = {
            "nav": "imports",
            "kind": kind,
            "columns": kind.columns_asked(village),
            "form": form,
        }
        page = "villages/imports/new.html"
        return render(request, page, context, status=status)


class ImportTemplate(ImportPage):
    """An empty list of a kind, to be filled in."""

    def get(self, _request: HttpRequest, key: str) -> HttpResponseBase:
        kind = self.kind(key)
        places = starting.places_for(kind, self.user, today())
        village = places[0].village if len(places) == 1 else None
        name = f"{kind.label}.xlsx"
        return FileResponse(
            template_of(kind, village), as_attachment=True, filename=name
        )


class ImportDetail(ImportPage):
    """One import, at whatever step it is."""

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        return show_run(request, self.run(pk))


class ImportProgress(ImportPage):
    """How far the job is, loaded again every other second."""

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        run = self.run(pk)
        if run.is_at_work:
            context = {"run": run, "share": share_of(run)}
            return render(request, "villages/imports/_bar.html", context)

        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response


class ImportFile(ImportPage):
    """The list with what was found in each row, to be mended and sent again: for
    whoever uploaded it, for it holds telephones in full.
    """

    def post(self, request: StaffRequest, pk: int) -> HttpResponseBase:
        run = self.run(pk)
        try:
            file = take_results(run, by=self.user, at=now(), request=request)
        except RuleBroken as refusal:
            raise Http404 from refusal

        name = run.file_name.rpartition(".")[0] or run.file_name
        name = f"{name}_{_('Result of the check')}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name)


class ImportPasswords(ImportPage):
    """The one-time passwords of the accounts that a list opened, shown once."""

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        run = self.run(pk)
        if run.kind != People.key or run.state != ImportState.ENTERED:
            raise Http404

        strips = take_passwords(run, by=self.user, at=now(), request=request)
        if not strips:
            return redirect("villages:import", run.pk)  # whose page says why

        context = {"run": run, "strips": strips, **_login_page(request)}
        response = render(request, "villages/imports/passwords.html", context)
        response["Cache-Control"] = "no-store"
        return response


class ImportAct(ImportPage):
    """One button of an import's page."""

    def post(self, request: StaffRequest, pk: int, act: str) -> HttpResponse:
        if act not in ACTS:
            raise Http404
        return ACTS[act](self, request, self.run(pk))

    def columns(self, request: StaffRequest, run: ImportRun) -> HttpResponse:
        """Take what the columns are, or read the file anew as the form says."""
        form = ColumnsForm(request.POST, run=run)
        if not form.is_valid():
            return show_run(request, run, form=form, status=UNPROCESSABLE)

        try:
            if "reread" in request.POST:
                starting.reread(run, form.reading, form.heads, by=self.user, at=now())
            else:
                starting.confirm_columns(
                    run,
                    form.mapping,
                    form.chosen,
                    by=self.user,
                    at=now(),
                    village=form.cleaned_data.get("village", ""),
                )
        except MoveRefused:
            return redirect("villages:import", run.pk)
        except RuleBroken as refusal:
            form.refuse(refusal)
            return show_run(request, run, form=form, status=UNPROCESSABLE)
        return self._go_on(run)

    def enter(self, request: StaffRequest, run: ImportRun) -> HttpResponse:
        form = EnterForm(request.POST)
        good_only = form.is_valid() and form.cleaned_data["good_only"]
        try:
            starting.enter(
                run, good_only=good_only, by=self.user, at=now(), request=request
            )
        except MoveRefused:
            return redirect("villages:import", run.pk)
        except RuleBroken as refusal:
            form.refuse(refusal)
            return show_run(request, run, enter=form, status=UNPROCESSABLE)
        return self._go_on(run)

    def take_back(self, request: StaffRequest, run: ImportRun) -> HttpResponse:
        try:
            starting.take_back(run, by=self.user, at=now(), request=request)
        except MoveRefused:
            return redirect("villages:import", run.pk)
        return self._go_on(run)

    def renew(self, request: StaffRequest, run: ImportRun) -> HttpResponse:
        """Have the one-time passwords on strips that were lost made anew."""
        try:
            starting.renew_passwords(run, by=self.user, at=now(), request=request)
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect("villages:import", run.pk)
        return self._go_on(run)

    def anew(self, request: StaffRequest, run: ImportRun) -> HttpResponse:
        """Show the columns of a checked list once more."""
        if run.state != ImportState.CHECKED:
            return redirect("villages:import", run.pk)
        return show_run(request, run, part=PARTS[ImportState.MAPPING])

    def drop(self, request: StaffRequest, run: ImportRun) -> HttpResponse:
        try:
            starting.drop(run, by=self.user, at=now(), request=request)
        except MoveRefused:
            return redirect("villages:import", run.pk)
        return redirect("villages:imports")

    def _go_on(self, run: ImportRun) -> HttpResponse:
        transaction.on_commit(work_on_imports_soon)
        return redirect("villages:import", run.pk)


ACTS: Mapping[str, Callable[[ImportAct, StaffRequest, ImportRun], HttpResponse]] = {
    "columns": ImportAct.columns,
    "anew": ImportAct.anew,
    "enter": ImportAct.enter,
    "renew": ImportAct.renew,
    "take-back": ImportAct.take_back,
    "drop": ImportAct.drop,
}


def share_of(run: ImportRun) -> int:
    """Return how many per cent of the rows are done."""
    return min(100, 100 * run.done // run.total) if run.total else 0


def show_run(
    request: StaffRequest,
    run: ImportRun,
    *,
    form: ColumnsForm | None = None,
    enter: EnterForm | None = None,
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show an import at the step it is, or with a form that was refused."""
    part = part or PARTS.get(ImportState(run.state), PART_AFTERWARDS)
    if run.is_at_work:
        part = PART_AT_WORK

    context: dict[str, Any] = {
        "nav": "imports",
        "run": run,
        "kind": KINDS[run.kind],
        "part": part,
        "share": share_of(run),
        "may_take_back": starting.may_be_taken_back(run, now()),
        "kept_days": starting.KEPT.days,
        "is_own": run.by_id == request.user.pk,
    }
    if run.kind == People.key and run.state == ImportState.ENTERED:
        waiting = waiting_passwords(run)
        context |= _login_page(request)
        context["passwords"] = waiting
        context["renewable"] = 0 if waiting else renewable_passwords(run)
    if part == PARTS[ImportState.MAPPING]:
        run.refresh_from_db(fields=["samples"])
        context["form"] = form or ColumnsForm(run=run)
        context["sheets"] = [sheet for sheet in run.sheets if sheet["chosen"]]
    elif run.counts:
        context |= _preview(request, run)
        context["enter"] = enter or EnterForm()
    return render(request, "villages/imports/run.html", context, status=status)


def _login_page(request: StaffRequest) -> dict[str, Any]:
    """Return the address on the strips: the one under which they are printed."""
    address = request.build_absolute_uri("/")
    return {"address": address, "is_only_here": is_only_here(address)}


def _preview(request: StaffRequest, run: ImportRun) -> dict[str, Any]:
    """Return the rows of the verdict asked for: of those that stayed first, of those
    with faults next.
    """
    labels: dict[str, Any] = {KEPT: KEPT_LABEL}
    labels |= {tab: tab.label for tab in TABS}
    filled = [tab for tab in labels if run.counts.get(tab)]
    asked = request.GET.get("verdict", "")
    first = filled[0] if filled else TABS[0]
    verdict = asked if asked in labels else first

    rows = rows_shown(run, verdict, whole_number(request.GET.get("after", "")) or 0)
    tabs = []
    for tab in filled:
        tabs.append((tab, labels[tab], run.counts[tab], tab == verdict))
    return {
        "tabs": tabs,
        "columns": mapped_columns(run),
        "rows": as_shown(rows[:SHOWN], run, is_own=run.by_id == request.user.pk),
        "verdict": verdict,
        "after": rows[SHOWN - 1].nth if len(rows) > SHOWN else "",
        "faulty": run.counts.get(Verdict.FAULTY, 0),
        "due": run.counts.get(Verdict.NEW, 0) + run.counts.get(Verdict.CHANGED, 0),
        "several_sheets": sum(sheet["chosen"] for sheet in run.sheets) > 1,
    }
