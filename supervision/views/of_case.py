"""The chasing of one matter so far, loaded in place on its page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.models.choices import Stage
from cases.views.access import StaffView
from minshi.clock import now, today
from supervision.notices.speaker import told_so_far
from supervision.orders import chasing_post, orders_seen_by


class ChasingOfCase(StaffView):
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = self.case(number)
        chases = case.chases.select_related("by__user", "order").order_by("at", "pk")
        sight = self.sight()
        told = told_so_far(case)

        orders = orders_seen_by(self.user, today()).filter(case=case)
        may_chase = (
            case.stage != Stage.CLOSED
            and chasing_post(case, self.user, now()) is not None
        )

        context = {
            "case": case,
            "sight": sight,
            "chases": chases,
            "told": told,
            "orders": orders.order_by("raised_at", "pk"),
            "may_chase": may_chase,
        }
        template = "supervision/of_case.html"
        if "HX-Request" in request.headers:
            template = "supervision/_of_case.html"

        return render(request, template, context)
