"""Photos and papers of a case, of a meeting, of a step. A view with the permission
check is the only way to them.
"""

import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.four_two import FourTwoProcess, FourTwoStep
from cases.models.meeting import Meeting
from villages.models import Post, User


class KeptFile(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.FileField(_("file"), max_length=120)
    thumbnail = models.FileField(_("small picture"), max_length=120, blank=True)
    content_type = models.CharField(_("kind of file"), max_length=60)
    size = models.PositiveIntegerField(_("size"))
    received_sha256 = models.CharField(max_length=64)
    # of what is stored; empty: it was stored before digests were noted
    file_sha256 = models.CharField(max_length=64, blank=True, default="")
    thumbnail_sha256 = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField(_("at"))
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("post")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"


class Attachment(KeptFile):
    case = models.ForeignKey(
        Case, models.CASCADE, related_name="attachments", verbose_name=_("case")
    )
    from_speaker = models.BooleanField(_("from the speaker"), default=False)
    is_public = models.BooleanField(_("the speaker may see it"), default=False)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("case", "received_sha256"),
                name="attachment_same_file_once_a_case",
            ),
        )


class SignedSheetQuerySet(models.QuerySet["SignedSheet"]):
    def visible_to(self, user: User, on: date) -> "SignedSheetQuerySet":
        """Return the sheets of the meetings and of the steps that the user sees."""
        meetings = Meeting.objects.visible_to(user, on)
        of_meetings = self.filter(meeting__in=meetings)

        processes = FourTwoProcess.objects.visible_to(user, on)
        of_steps = self.filter(step__process__in=processes)

        return of_meetings | of_steps


class SignedSheet(KeptFile):
    """The photo of what was signed on paper: at a meeting, or at a step of the six."""

    meeting = models.ForeignKey(
        Meeting,
        models.CASCADE,
        null=True,
        related_name="sheets",
        verbose_name=_("meeting"),
    )
    step = models.ForeignKey(
        FourTwoStep,
        models.CASCADE,
        null=True,
        related_name="sheets",
        verbose_name=_("step of the six"),
    )

    objects = SignedSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("signed sheet")
        verbose_name_plural = _("signed sheets")
        ordering = ("at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(meeting=None, step__isnull=False)
                | Q(meeting__isnull=False, step=None),
                name="signed_sheet_is_of_a_meeting_or_a_step",
            ),
            models.UniqueConstraint(
                fields=("meeting", "received_sha256"),
                condition=Q(step=None),
                name="signed_sheet_same_file_once_a_meeting",
            ),
            models.UniqueConstraint(
                fields=("step", "received_sha256"),
                condition=Q(meeting=None),
                name="signed_sheet_same_file_once_a_step",
            ),
        )
