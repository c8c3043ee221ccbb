"""The name that a ledger masks, shown once and with a reason (ux 2.8)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cases.ledgers import BOOKS, GENERAL
from cases.models import Case
from cases.privacy.disclosure import may_show_speaker, show_speaker
from cases.views.access import StaffView
from minshi.clock import now, today
from minshi.errors import UNPROCESSABLE, RuleBroken
from villages.forms.accounts import ReasonForm

WHY_THE_NAME = _("Why you need the name")


class ShowSpeaker(StaffView):
    """Asks why, then shows who spoke; 404 for whoever may not have it shown."""

    def get(self, _request: HttpRequest, number: str) -> HttpResponse:
        return self.show(self.showable(number), ReasonForm(label=WHY_THE_NAME))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.showable(number)
        form = ReasonForm(request.POST, label=WHY_THE_NAME)

        if form.is_valid():
            try:
                speaker = show_speaker(
                    case,
                    by=self.user,
                    reason=form.cleaned_data["reason"],
                    at=now(),
                    request=request,
                )
                return self.show(case, form, speaker=speaker)
            except RuleBroken as refusal:
                form.refuse(refusal)

        return self.show(case, form, status=UNPROCESSABLE)

    def showable(self, number: str) -> Case:
        case = self.case(number)
        if not may_show_speaker(self.user, today(), case):
            raise Http404
        return case

    def show(
        self, case: Case, form: ReasonForm, status: int = 200, **shown: Any
    ) -> HttpResponse:
        key = self.request.GET.get("ledger", "")
        context = {
            "nav": "ledgers",
            "case": case,
            "form": form,
            "ledger": key if key in BOOKS else GENERAL.key,
            **shown,
        }
        response = render(
            self.request, "cases/show_speaker.html", context, status=status
        )
        response["Cache-Control"] = "no-store"
        return response
