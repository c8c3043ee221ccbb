"""The audit log, for the auditor alone; it can be read and never changed."""

from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from minshi.days import DayFilter
from villages.accounts import accounts_like
from villages.audit_words import actor_in_words, subject_in_words
from villages.disclosure import name_nobody_in
from villages.forms.accounts import DayInput
from villages.models import AuditRecord, User
from villages.models.audit import AuditKind
from villages.naming import account_name
from villages.views.rights import AuditorPage

PAGE = 50


class AuditForm(forms.Form):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_on"), cleaned.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", _("The last day cannot be before the first."))
        return cleaned


class AuditFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(
        label=pgettext_lazy("audit", "What was done"),
        choices=AuditKind.choices,
        empty_label=_("Anything"),
    )
    user = django_filters.CharFilter(
        label=_("Name or account name"), method="filter_user"
    )
    from_on = DayFilter(
        label=_("From"), field_name="at", lookup_expr="date__gte", widget=DayInput
    )
    until_on = DayFilter(
        label=_("Until"), field_name="at", lookup_expr="date__lte", widget=DayInput
    )

    class Meta:
        model = AuditRecord
        fields = ()
        form = AuditForm

    def filter_user(
        self, records: QuerySet[AuditRecord], _name: str, typed: str
    ) -> QuerySet[AuditRecord]:
        """Narrow to the account of that name; where there is none, to those whose
        account name begins so or whose own name holds it.
        """
        text = "".join(typed.split())
        users = User.objects.filter(username__iexact=account_name(text))
        if not users.exists():
            users = User.objects.filter(accounts_like(text))
        return records.filter(user__in=users)


class AuditLog(AuditorPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        records = AuditRecord.objects.select_related("user")
        found = AuditFilter(request.GET, records)
        page = list(older_than(request.GET.get("before", ""), found.qs)[: PAGE + 1])
        has_more = len(page) > PAGE
        name_nobody_in(page[:PAGE])

        query = request.GET.copy()
        query.pop("before", None)
        context: dict[str, Any] = {
            "form": found.form,
            "records": page[:PAGE],
            "rows": [
                (record, subject_in_words(record), actor_in_words(record))
                for record in page[:PAGE]
            ],
            "before": mark_of(page[PAGE - 1]) if has_more else "",
            "kept": query.urlencode(),
        }
        return render(request, "villages/audit_log.html", context)


def mark_of(record: AuditRecord) -> str:
    """Return the mark at which the next page begins: time and id, so that equal times
    are neither skipped nor shown twice.
    """
    return f"{record.at.astimezone(UTC):%Y%m%d%H%M%S%f}-{record.pk}"


def older_than(mark: str, records: QuerySet[AuditRecord]) -> QuerySet[AuditRecord]:
    """Return the records after a mark; all of them where it is none."""
    moment, _dash, pk = mark.partition("-")
    try:
        at = datetime.strptime(moment, "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
        return records.filter(Q(at__lt=at) | Q(at=at, pk__lt=int(pk)))
    except ValueError:
        return records
