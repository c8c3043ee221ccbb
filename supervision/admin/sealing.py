"""Seals over the logs, and the nightly checks with what they found, for the auditor."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from supervision.models import HistoryCheck, Seal
from villages.admin.rights import PostAdmin
from villages.rights import READ_AUDIT_LOG


@admin.register(Seal)
class SealAdmin(PostAdmin):
    readers = READ_AUDIT_LOG
    list_display = ("log", "sequence", "count", "total", "at", "hash")
    list_filter = ("log",)
    fields = (
        "log",
        "sequence",
        "at",
        "rows",
        "count",
        "total",
        "previous_hash",
        "hash",
    )


@admin.register(HistoryCheck)
class HistoryCheckAdmin(PostAdmin):
    readers = READ_AUDIT_LOG
    list_display = ("at", "cases", "found")
    fields = readonly_fields = (
        "at",
        "cases",
        "found",
        "what_was_found",
        "heads_of_the_day",
        "kept_on",
    )

    @admin.display(description=pgettext_lazy("history", "what was found"))
    def what_was_found(self, check: HistoryCheck) -> str:
        return _listed(check.findings)

    @admin.display(description=_("Heads of that day"))
    def heads_of_the_day(self, check: HistoryCheck) -> str:
        return _listed(check.heads)


def _listed(lines: list[str]) -> str:
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    return format_html("<ul>{}</ul>", items) if lines else "—"
