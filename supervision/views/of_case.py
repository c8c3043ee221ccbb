"""The chasing of one matter so far, loaded in place on its page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.views.access import StaffView
from cases.workflow import read_facts
from minshi.clock import now, today
from supervision.models.tracking import ACTED
from supervision.notices.speaker import told_so_far
from supervision.orders import chasing_post, orders_seen_by, why_not_ordered


class ChasingOfCase(StaffView):
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.case(number)
        chases = case.chases.select_related("by__user", "order", "event")
        chases = chases.prefetch_related("event__revisions")
        sight = self.sight()
        told = told_so_far(case)

        # what was acted on is among the chases
        settled = case.tracked.exclude(verdict__in=("", *ACTED))
        settled = settled.select_related("meeting", "said_by__user")

        orders = orders_seen_by(self.user, today()).filter(case=case)
        at = now()
        facts = read_facts(case, at)
        why_not = why_not_ordered(case, self.user, at, facts)
        post = chasing_post(case, self.user, at, facts)

        context = {
            "case": case,
            "sight": sight,
            "chases": chases.order_by("at", "pk"),
            "settled": settled.order_by("said_at", "pk"),
            "told": told,
            "orders": orders.order_by("raised_at", "pk"),
            "may_chase": post is not None and not why_not,
            "why_not": why_not,
        }
        template = "supervision/of_case.html"
        if "HX-Request" in request.headers:
            template = "supervision/_of_case.html"

        return render(request, template, context)
