"""Imports of lists, to be looked at when somebody asks what became of one; they are
made, entered and taken back on their own pages.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from minshi.clock import today
from villages.admin.rights import OffTheIndex, PostAdmin
from villages.imports.starting import runs_in_sight
from villages.models import ImportRow, ImportRun
from villages.requests import StaffRequest
from villages.rights import IMPORT_LISTS


class ReadOnly(PostAdmin):
    readers = IMPORT_LISTS

    def edits(self, request: HttpRequest) -> bool:
        return False


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly):
    fields = (
        "kind",
        "town",
        "village",
        "state",
        "file_name",
        "counts",
        "good_only",
        "trouble",
        "by",
        "at",
        "entered_at",
        "taken_back_at",
    )
    list_display = ("file_name", "kind", "place", "state", "by", "at")
    list_select_related = ("town", "village", "by")

    @admin.display(description=_("place"))
    def place(self, run: ImportRun) -> str:
        return run.place

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return runs_in_sight(request.user, today())


@admin.register(ImportRow)
class ImportRowAdmin(OffTheIndex, ReadOnly):
    """The rows of a list by number and verdict; their cells stand on its page."""

    fields = ("run", "sheet", "number", "verdict", "is_entered", "kept_because")
    list_display = ("run", "number", "verdict", "is_entered", "kept_because")
    list_select_related = ("run",)

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        runs = runs_in_sight(request.user, today())
        return queryset.filter(run__in=runs.values("pk")).defer(
            "raw", "problems", "undo"
        )
