"""What the speaker would read, while a step's words are still being typed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.views.steps import StepView
from cases.workflow import read_facts
from minshi.clock import now


class Preview(StepView):
    """A fragment for the step's page; by POST, for an address is no place for words
    about people.
    """

    def post(self, request: HttpRequest, number: str, action: str) -> HttpResponse:
        case = self.case(number)
        facts = read_facts(case, now())
        offer = self.offer(case, facts, action)
        shown = self.preview(facts, offer, request.POST) if offer else {}
        response = render(request, "cases/_preview.html", {"preview": shown})
        response["Cache-Control"] = "no-store"
        return response
