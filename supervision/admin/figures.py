"""Figures and monthly reports, to look at; of a stored figure only that it is there."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from minshi.clock import today
from supervision.admin.counters import CounterAdmin, HiddenCounterAdmin
from supervision.models import (
    DailyFigure,
    FigureMark,
    MonthlyReport,
    MonthlyReportRow,
    Publication,
    Wall,
)
from supervision.reports.ledger import reports_in_sight
from villages.admin.rights import OffTheIndex, PostAdmin
from villages.requests import StaffRequest
from villages.rights import READ_REPORTS


@admin.register(MonthlyReport)
class MonthlyReportAdmin(PostAdmin):
    readers = READ_REPORTS
    list_display = ("town", "month", "edition", "made_at", "signed_at")
    list_select_related = ("town",)
    fields = (*list_display, "signed_by", "why_again", "typical")

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seen = reports_in_sight(request.user, today())
        return queryset.filter(pk__in=seen.values("pk"))


@admin.register(MonthlyReportRow)
class MonthlyReportRowAdmin(OffTheIndex, PostAdmin):
    readers = READ_REPORTS
    list_display = ("report", "name")
    list_select_related = ("report__town",)
    fields = list_display

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seen = reports_in_sight(request.user, today())
        return queryset.filter(report__in=seen.values("pk"))


@admin.register(Publication)
class PublicationAdmin(PostAdmin):
    readers = READ_REPORTS
    list_display = ("report", "published_at", "published_by", "ended_at")
    list_select_related = ("report__town", "published_by__user")
    fields = list_display

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seen = reports_in_sight(request.user, today())
        return queryset.filter(report__in=seen.values("pk"))


@admin.register(DailyFigure)
class DailyFigureAdmin(HiddenCounterAdmin):
    list_display = ("place", "span", "day")
    fields = list_display


@admin.register(Wall)
class WallAdmin(CounterAdmin):
    list_display = ("town", "name", "given_at", "ended_at")
    list_select_related = ("town",)
    fields = list_display


admin.site.register(FigureMark, HiddenCounterAdmin)
