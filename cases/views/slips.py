"""Slips to print: one case as a form to sign."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cases.ledgers.exports import exportable
from cases.lists.given_back import given_back_by, may_print
from cases.models import Event
from cases.slips import Sheet, read_sheet
from cases.slips.given_back import ReturnSheet
from cases.views.access import StaffView
from minshi.clock import now, today
from minshi.errors import Text
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

        note_print(self, sheet.title, number)

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


class ReturnSlipPrint(StaffView):
    """The slip of a return, for whoever gave the matter back and reads it no more."""

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Return to the list after a login in between."""
        self._event(pk)
        return redirect("cases:list")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        event = self._event(pk)
        sheet = ReturnSheet(event, self.sight())
        note_print(self, sheet.title, event.case.number)

        context = {"sheet": sheet, "on": today()}
        response = render(request, "cases/return_slip.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _event(self, pk: int) -> Event:
        """Return a return by the user. Http404: somebody else's, none, or not theirs to
        print.
        """
        returned = given_back_by(self.user, today())
        found: Event = get_object_or_404(returned, pk=pk)
        if not may_print(found, self.user, today()):
            raise Http404
        return found


def note_print(page: StaffView, slip: Text, number: str) -> None:
    """Write in the audit log that a slip of a matter was printed."""
    subject = _("%(slip)s of %(number)s") % {"slip": slip, "number": number}
    record_audit(
        AuditKind.PRINT,
        at=now(),
        user=page.user,
        subject=subject,
        request=page.request,
    )
