"""What is kept of ledgers, to look at: arrangements, files that took long, and ledgers
that are closed, with their rows and entries in red.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.admin.parts import CasePart
from cases.admin.rights import with_place
from cases.models import ExportJob, FrozenLedger, FrozenRow, OwnLedger, RedEntry
from minshi.clock import today
from villages.admin.rights import OffTheIndex, PostAdmin
from villages.requests import StaffRequest
from villages.rights import FREEZE_LEDGERS, READ_AUDIT_LOG, VIEW_CASES


@admin.register(OwnLedger)
class OwnLedgerAdmin(OffTheIndex, PostAdmin):
    """Everybody's own alone."""

    readers = VIEW_CASES
    list_display = fields = readonly_fields = ("ledger", "hidden", "oldest_first")

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(user=request.user)


@admin.register(ExportJob)
class ExportJobAdmin(PostAdmin):
    """Whoever audits sees who had what written and why, never the filter: it may name
    who spoke.
    """

    readers = READ_AUDIT_LOG
    list_display = fields = readonly_fields = (
        "asked_at",
        "user",
        "ledgers",
        "form",
        "reason",
        "unmasked",
        "state",
        "rows",
        "expires_at",
    )
    list_select_related = ("user",)
    search_fields = ("user__username",)


@admin.register(FrozenLedger)
class FrozenLedgerAdmin(PostAdmin):
    readers = FREEZE_LEDGERS
    list_display = fields = readonly_fields = (
        "ledger",
        "of",
        "first_on",
        "last_on",
        "row_count",
        "frozen_at",
        "closed_by",
    )
    list_select_related = ("town", "village", "frozen_by__user")

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        visible = FrozenLedger.objects.visible_to(request.user, today())
        return visible.filter(pk__in=queryset.values("pk"))

    @admin.display(description=_("place"))
    def of(self, frozen: FrozenLedger) -> str:
        return frozen.place

    @admin.display(description=_("rows"))
    def row_count(self, frozen: Any) -> int:
        """Return how many rows its reader may see."""
        rows: int = frozen.rows_shown
        return rows

    @admin.display(description=_("closed by"))
    def closed_by(self, frozen: FrozenLedger) -> str:
        return str(frozen.frozen_by.user)


@admin.register(FrozenRow)
class FrozenRowAdmin(OffTheIndex, CasePart):
    list_select_related = ("case", "book__town", "book__village")


@admin.register(RedEntry)
class RedEntryAdmin(OffTheIndex, CasePart):
    shown = ("column", "reason", "at", "by")
    list_select_related = ("case", *with_place("by"))
