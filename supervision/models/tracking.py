"""跟踪督办: meetings in which a town goes through the cases that drag on, and decides
what is to happen with each.
"""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case
from cases.models.choices import WithChoices
from villages.models import Post, Town


class TrackingVerdict(models.TextChoices):
    GOES_ON = "goes_on", pgettext_lazy("tracking", "goes on as planned")
    HELPED = "helped", pgettext_lazy("tracking", "settled among us how to go on")
    URGED = "urged", pgettext_lazy("tracking", "urged")
    ORDERED = "ordered", pgettext_lazy("tracking", "supervision order")


# these are acts on the case, and stay
ACTED = (TrackingVerdict.URGED, TrackingVerdict.ORDERED)


class TrackingMeeting(models.Model):
    """A meeting of a town, one at a time; its list is made when it begins."""

    town = models.ForeignKey(
        Town, models.PROTECT, related_name="tracking_meetings", verbose_name=_("town")
    )
    began_at = models.DateTimeField(pgettext_lazy("tracking", "began"))
    began_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    ended_at = models.DateTimeField(pgettext_lazy("tracking", "ended"), null=True)

    class Meta:
        verbose_name = _("tracking meeting")
        verbose_name_plural = _("tracking meetings")
        ordering = ("-began_at", "-pk")
        indexes = (
            models.Index(fields=("town", "-began_at", "-id"), name="tracking_of_town"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("town",),
                condition=Q(ended_at=None),
                name="tracking_one_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.town} {self.began_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("supervision:tracking_meeting", args=[self.pk])


class TrackedCase(WithChoices):
    meeting = models.ForeignKey(
        TrackingMeeting, models.CASCADE, related_name="items", verbose_name=_("meeting")
    )
    case = models.ForeignKey(
        Case, models.CASCADE, related_name="tracked", verbose_name=_("case")
    )
    verdict = models.CharField(
        pgettext_lazy("tracking", "what is to happen"),
        max_length=8,
        choices=TrackingVerdict.choices,
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    said_at = models.DateTimeField(_("at"), null=True)
    said_by = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("tracked matter")
        verbose_name_plural = _("tracked matters")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("meeting", "case"), name="tracked_once_a_meeting"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", said_at=None, said_by=None)
                | ~Q(verdict="") & Q(said_at__isnull=False, said_by__isnull=False),
                name="tracked_verdict_iff_said",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case} · {self.get_verdict_display()}"
