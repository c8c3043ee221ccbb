"""The package of a closed matter for the archive: a zip, by POST and with a reason."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cases.archiving import may_pack, name_of, pack, refuse, retention_of
from cases.models import Case
from cases.views.access import StaffView
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken
from villages.forms.accounts import ReasonForm

WHAT_FOR = _("What it is for")


class Archive(StaffView):
    """Asks what for, then hands the package out; 404 for whoever may not take it."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.packable(number)
        return self.show(request, case, ReasonForm(label=WHAT_FOR))

    def post(self, request: HttpRequest, number: str) -> HttpResponseBase:
        case = self.packable(number)
        form = ReasonForm(request.POST, label=WHAT_FOR)
        if not form.is_valid():
            return self.show(request, case, form, UNPROCESSABLE)

        try:
            refuse(case, by=self.user, on=today())
            file = pack(
                case,
                by=self.user,
                sight=self.sight(),
                at=now(),
                reason=form.cleaned_data["reason"],
                request=request,
            )
        except RuleBroken as refusal:
            form.refuse(refusal)
            return self.show(request, case, form, UNPROCESSABLE)

        actions = case.events.values_list("action", flat=True)
        name = name_of(case, retention_of(case, actions))
        response = FileResponse(file, as_attachment=True, filename=name)
        response["Cache-Control"] = "no-store"
        return response

    def packable(self, number: str) -> Case:
        """Return the case. Http404: not theirs to take away, or it goes on."""
        case = self.case(number)
        if not may_pack(case, self.user, today()):
            raise Http404
        return case

    def show(
        self, request: HttpRequest, case: Case, form: ReasonForm, status: int = 200
    ) -> HttpResponse:
        actions = case.events.values_list("action", flat=True)
        context = {
            "nav": "list",
            "case": case,
            "form": form,
            "retention": retention_of(case, actions),
        }
        return render(request, "cases/archive/ask.html", context, status=status)
