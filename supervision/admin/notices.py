"""Calls to speakers, and the user's own notices, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from cases.admin.rights import Window
from supervision.admin.case_column import CaseColumn
from supervision.models import Call, Notice
from villages.requests import StaffRequest


@admin.register(Call)
class CallAdmin(CaseColumn):
    list_display = ("asked_at", "of_case", "kind", "tries", "done_at")
    list_select_related = ("case",)
    list_filter = ("kind",)
    search_fields = ("=case__number",)
    fields = ("asked_at", "of_case", "kind", "tries", "tried_at", "done_at", "done_by")


@admin.register(Notice)
class NoticeAdmin(Window):
    """The notices of the user who looks."""

    list_display = ("created_at", "kind", "channel", "state")
    list_filter = ("kind", "state")
    fields = (
        "created_at",
        "kind",
        "channel",
        "state",
        "tries",
        "sent_at",
        "read_at",
        "error",
    )

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(recipient=request.user)
