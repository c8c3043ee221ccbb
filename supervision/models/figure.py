"""Figures of past days and months, stored so that a board of a million matters is read
at once.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from villages.models import Town


class SpanOfFigures(models.TextChoices):
    DAY = "day", pgettext_lazy("figure", "day")
    MONTH = "month", pgettext_lazy("figure", "month")


class DailyFigure(models.Model):
    """What falls on one day, or in one month, at one place: the figures by code, as
    supervision/figures/ counts them. Places and days with nothing have no row.
    """

    town = models.ForeignKey(
        Town,
        models.CASCADE,
        related_name="+",
        verbose_name=_("town"),
        db_index=False,
    )
    # of a village, of a town's own counter, or of the whole town
    place = models.CharField(_("division code"), max_length=12)
    is_whole_town = models.BooleanField(default=False)
    span = models.CharField(max_length=5, choices=SpanOfFigures.choices)
    day = models.DateField(_("day"))  # of a month its first
    numbers = models.JSONField(default=dict)

    class Meta:
        verbose_name = pgettext_lazy("figure", "figures of a day")
        verbose_name_plural = pgettext_lazy("figure", "figures of days")
        ordering = ("place", "span", "day")
        constraints = (
            models.UniqueConstraint(
                fields=("place", "span", "day"), name="daily_figure_once_a_place"
            ),
            models.CheckConstraint(
                condition=~Q(span="month") | Q(day__day=1),
                name="daily_figure_of_a_month_begins_it",
            ),
        )
        indexes = (
            models.Index(
                fields=("town", "is_whole_town", "span", "day"),
                name="daily_figure_of_town",
            ),
        )

    def __str__(self) -> str:
        return f"{self.place} {self.day}"


class FigureMark(models.Model):
    """The moment up to which the figures are stored; one row, none before the first."""

    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = pgettext_lazy("figure", "figures stored until")
        verbose_name_plural = pgettext_lazy("figure", "figures stored until")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
