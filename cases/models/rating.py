"""评: the speaker's two answers per round, and later call-backs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.case import Case
from cases.models.choices import How, Satisfaction, Solved, WithChoices
from villages.models import Post


class Rating(WithChoices):
    case = models.ForeignKey(
        Case, models.CASCADE, related_name="ratings", verbose_name=_("case")
    )
    round = models.PositiveSmallIntegerField(_("round"))
    at = models.DateTimeField(_("at"))
    satisfaction = models.CharField(
        _("satisfaction"), max_length=12, choices=Satisfaction.choices
    )
    solved = models.CharField(_("solved"), max_length=6, choices=Solved.choices)
    reason = models.TextField(_("reason"), blank=True)
    how = models.CharField(_("how"), max_length=8, choices=How.choices)
    entered_by = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("written down by"),
    )
    on_the_spot = models.BooleanField(_("said on the spot"), default=False)
    drawn = models.BooleanField(_("drawn for a call-back"), default=False)

    class Meta:
        verbose_name = pgettext_lazy("by the speaker", "rating")
        verbose_name_plural = pgettext_lazy("by the speaker", "ratings")
        ordering = ("at", "pk")
        indexes = (
            models.Index(
                fields=("case",), condition=Q(drawn=True), name="rating_drawn"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("case", "round"), name="rating_one_a_round"
            ),
            models.CheckConstraint(
                condition=~Q(satisfaction="dissatisfied") | ~Q(reason=""),
                name="rating_dissatisfied_has_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.get_satisfaction_display()


class CallBack(models.Model):
    """抽查: the two questions asked again after closing, by somebody else."""

    case = models.ForeignKey(
        Case, models.CASCADE, related_name="call_backs", verbose_name=_("case")
    )
    at = models.DateTimeField(_("at"))
    satisfaction = models.CharField(
        _("satisfaction"), max_length=12, choices=Satisfaction.choices
    )
    solved = models.CharField(_("solved"), max_length=6, choices=Solved.choices)
    how = models.CharField(_("how"), max_length=8, choices=How.choices)
    note = models.TextField(_("note"), blank=True)
    post = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("post")
    )

    class Meta:
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")

    def __str__(self) -> str:
        return self.get_satisfaction_display()
