"""Reminders in place on the home page: mine, and for overseers those of their territory."""

from django.http import HttpResponse
from django.shortcuts import render

from cases.views.access import StaffView
from minshi.clock import now
from supervision.reminders import reminders_for
from villages.requests import StaffRequest


class Reminders(StaffView):
    def get(self, request: StaffRequest) -> HttpResponse:
        context = {"reminders": reminders_for(request.user, now()), "at": now(), "nav": "home", "sight": self.sight()}
        template = "supervision/_reminders.html" if "HX-Request" in request.headers else "supervision/reminders.html"
        return render(request, template, context)
