"""Supervision orders, answers sent back and talks held about them, to look at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cases.admin.rights import link_to
from supervision.admin.case_column import CaseColumn
from supervision.models import OrderTalk, SentBack, SupervisionOrder


@admin.register(SupervisionOrder)
class OrderAdmin(CaseColumn):
    list_display = ("number", "of_case", "state", "raised_at", "reply_on")
    list_select_related = ("case",)
    list_filter = ("state",)
    search_fields = ("=number", "=case__number")
    fields = (
        "number",
        "of_case",
        "state",
        "reason",
        "demand",
        "reply_on",
        "raised_at",
        "sent_at",
        "replied_at",
        "ended_at",
    )


@admin.register(SentBack)
class SentBackAdmin(CaseColumn):
    path = "order__case"
    list_display = ("checked_at", "of_case")
    list_select_related = ("order__case",)
    fields = ("of_case", "reply", "replied_at", "finding", "checked_at")

    @admin.display(description=_("case"))
    def of_case(self, row: SentBack) -> str:
        return link_to(row.order.case)


@admin.register(OrderTalk)
class OrderTalkAdmin(CaseColumn):
    path = "order__case"
    list_display = ("held_on", "of_case")
    list_select_related = ("order__case",)
    fields = ("of_case", "held_on", "whom", "agreed", "noted_at")

    @admin.display(description=_("case"))
    def of_case(self, row: OrderTalk) -> str:
        return link_to(row.order.case)
