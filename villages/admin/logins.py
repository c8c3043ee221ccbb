"""Open log-ins and counts of lookups to look at; never a key, a token or a hash."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from villages.admin.rights import OffTheIndex, PostAdmin
from villages.models import LookupCount, OpenLogin, PasswordUsed
from villages.open_logins import device_of
from villages.rights import MANAGE_ACCOUNTS, READ_AUDIT_LOG


@admin.register(OpenLogin)
class OpenLoginAdmin(PostAdmin):
    readers = MANAGE_ACCOUNTS
    list_display = ("user", "began_at", "address", "device_in_words")
    fields = readonly_fields = ("user", "began_at", "address", "device_in_words")
    list_select_related = ("user",)
    search_fields = ("user__username",)

    @admin.display(description=_("device"))
    def device_in_words(self, login: OpenLogin) -> str:
        return device_of(login)


@admin.register(PasswordUsed)
class PasswordUsedAdmin(OffTheIndex, PostAdmin):
    readers = MANAGE_ACCOUNTS
    list_display = fields = readonly_fields = ("user",)
    list_select_related = ("user",)
    search_fields = ("user__username",)


@admin.register(LookupCount)
class LookupCountAdmin(PostAdmin):
    readers = READ_AUDIT_LOG
    list_display = fields = readonly_fields = ("day", "user", "count")
    list_select_related = ("user",)
    search_fields = ("user__username",)
