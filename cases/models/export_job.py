"""台账导出任务: a file of many rows, written by a worker and fetched for a while."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.choices import WithChoices
from minshi.crypto import EncryptedTextField
from villages.models import User

LONGEST_PURPOSE = 100
EXPORTS = "exports"  # the folder of the files, within those that are uploaded


class ExportState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("export", "waiting")
    RUNNING = "running", pgettext_lazy("export", "being written")
    READY = "ready", pgettext_lazy("export", "ready")
    FAILED = "failed", pgettext_lazy("export", "failed")
    EXPIRED = "expired", pgettext_lazy("export", "no longer there")


class ExportJob(WithChoices):
    """One file asked for: which ledgers, which rows, what for, and how far it is.

    `query` is the filter as the page had it; it may name who spoke, so it is encrypted.
    `posts` are those from which it was asked, and once it is written those whose rows
    it holds: whoever fetches the file must still hold them. `tries` counts how often a
    worker took it up; the latest one alone writes to the row.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField(_("key of the form"), null=True, editable=False)
    user = models.ForeignKey(
        User, models.CASCADE, related_name="export_jobs", verbose_name=_("account")
    )
    posts = models.JSONField(_("posts"), default=list)
    ledgers = models.JSONField(_("ledgers"), default=list)
    query = EncryptedTextField(_("filters"), blank=True)
    form = models.CharField(_("kind of file"), max_length=4)
    language = models.CharField(_("language"), max_length=10)
    reason = models.CharField(_("what it is for"), max_length=LONGEST_PURPOSE)
    unmasked = models.BooleanField(_("with full names and phones"), default=False)

    state = models.CharField(
        pgettext_lazy("export", "state"),
        max_length=8,
        choices=ExportState.choices,
        default=ExportState.WAITING,
    )
    rows = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows written"), default=0)
    asked_at = models.DateTimeField(_("asked for at"))
    claimed_at = models.DateTimeField(_("taken up at"), null=True)
    tries = models.PositiveSmallIntegerField(_("times taken up"), default=0)
    ended_at = models.DateTimeField(pgettext_lazy("export", "ended"), null=True)
    expires_at = models.DateTimeField(_("fetched until"), null=True)
    file = models.CharField(_("file"), max_length=120, blank=True)
    name = models.CharField(_("name of the file"), max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ("-asked_at", "-pk")
        indexes = (
            models.Index(fields=("user", "-asked_at", "-id"), name="export_of_reader"),
            models.Index(
                fields=("asked_at",),
                condition=Q(state__in=("waiting", "running")),
                name="export_to_write",
            ),
            models.Index(fields=("ended_at",), name="export_ended"),
            models.Index(
                fields=("expires_at",),
                condition=Q(state="ready"),
                name="export_to_remove",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("user", "key"), name="export_once_a_form"),
            models.CheckConstraint(
                condition=Q(state="ready", expires_at__isnull=False) & ~Q(file="")
                | ~Q(state="ready") & Q(file=""),
                name="export_has_a_file_iff_ready",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.name}".strip()

    @property
    def percent(self) -> int:
        """How far it is; of a job that has not begun nothing."""
        if self.state == ExportState.READY:
            return 100
        return min(99, 100 * self.done // self.rows) if self.rows else 0
