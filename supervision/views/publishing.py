"""公开月报: the page that everybody reads, and what a reviewer does to show it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cases.ledgers.period import in_words
from minshi.clock import now
from minshi.errors import UNPROCESSABLE, RuleBroken
from supervision.figures.periods import Days
from supervision.figures.pictures import Bar
from supervision.models import MonthlyReport, Publication
from supervision.reports.publishing import (
    OFFERED,
    PublicFigure,
    figures_of,
    offered_of,
    publish,
    published_from,
    published_of,
    publishing_post,
    take_back,
)
from supervision.reports.wording import title_of
from supervision.views.reports import ReportsView
from villages.forms.accounts import RuleForm, offer
from villages.models import Town


@require_safe
def show_public(request: HttpRequest, code: str) -> HttpResponse:
    """Show to everybody what a town has published: the month that is asked for, else
    the newest. Http404: it has published nothing, or not that month.
    """
    town = get_object_or_404(Town, code=code)
    published = published_of(town)
    month = request.GET.get("month", "")
    shown = [each for each in published if month in ("", _month_of(each))]
    if not shown:
        raise Http404

    publication = shown[0]
    others = []
    for each in published:
        if each != publication:
            others.append((_month_of(each), _in_words(each)))
    context = {
        "town": town,
        "month": _in_words(publication),
        "publication": publication,
        "figures": figures_of(publication),
        "topics": [Bar(name, number) for name, number in publication.topics],
        "others": others,
    }
    response = render(request, "supervision/public/report.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _month_of(publication: Publication) -> str:
    return f"{publication.report.month:%Y-%m}"


def _in_words(publication: Publication) -> str:
    month = Days.month_of(publication.report.month)
    return in_words(month.first, month.last)


class PublishForm(RuleForm):
    """Which figures everybody may read; all of them are ticked at first."""

    codes = forms.MultipleChoiceField(
        label=_("What everybody may read"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick what everybody may read.")},
    )

    def __init__(self, offered: list[PublicFigure], *args: Any) -> None:
        super().__init__(*args)
        choices = []
        for code, figure in zip(OFFERED, offered, strict=True):
            choices.append((code, f"{figure.label}：{figure.shown}"))
        offer(self, "codes", choices)
        self.fields["codes"].initial = list(OFFERED)


class PublishReport(ReportsView):
    """A look at what everybody would read, and the act of showing it."""

    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        report = self.publishable(pk)
        return self.look(report, PublishForm(offered_of(report, now())))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        report = self.publishable(pk)
        form = PublishForm(offered_of(report, now()), request.POST)
        if form.is_valid():
            codes = form.cleaned_data["codes"]
            try:
                publish(report, codes, by=self.user, at=now(), request=request)
            except RuleBroken as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, gettext("Everybody can read it now."))
                return redirect(report)
        return self.look(report, form, UNPROCESSABLE)

    def publishable(self, pk: int) -> MonthlyReport:
        report = self.report(pk)
        if publishing_post(report, self.user, now()) is None:
            raise Http404
        return report

    def look(
        self, report: MonthlyReport, form: PublishForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "nav": "figures",
            "report": report,
            "title": title_of(report),
            "form": form,
            "published": published_from(report),
        }
        return render(
            self.request, "supervision/public/publish.html", context, status=status
        )


class TakeBackReport(PublishReport):
    def get(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Lead back to the report after a login in between."""
        return redirect(self.publishable(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        report = self.publishable(pk)
        take_back(report, by=self.user, at=now(), request=request)
        messages.success(request, gettext("Nobody outside reads it any more."))
        return redirect(report)
