"""月报: the list of reports, one report with its text, its signing, its print."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.ledgers.exports import may_print_of
from cases.templatetags.days import moment
from cases.views.access import StaffView
from cases.views.late import Typed, typed_in_form
from minshi import tabular
from minshi.clock import now, today
from minshi.errors import CONFLICT, UNPROCESSABLE, RuleBroken, StaleVersion, Text
from supervision.models import MonthlyReport
from supervision.reports.ledger import MONTHLY, RowRecord, reports_in_sight
from supervision.reports.making import refresh_drafts
from supervision.reports.publishing import published_from, publishing_post
from supervision.reports.signing import (
    LONGEST,
    CountedAnew,
    correct,
    mark_of_typical,
    printed_heads,
    sign,
    signing_post,
    word_typical,
)
from supervision.reports.wording import parts_of_report, title_of
from villages.audit import record_audit
from villages.forms.accounts import RuleForm, SeenForm
from villages.models import Post
from villages.models.audit import AuditKind
from villages.rights import READ_REPORTS
from villages.seals import seal_of_town

SHOWN = 60  # reports of a list: five years of a town, a month or two of a county


class TypicalForm(SeenForm):
    typical = forms.CharField(
        label=_("Typical matters"),
        widget=forms.Textarea({"rows": 5}),
        max_length=LONGEST,
        required=False,
        help_text=_("Chosen and worded by you; name nobody, and no secret matter."),
    )

    @classmethod
    def of(cls, report: MonthlyReport, sent: Any = None) -> "TypicalForm":
        seen = mark_of_typical(report)
        return cls(sent, initial={"typical": report.typical, "seen": seen})


class CorrectForm(RuleForm):
    why = forms.CharField(label=_("Why another edition is made"), max_length=200)


# the buttons of a report
REPORT_ACTS: Mapping[str, Text] = MappingProxyType(
    {
        "word": _("Save the words"),
        "sign": _("Sign the report"),
        "correct": _("Make another edition"),
    }
)


@dataclass(frozen=True)
class LateForm:
    """A form that somebody else was quicker to send: what was typed, to copy it."""

    action: Text
    why: str
    typed: list[Typed]


class ReportsView(StaffView):
    """For reviewers and supervisors of a town or county."""

    def is_for(self, posts: Iterable[Post]) -> bool:
        return any(post.role in READ_REPORTS for post in posts)

    def report(self, pk: int) -> MonthlyReport:
        """Return a report in sight, counted anew where something has come to concern a
        reader of it. Http404: there is none.
        """
        reports = reports_in_sight(self.user, today()).filter(pk=pk)
        refresh_drafts(reports, now())
        report = reports.select_related("town", "signed_by__user").first()
        if report is None:
            raise Http404
        return report

    def show(
        self,
        report: MonthlyReport,
        typical: TypicalForm,
        again: CorrectForm,
        status: int = 200,
        late: LateForm | None = None,
        proof: str = "",
    ) -> HttpResponse:
        rows = report.rows.select_related("report__town").order_by("pk")
        records = [RowRecord(row) for row in rows]
        newest = MonthlyReport.objects.newest().filter(
            town=report.town, month=report.month
        )
        context = {
            "nav": "figures",
            "report": report,
            "title": title_of(report),
            "parts": parts_of_report(report),
            "may_sign": signing_post(report, self.user, now()) is not None,
            "may_publish": publishing_post(report, self.user, now()) is not None,
            "published": published_from(report),
            "newest": newest.get(),
            "typical": typical,
            "again": again,
            "form": again if again.errors else typical,
            "late": late,
            "proof": proof,
            "headings": tabular.headings(MONTHLY.ledger),
            "rows": list(tabular.rows_of(MONTHLY.ledger, records)),
        }
        return render(
            self.request, "supervision/reports/report.html", context, status=status
        )


class ReportList(ReportsView):
    def get(self, request: HttpRequest) -> HttpResponse:
        reports = reports_in_sight(self.user, today()).newest()
        with_people = reports.select_related("town", "signed_by__user")
        rows = [(report, title_of(report)) for report in with_people[:SHOWN]]
        context = {"nav": "figures", "rows": rows}
        return render(request, "supervision/reports/list.html", context)


class ReportPage(ReportsView):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        report = self.report(pk)
        return self.show(report, TypicalForm.of(report), CorrectForm())


class ReportAct(ReportsView):
    """Wording, signing, correcting; each leads back to the report."""

    def get(self, _request: HttpRequest, pk: int, act: str) -> HttpResponse:
        """Lead to the report after a login in between."""
        return redirect(self.report(pk))

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        report = self.report(pk)
        if act not in REPORT_ACTS or signing_post(report, self.user, now()) is None:
            raise Http404

        is_again = act == "correct"
        typical = TypicalForm.of(report, None if is_again else request.POST)
        again = CorrectForm(request.POST if is_again else None)
        form = again if is_again else typical
        if report.is_signed and not is_again:
            return self._answer_late(report, act, form)
        if not form.is_valid():
            return self.show(report, typical, again, UNPROCESSABLE)

        try:
            return redirect(self._do(report, act, form.cleaned_data))
        except RuleBroken as refusal:
            form.refuse(refusal)
            report.refresh_from_db()
            if self._is_over(report, act):
                return self._answer_late(report, act, form)
            is_stale = isinstance(refusal, StaleVersion)
            status = CONFLICT if is_stale else UNPROCESSABLE
            proof = refusal.proof if isinstance(refusal, CountedAnew) else ""
            return self.show(report, typical, again, status, proof=proof)

    def _is_over(self, report: MonthlyReport, act: str) -> bool:
        """Tell whether somebody has signed or corrected the report meanwhile."""
        if act != "correct":
            return report.is_signed
        return not MonthlyReport.objects.newest().filter(pk=report.pk).exists()

    def _answer_late(
        self, report: MonthlyReport, act: str, form: RuleForm
    ) -> HttpResponse:
        """Answer a form that is not open any more: with what was typed that stands
        nowhere, to be copied. Nothing to copy came by a second click.
        """
        typed = typed_in_form(form)
        if not typed:
            return redirect(report)

        why = gettext("There is a newer edition of this report.")
        if act != "correct" and report.signed_by:
            why = gettext("%(name)s signed it %(when)s. What you typed is not saved.")
            when = moment(report.signed_at)
            why %= {"name": report.signed_by.user, "when": when}

        late = LateForm(REPORT_ACTS[act], why, typed)
        typical = TypicalForm.of(report)
        return self.show(report, typical, CorrectForm(), CONFLICT, late)

    def _do(
        self, report: MonthlyReport, act: str, values: dict[str, Any]
    ) -> MonthlyReport:
        by = self.user
        if act == "correct":
            return correct(report, values["why"], by=by, at=now())

        words, seen = values["typical"], values["seen"]
        report = word_typical(report, words, seen=seen, by=by, at=now())
        if act == "sign":
            proof = self.request.POST.get("proof", "")
            return sign(report, by=by, at=now(), proof=proof)

        messages.success(self.request, gettext("The words are saved."))
        return report


class ReportPrint(ReportsView):
    """The report as a paper of an office (GB/T 9704); a draft says that it is one."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        report = self.report(pk)
        if not may_print_of(
            self.user, today(), village_id=None, town=report.town, county_code=""
        ):
            raise Http404

        record_audit(
            AuditKind.PRINT,
            at=now(),
            user=self.user,
            subject=title_of(report),
            request=request,
        )
        context = {
            "report": report,
            "title": title_of(report),
            "parts": parts_of_report(report),
            "heads": report.heads or printed_heads(),
            "seal": seal_of_town(report.town),
            "on": today(),
        }
        response = render(request, "supervision/reports/print.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Lead back to the report: a print is asked for by its button."""
        return redirect(self.report(pk))
