"""What a town has shown to everybody of the figures of a month."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from supervision.models.report import MonthlyReport
from villages.models import Post


class Publication(models.Model):
    """Figures of a signed report that everybody may read until it is taken back, as
    they were counted for it.
    """

    report = models.ForeignKey(
        MonthlyReport,
        models.CASCADE,
        related_name="publications",
        verbose_name=_("report"),
    )
    codes = models.JSONField(pgettext_lazy("publication", "what is shown"))
    numbers = models.JSONField()
    topics = models.JSONField(default=list)  # name and number, the most first
    published_at = models.DateTimeField(pgettext_lazy("publication", "published"))
    published_by = models.ForeignKey(
        Post,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("publication", "published by"),
    )
    ended_at = models.DateTimeField(
        pgettext_lazy("publication", "taken back"), null=True
    )

    class Meta:
        verbose_name = pgettext_lazy("publication", "public report")
        verbose_name_plural = pgettext_lazy("publication", "public reports")
        ordering = ("-published_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("report",),
                condition=Q(ended_at=None),
                name="report_is_public_once_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return str(self.report)
