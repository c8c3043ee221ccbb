"""告知说事人: what the speaker is to be told by telephone, where no message reaches
them.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case, Event
from cases.models.choices import Stage, WithChoices
from supervision.models.notice import NoticeKind
from villages.models import Post


class CallQuerySet(models.QuerySet["Call"]):
    def to_make(self) -> "CallQuerySet":
        """Of open cases; of a closed one only that it was taken back, for it is told of
        that very closing.
        """
        return self.filter(
            ~Q(case__stage=Stage.CLOSED) | Q(kind=NoticeKind.WITHDRAWN), done_at=None
        )


class Call(WithChoices):
    """One for an event: made with its notices, closed by whoever reached the
    speaker.
    """

    case = models.ForeignKey(
        Case, models.CASCADE, related_name="calls", verbose_name=_("case")
    )
    event = models.OneToOneField(Event, models.PROTECT, related_name="call")
    kind = models.CharField(
        _("what to tell"), max_length=14, choices=NoticeKind.choices
    )
    asked_at = models.DateTimeField(pgettext_lazy("call", "asked"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    tried_at = models.DateTimeField(_("last tried"), null=True)
    done_at = models.DateTimeField(pgettext_lazy("call", "reached"), null=True)
    done_by = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call to the speaker")
        verbose_name_plural = _("calls to speakers")
        ordering = ("asked_at", "pk")
        indexes = (
            models.Index(
                fields=("asked_at", "id"),
                condition=Q(done_at=None),
                name="call_to_make",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="call_done_iff_by",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case} · {self.get_kind_display()}"
