"""大屏: what opens the wall of a town, without anybody's login."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from villages.models import Town, User


class Wall(models.Model):
    """A screen that may show a town's figures until it is ended; of its address only
    the digest is stored.
    """

    town = models.ForeignKey(
        Town, models.CASCADE, related_name="+", verbose_name=_("town")
    )
    name = models.CharField(pgettext_lazy("wall", "where it hangs"), max_length=40)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    given_at = models.DateTimeField(pgettext_lazy("wall", "given"))
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(pgettext_lazy("wall", "ended"), null=True)

    class Meta:
        verbose_name = pgettext_lazy("wall", "wall")
        verbose_name_plural = pgettext_lazy("wall", "walls")
        ordering = ("-given_at", "-pk")

    def __str__(self) -> str:
        return f"{self.town} · {self.name}"
