"""Backups that were made or proved, and what kept one from it, for the auditor."""

from django.contrib import admin

from supervision.models import BackupRun
from villages.admin.rights import PostAdmin
from villages.rights import READ_AUDIT_LOG


@admin.register(BackupRun)
class BackupRunAdmin(PostAdmin):
    readers = READ_AUDIT_LOG
    list_display = ("at", "step", "file", "size", "is_good")
    list_filter = ("step", "is_good")
    fields = ("at", "step", "file", "size", "is_good", "words")
