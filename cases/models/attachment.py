"""Photos and papers of a case, reached only through a view with the permission check."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from villages.models import Post


class Attachment(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="attachments", verbose_name=_("case"))
    file = models.FileField(_("file"), max_length=120)
    thumbnail = models.FileField(_("small picture"), max_length=120, blank=True)
    content_type = models.CharField(_("kind of file"), max_length=60)
    size = models.PositiveIntegerField(_("size"))
    received_sha256 = models.CharField(max_length=64)
    from_speaker = models.BooleanField(_("from the speaker"), default=False)
    at = models.DateTimeField(_("at"))
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("post"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("case", "received_sha256"), name="attachment_same_file_once_a_case"),
        )

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"
