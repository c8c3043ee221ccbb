"""Reminders, to look at."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cases.admin.rights import Window, link_to
from supervision.models import Reminder


@admin.register(Reminder)
class ReminderAdmin(Window):
    path = "clock__case"
    list_display = ("at", "number", "step", "recipient")
    list_select_related = ("clock__case", "recipient")
    list_filter = ("step",)
    search_fields = ("=clock__case__number",)
    fields = ("at", "number", "step", "recipient", "due_at")
    readonly_fields = ("number",)

    @admin.display(description=_("case"))
    def number(self, reminder: Any) -> str:
        return link_to(reminder.clock.case)
