"""Runs of backups and of their proofs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class BackupStep(models.TextChoices):
    MADE = "made", pgettext_lazy("backup", "made")
    PROVED = "proved", pgettext_lazy("backup", "restored and looked at")


class BackupRun(models.Model):
    """One backup that was made, or one that was restored to prove it; or what kept it
    from being so.

    One that does not count leaves the night's backup or the week's proof still due.
    """

    step = models.CharField(_("step"), max_length=6, choices=BackupStep.choices)
    at = models.DateTimeField(_("at"))
    file = models.CharField(_("file"), max_length=80, blank=True)
    size = models.BigIntegerField(_("size"), null=True)  # bytes
    is_good = models.BooleanField(pgettext_lazy("backup", "good"))
    counts = models.BooleanField(
        pgettext_lazy("backup", "counts"),
        default=True,
        help_text=_(
            "it was made where backups are kept, or proved within a week of its making"
        ),
    )
    words = models.TextField(
        _("evidence, or the reason of the failure"),
        blank=True,
        help_text=_("names no person"),
    )

    class Meta:
        verbose_name = _("run of a backup")
        verbose_name_plural = _("runs of backups")
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("step", "-at"), name="backup_run_latest"),
            models.Index(
                fields=("step", "-at"),
                condition=Q(is_good=True),
                name="backup_run_good",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_step_display()} · {self.file}"
