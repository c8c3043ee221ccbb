"""Accounts and posts to look at (they change on the pages under /accounts/), and the
logs of the auditor.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from villages.admin.rights import PostAdmin
from villages.disclosure import name_nobody_in
from villages.field_history import changes_in_words
from villages.models import AuditRecord, FieldHistory, Post, User
from villages.models.field_history import ACTS
from villages.rights import MANAGE_ACCOUNTS, READ_AUDIT_LOG


@admin.register(User)
class UserAdmin(PostAdmin):
    """Accounts, read only: they change under /accounts/, where each change is a rule
    and a line in the audit log.
    """

    readers = MANAGE_ACCOUNTS
    list_display = ("username", "name", "is_active", "last_login")
    fields = (
        "username",
        "name",
        "masked_phone",
        "is_active",
        "must_change_password",
        "last_login",
        "date_joined",
    )
    search_fields = ("username", "name")
    ordering = ("username",)

    @admin.display(description=_("phone"))
    def masked_phone(self, user: User) -> str:
        return user.masked_phone or "—"


@admin.register(Post)
class AppointmentAdmin(PostAdmin):
    readers = MANAGE_ACCOUNTS
    list_display = ("user", "role", "place", "from_on", "until_on", "may_sign")
    list_filter = ("role",)
    list_select_related = (
        "user",
        "village__town",
        "group__village__town",
        "town",
        "office__town",
    )
    search_fields = ("user__username", "user__name")

    @admin.display(description=_("place"))
    def place(self, post: Post) -> str:
        return post.place_with_town


@admin.register(AuditRecord)
class AuditRecordAdmin(PostAdmin):
    readers = READ_AUDIT_LOG
    list_display = ("at", "user", "kind", "subject", "reason", "address")
    list_filter = ("kind",)
    list_select_related = ("user",)
    search_fields = ("user__username",)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        rows = super().get_changelist_instance(request)
        name_nobody_in(rows.result_list)
        return rows

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> AuditRecord | None:
        record = super().get_object(request, object_id, from_field)
        if record:
            name_nobody_in([record])
        return record


class ActFilter(admin.SimpleListFilter):
    title = _("act")
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(act), label) for act, label in ACTS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = self.value() in {str(act) for act in ACTS}
        return queryset.filter(action=self.value()) if known else queryset


@admin.register(FieldHistory)
class FieldHistoryAdmin(PostAdmin):
    """Field history of accounts, posts and the grid, as django-auditlog keeps it."""

    readers = READ_AUDIT_LOG
    list_display = ("at", "account", "act", "kind", "row")
    list_select_related = ("actor", "content_type")
    list_filter = (ActFilter,)
    fields = readonly_fields = ("at", "account", "act", "kind", "row", "fields_changed")

    @admin.display(description=_("at"), ordering="timestamp")
    def at(self, entry: FieldHistory) -> Any:
        return entry.timestamp

    @admin.display(description=_("account"))
    def account(self, entry: FieldHistory) -> str:
        return str(entry.actor) if entry.actor else "—"

    @admin.display(description=_("act"))
    def act(self, entry: FieldHistory) -> str:
        return entry.act

    @admin.display(description=_("kind"))
    def kind(self, entry: FieldHistory) -> str:
        model = entry.content_type.model_class()
        return str(model._meta.verbose_name) if model else "—"

    @admin.display(description=_("what"))
    def row(self, entry: FieldHistory) -> str:
        return str(entry.object_repr)

    @admin.display(description=_("changes"))
    def fields_changed(self, entry: FieldHistory) -> str:
        lines = format_html_join("", "<li>{}: {} → {}</li>", changes_in_words(entry))
        return format_html("<ul>{}</ul>", lines) if lines else "—"
