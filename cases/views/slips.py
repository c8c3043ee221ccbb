"""Slips to print: one case as a form to sign."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.ledgers.exports import exportable
from cases.slips import Sheet, read_sheet
from cases.views.access import StaffView
from minshi.clock import now, today
from villages.audit import record_audit
from villages.models.audit import AuditKind


class SlipPrint(StaffView):
    """One slip on paper; by POST, because a print leaves a trace."""

    def get(self, _request: HttpRequest, number: str, **_slip: object) -> HttpResponse:
        """Return to the case after a login in between."""
        return redirect(self.case(number))

    def post(
        self, request: HttpRequest, number: str, key: str, nth: int
    ) -> HttpResponse:
        sheet = self._sheet(number, key, nth)

        words = _("%(slip)s of %(number)s")
        subject = words % {"slip": sheet.title, "number": number}
        record_audit(
            AuditKind.PRINT, at=now(), user=self.user, subject=subject, request=request
        )

        response = render(
            request,
            "cases/slip.html",
            {"sheet": sheet, "case": sheet.record.case, "on": today()},
        )
        response["Cache-Control"] = "no-store"
        return response

    def _sheet(self, number: str, key: str, nth: int) -> Sheet:
        """Return a slip of the case, read for this user.

        Http404: no such slip, or not theirs to take away.
        """
        cases = exportable(self.visible(), self.user, today())
        sheet = read_sheet(cases, number, key, nth, sight=self.sight(), at=now())

        if sheet is None:
            raise Http404
        return sheet
