"""The files a reader asked for: how far each is, and the file itself for a while."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from cases.ledgers.exports import may_export
from cases.ledgers.jobs import fetch, jobs_of
from cases.models.export_job import ExportState
from cases.views.access import StaffView
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken

SHOWN = 20


class ExportsView(StaffView):
    def check(self) -> None:
        """Http404: the account may take no ledger away."""
        if not may_export(self.user, today()):
            raise Http404

    def show(self, refusal: str = "", status: int = 200) -> HttpResponse:
        jobs = list(jobs_of(self.user)[:SHOWN])
        going_on = (ExportState.WAITING, ExportState.RUNNING)
        context = {
            "nav": "ledgers",
            "jobs": jobs,
            "is_going_on": any(job.state in going_on for job in jobs),
            "refusal": refusal,
            "title": _("My files"),
        }
        template = "cases/exports.html"
        if "HX-Request" in self.request.headers:
            template = "cases/_exports.html"
        return render(self.request, template, context, status=status)


class ExportList(ExportsView):
    def get(self, _request: HttpRequest) -> HttpResponse:
        self.check()
        return self.show()


class ExportFile(ExportsView):
    """The file, by POST, because fetching it leaves a trace."""

    def get(self, _request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Lead to the list after a login in between."""
        get_object_or_404(jobs_of(self.user), uuid=uuid)
        return redirect("cases:exports")

    def post(self, request: HttpRequest, uuid: UUID) -> HttpResponseBase:
        job = get_object_or_404(jobs_of(self.user), uuid=uuid)
        try:
            file = fetch(job, by=self.user, at=now(), request=request)
        except RuleBroken as refusal:
            return self.show(str(refusal), UNPROCESSABLE)
        return FileResponse(file, as_attachment=True, filename=job.name)
