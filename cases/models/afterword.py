"""还有话说: what a speaker says of a closed matter, and how it was answered."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.case import Case
from cases.models.choices import AfterwordEnd, Light, WithChoices
from minshi import workdays
from villages.models import Post


class Afterword(WithChoices):
    """A word after closing, with the day by which it is to be answered.

    The words themselves stand in the events: the first one opens the row, and those
    that come while it is open join it. The closed case gets no clock; the day is the
    row's own.
    """

    case = models.ForeignKey(
        Case, models.CASCADE, related_name="afterwords", verbose_name=_("case")
    )
    said_at = models.DateTimeField(pgettext_lazy("afterword", "said"))
    due_at = models.DateTimeField(pgettext_lazy("afterword", "due"))
    yellow_at = models.DateTimeField(pgettext_lazy("afterword", "due soon from"))
    owner = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("afterword", "with"),
    )
    answered_at = models.DateTimeField(pgettext_lazy("afterword", "ended"), null=True)
    end = models.CharField(
        pgettext_lazy("afterword", "how it ended"),
        max_length=8,
        choices=AfterwordEnd.choices,
        blank=True,
    )
    answered_by = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("afterword", "answered by"),
    )
    answer = models.TextField(_("what was told"), blank=True)

    class Meta:
        verbose_name = _("word after closing")
        verbose_name_plural = _("words after closing")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("case",),
                condition=Q(answered_at=None),
                name="afterword_one_open_a_case",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, end="")
                | Q(answered_at__isnull=False) & ~Q(end=""),
                name="afterword_answered_in_a_way",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",),
                condition=Q(answered_at=None),
                name="afterword_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{timezone.localtime(self.said_at):%Y-%m-%d %H:%M}"

    @property
    def due_on(self) -> date:
        """The last day in time."""
        return workdays.last_day_of(self.due_at)

    def light(self, at: datetime) -> Light | None:
        """Return the light while it waits for an answer; None once it has one."""
        if self.answered_at:
            return None
        if at >= self.due_at:
            return Light.RED
        return Light.YELLOW if at >= self.yellow_at else Light.GREEN
