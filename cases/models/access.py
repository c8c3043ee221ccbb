"""Those whom a case was opened or closed to by name: readers of a secret case, cadres
whom it concerns, invited villages.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from villages.models import Post, User, Village


class CaseAccess(models.Model):
    """A post named as a reader of a 保密 case (domain §3, confidentiality)."""

    case = models.ForeignKey(
        "Case", models.CASCADE, related_name="access", verbose_name=_("case")
    )
    post = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("post")
    )

    class Meta:
        verbose_name = _("reader of a secret case")
        verbose_name_plural = _("readers of secret cases")
        constraints = (
            models.UniqueConstraint(fields=("case", "post"), name="case_access_once"),
        )

    def __str__(self) -> str:
        return str(self.post)


class Concern(models.Model):
    """回避: a cadre whom the case concerns; it is hidden from them and from every
    post of their village.
    """

    case = models.ForeignKey(
        "Case", models.CASCADE, related_name="concerns", verbose_name=_("case")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("account")
    )
    village = models.ForeignKey(
        Village, models.PROTECT, null=True, related_name="+", verbose_name=_("village")
    )

    class Meta:
        verbose_name = _("cadre whom a case concerns")
        verbose_name_plural = _("cadres whom cases concern")
        constraints = (
            models.UniqueConstraint(fields=("case", "user"), name="concern_once"),
        )

    def __str__(self) -> str:
        return str(self.user)


class JoinedVillage(models.Model):
    """邀请邻村协办: a village that joins the handling sees exactly that case."""

    case = models.ForeignKey(
        "Case", models.CASCADE, related_name="joined_villages", verbose_name=_("case")
    )
    village = models.ForeignKey(
        Village, models.PROTECT, related_name="joined_cases", verbose_name=_("village")
    )

    class Meta:
        verbose_name = _("invited village")
        verbose_name_plural = _("invited villages")
        constraints = (
            models.UniqueConstraint(
                fields=("case", "village"), name="joined_village_once"
            ),
        )

    def __str__(self) -> str:
        return str(self.village)
