"""告知说事人: calls to make to speakers whom no message reaches."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case, Event
from cases.models.choices import Stage, WithChoices
from supervision.models.notice_kinds import NoticeKind
from villages.models import Post


def was_closed_since() -> Exists:
    """True of calls whose case was closed after the event that they tell of, whatever
    became of it since.
    """
    later = Event.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("event"))
    closings = later.filter(target=Stage.CLOSED).exclude(source=Stage.CLOSED)
    return Exists(closings)


class CallQuerySet(models.QuerySet["Call"]):
    def to_make(self) -> "CallQuerySet":
        """Return the calls to make for open cases; for closed ones only those that tell
        of the closing itself, a case taken back. What was to be told before a case was
        closed is told no more where it is opened again.
        """
        asked = ~Q(case__stage=Stage.CLOSED) & ~Q(was_closed_since())
        return self.filter(asked | Q(kind=NoticeKind.WITHDRAWN), done_at=None)


class Call(WithChoices):
    """A call to make about one event: written with the notices of the event, closed by
    whoever reached the speaker.
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
    # of the form by which it was tried last: clicked twice it is one try
    tried_key = models.UUIDField(null=True, editable=False)
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
            # what was reached since the figures were last stored
            models.Index(
                fields=("done_at",),
                condition=Q(done_at__isnull=False),
                name="call_done_at",
            ),
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
