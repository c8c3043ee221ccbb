"""Accounts and posts to look at (they change on the pages under /accounts/), and the logs of the auditor."""

from auditlog.models import LogEntry
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from villages.admin.rights import PostAdmin
from villages.models import AuditRecord, Post, Role, User


@admin.register(User)
class UserAdmin(PostAdmin):
    """Changes go through /accounts/, where each is a rule and a line in the audit log."""

    readers = (Role.SECURITY_ADMIN,)
    list_display = ("username", "name", "is_active", "last_login")
    fields = ("username", "name", "is_active", "must_change_password", "last_login", "date_joined")
    search_fields = ("username", "name")
    ordering = ("username",)


@admin.register(Post)
class AppointmentAdmin(PostAdmin):
    readers = (Role.SECURITY_ADMIN,)
    list_display = ("user", "role", "place", "from_on", "until_on", "may_sign")
    list_filter = ("role",)
    list_select_related = ("user", "village", "group__village", "town", "office")
    search_fields = ("user__username", "user__name")

    @admin.display(description=_("place"))
    def place(self, post: Post) -> str:
        return post.place


@admin.register(AuditRecord)
class AuditRecordAdmin(PostAdmin):
    readers = (Role.AUDITOR,)
    list_display = ("at", "user", "kind", "subject", "reason", "address")
    list_filter = ("kind",)
    list_select_related = ("user",)
    search_fields = ("user__username",)


@admin.register(LogEntry)
class FieldHistoryAdmin(PostAdmin):
    """Field history of accounts, posts and the grid, as django-auditlog keeps it."""

    readers = (Role.AUDITOR,)
    list_display = ("timestamp", "actor", "action", "content_type", "object_repr")
    list_select_related = ("actor", "content_type")
    list_filter = ("action",)
    fields = ("timestamp", "actor", "action", "content_type", "object_repr", "changes")
