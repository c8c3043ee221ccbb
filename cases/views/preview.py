"""Preview of what the speaker would read, while a step's words are being typed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.views.steps import StepView
from cases.workflow import read_facts
from minshi.clock import now


class Preview(StepView):
    """A fragment for the step's page.

    By POST: an address is no place for words about people.
    """

    def post(self, request: HttpRequest, number: str, action: str) -> HttpResponse:
        case = self.case(number)
        facts = read_facts(case, now())
        offer = self.offer(case, facts, action)

        preview: dict[str, Any] = {}
        if offer:
            preview = self.preview(facts, offer, request.POST)

        response = render(request, "cases/_preview.html", {"preview": preview})
        response["Cache-Control"] = "no-store"
        return response
