"""What is edited here: topics by the system administrator and the town's reviewer, the calendar by the former."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.models import CalendarDay, Topic
from minshi.clock import today
from villages.admin.rights import PostAdmin
from villages.models import Role, Town
from villages.requests import StaffRequest


class TopicForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        town_id = cleaned["town"].pk if cleaned.get("town") else self.instance.town_id
        parent = cleaned.get("parent")
        if parent and (parent.town_id != town_id or parent.pk == self.instance.pk):
            self.add_error("parent", _("Choose another topic of the same town."))
        return cleaned


@admin.register(Topic)
class TopicAdmin(PostAdmin):
    editors = (Role.SYSTEM_ADMIN, Role.REVIEWER)
    form = TopicForm
    list_display = ("name", "parent", "town")
    list_select_related = ("parent", "town")
    search_fields = ("name",)

    def rows(self, request: StaffRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(town__in=towns_of(request))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "town":
            kwargs["queryset"] = towns_of(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> tuple[str, ...]:
        return ("town",) if obj else ()  # its cases are that town's


def towns_of(request: Any) -> QuerySet[Town]:
    """Every town for the system administrator, the own ones for a reviewer."""
    if request.user.holds(today(), Role.SYSTEM_ADMIN):
        return Town.objects.all()
    return Town.objects.overseen_by(request.user, today(), (Role.REVIEWER,))


@admin.register(CalendarDay)
class CalendarDayAdmin(PostAdmin):
    """What is entered here stays when the calendar is loaded again."""

    editors = (Role.SYSTEM_ADMIN,)
    list_display = ("day", "town", "is_working", "name", "confirmed")
    list_select_related = ("town",)
    list_filter = ("is_working", "confirmed")
    date_hierarchy = "day"
    fields = ("day", "town", "is_working", "name", "confirmed")
    readonly_fields = ("confirmed",)

    def save_model(self, request: HttpRequest, obj: CalendarDay, form: Any, change: bool) -> None:
        obj.confirmed = True
        super().save_model(request, obj, form, change)
