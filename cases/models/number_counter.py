"""The numbers of cases that were given."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from villages.models import Town


class NumberCounter(models.Model):
    """The locked counter of case numbers, one row per town and year; never max + 1."""

    town = models.ForeignKey(
        Town, models.CASCADE, related_name="+", verbose_name=_("town")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number given"), default=0)

    class Meta:
        verbose_name = _("number counter")
        verbose_name_plural = _("number counters")
        constraints = (
            models.UniqueConstraint(
                fields=("town", "year"), name="number_counter_once_a_year"
            ),
        )

    def __str__(self) -> str:
        return f"{self.town} {self.year}"
