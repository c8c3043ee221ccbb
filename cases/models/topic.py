"""议题: what the matters of a town are about."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.reserved import ReservedMatter
from villages.models import Town


class Topic(models.Model):
    """议题: a small tree per town. Never removed, only offered no more: what keeps a
    topic from being removed would tell that a secret matter has it.
    """

    town = models.ForeignKey(
        Town, models.CASCADE, related_name="topics", verbose_name=_("town")
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("under"),
    )
    name = models.CharField(_("name"), max_length=20)
    reserved = models.CharField(
        _("reserved to the people of the village"),
        max_length=20,
        choices=ReservedMatter.choices,
        blank=True,
        help_text=_("A matter of this topic is marked so from the start."),
    )
    is_red_line = models.BooleanField(
        _("red line"),
        default=False,
        help_text=_(
            "Harm to a child, violence at home: a matter of this topic that nobody has"
            " reported after an hour is warned of."
        ),
    )
    is_offered = models.BooleanField(
        _("offered"),
        default=True,
        help_text=_("Not ticked: no new matter gets it; those that have it keep it."),
    )

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("town", "name"), name="topic_name_once_a_town"
            ),
        )

    def __str__(self) -> str:
        return self.name
