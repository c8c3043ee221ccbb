"""Runs of the background jobs: one row a job, written by the worker's signals
(supervision/tasks.py).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class JobRun(models.Model):
    """The last run of a job, and the last that went well."""

    name = models.CharField(_("job"), max_length=60, unique=True)
    started_at = models.DateTimeField(pgettext_lazy("job", "started"))
    ended_at = models.DateTimeField(pgettext_lazy("job", "ended"), null=True)
    ok_at = models.DateTimeField(pgettext_lazy("job", "last went well"), null=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("run of a job")
        verbose_name_plural = _("runs of jobs")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
