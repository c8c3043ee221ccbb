"""Seals over the logs that only grow, and the nightly comparison with them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.choices import WithChoices


class Log(models.TextChoices):
    """The logs that only grow."""

    EVENTS = "events", pgettext_lazy("log", "events of cases")
    AUDIT = "audit", pgettext_lazy("log", "audit log")
    FIELDS = "fields", pgettext_lazy("log", "field history")


class Seal(WithChoices):
    """A keyed seal over the next rows of a log, each carrying the one before it: a row
    that is changed or gone no longer fits, nor does a seal.
    """

    log = models.CharField(_("log"), max_length=8, choices=Log.choices)
    sequence = models.PositiveIntegerField(pgettext_lazy("history", "running number"))
    rows = models.TextField(pgettext_lazy("history", "keys of the rows"))  # 1-57,60
    count = models.PositiveIntegerField(pgettext_lazy("history", "rows"))
    # under this seal and those before it
    total = models.PositiveBigIntegerField(pgettext_lazy("history", "rows so far"))
    highest = models.PositiveBigIntegerField()  # key, likewise
    digest = models.CharField(max_length=64)
    previous_hash = models.CharField(
        pgettext_lazy("history", "seal before"), max_length=64, blank=True
    )
    hash = models.CharField(pgettext_lazy("history", "seal"), max_length=64)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = pgettext_lazy("history", "seal")
        verbose_name_plural = pgettext_lazy("history", "seals")
        ordering = ("log", "sequence")
        constraints = (
            models.UniqueConstraint(
                fields=("log", "sequence"), name="seal_sequence_once_a_log"
            ),
        )
        indexes = (models.Index(fields=("log", "at"), name="seal_of_log_at"),)

    def __str__(self) -> str:
        return f"{self.get_log_display()} {self.sequence}"


class HistoryCheck(models.Model):
    """One comparison of everything with its history, and the heads of that day."""

    at = models.DateTimeField(_("at"))
    cases = models.PositiveIntegerField(_("cases"))
    found = models.PositiveIntegerField(pgettext_lazy("history", "found"))
    findings = models.JSONField(default=list)  # the first of them, in words
    heads = models.JSONField(default=list)  # in words, as mailed
    # the day under which the heads were kept outside of the database
    kept_on = models.DateField(pgettext_lazy("history", "heads kept for"), null=True)

    class Meta:
        verbose_name = pgettext_lazy("history", "check of history")
        verbose_name_plural = pgettext_lazy("history", "checks of history")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
