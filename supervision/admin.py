"""Chasing, orders and notices, to look at."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cases.admin.rights import Window, link_to
from supervision.models import Chase, SupervisionOrder


class OfCase(Window):
    path = "case"
    readonly_fields = ("of_case",)

    @admin.display(description=_("case"))
    def of_case(self, row: Any) -> str:
        return link_to(row.case)


@admin.register(Chase)
class ChaseAdmin(OfCase):
    list_display = ("at", "of_case", "level", "step")
    list_select_related = ("case",)
    list_filter = ("level", "step")
    search_fields = ("=case__number",)
    fields = ("at", "of_case", "level", "step", "due_at", "reason")


@admin.register(SupervisionOrder)
class OrderAdmin(OfCase):
    list_display = ("number", "of_case", "state", "raised_at", "reply_on")
    list_select_related = ("case",)
    list_filter = ("state",)
    search_fields = ("=number", "=case__number")
    fields = ("number", "of_case", "state", "reason", "demand", "reply_on", "raised_at", "sent_at", "replied_at")
