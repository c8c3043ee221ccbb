"""The papers of 四议两公开: the register to sign, and the notices to post."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.slips.notices import notices_of
from cases.views.four_two import FourTwoView
from cases.views.six_step_rows import steps_of
from minshi.clock import now
from villages.audit import record_audit
from villages.models.audit import AuditKind


class FourTwoPrint(FourTwoView):
    """四议两公开登记表: six parts on paper (ledgers 10).

    By POST, because a print leaves a trace.
    """

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Return to the process after a login in between."""
        return redirect(self.process(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        process = self.process(pk)
        if not self.may_print(process):
            raise Http404

        words = _("register of the six steps of %(village)s")
        subject = words % {"village": process.village}
        record_audit(
            AuditKind.PRINT, at=now(), user=self.user, subject=subject, request=request
        )

        context = {
            "process": process,
            "case": self.seen_case(process),
            "steps": steps_of(process, None),
        }
        return render(request, "cases/four_two/print.html", context)


class FourTwoNotice(FourTwoView):
    """公示: a step's notice to post (组织法 35). By POST, as every print."""

    def get(self, _request: HttpRequest, pk: int, nth: int) -> HttpResponse:
        """Return to the process after a login in between."""
        return redirect(self.process(pk))

    def post(self, request: HttpRequest, pk: int, nth: int) -> HttpResponse:
        process = self.process(pk)
        notice = notices_of(process).get(nth)
        if notice is None or not self.may_post(process):
            raise Http404

        words = _("%(notice)s of %(village)s")
        subject = words % {"notice": notice.title, "village": process.village}
        record_audit(
            AuditKind.PRINT, at=now(), user=self.user, subject=subject, request=request
        )
        return render(request, "cases/four_two/notice.html", {"notice": notice})
