"""The printed form of an order."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.ledgers.exports import exportable
from minshi.clock import now, today
from supervision.models import SupervisionOrder
from supervision.orders.paper import OrderSheet
from supervision.views.order_access import OrderView
from villages.audit import record_audit
from villages.models.audit import AuditKind


class OrderPrint(OrderView):
    """The printed form of an order; by POST, because a print leaves a trace."""

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Lead back to the order after a login in between."""
        return redirect(self.order(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        order = self.order(pk)
        if not order.number or not self._may_export_case_of(order):
            raise Http404

        sheet = OrderSheet.of(order, sight=self.sight(), at=now())
        subject = _("supervision order %(number)s") % {"number": order.number}
        record_audit(
            AuditKind.PRINT, at=now(), user=self.user, subject=subject, request=request
        )

        context = {"sheet": sheet, "order": order, "on": today()}
        response = render(request, "supervision/order_print.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _may_export_case_of(self, order: SupervisionOrder) -> bool:
        cases = exportable(self.visible(), self.user, today())
        return cases.filter(pk=order.case_id).exists()
