"""Clocks of a case's stages, and the work calendar."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.choices import COUNTED_IN, Level, Rule, Stage
from villages.models import Post, Town


class Clock(models.Model):
    """One visit of a stage; exactly one clock runs while the case is open
    (domain §4).
    """

    case = models.ForeignKey(
        "Case", models.CASCADE, related_name="clocks", verbose_name=_("case")
    )
    round = models.PositiveSmallIntegerField(_("round"))
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    nth = models.PositiveSmallIntegerField(
        help_text=_("counts the clocks of this case")
    )
    rule = models.CharField(max_length=10)
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=8, choices=COUNTED_IN)
    started_at = models.DateTimeField(pgettext_lazy("clock", "started"))
    due_at = models.DateTimeField(_("due"))
    yellow_at = models.DateTimeField(pgettext_lazy("clock", "yellow from"))
    look_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_("when somebody has to look at it next; none: nothing is left"),
    )
    stopped_at = models.DateTimeField(pgettext_lazy("clock", "stopped"), null=True)
    pauses = models.JSONField(
        default=list, help_text=_("[from, until] pairs, ISO times")
    )
    extended = models.BooleanField(pgettext_lazy("clock", "extended"), default=False)
    rejected = models.BooleanField(
        pgettext_lazy("clock", "sent back as not done"), default=False
    )
    is_provisional = models.BooleanField(
        default=False,
        help_text=_("counted to a year whose days off were not known (domain §4)"),
    )

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ("case", "nth")
        indexes = (
            # the rounds completed in a time
            models.Index(
                fields=("stopped_at",),
                condition=Q(stage__in=("handle", "speak"), stopped_at__isnull=False),
                name="clock_stopped",
            ),
            models.Index(
                fields=("look_at",),
                condition=Q(stopped_at=None, look_at__isnull=False),
                name="clock_to_look_at",
            ),
            # few or none, and every list marks them
            models.Index(
                fields=("case",),
                condition=Q(stopped_at=None, is_provisional=True),
                name="clock_provisional",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("case", "nth"), name="clock_nth_once_a_case"
            ),
            models.UniqueConstraint(
                fields=("case",),
                condition=Q(stopped_at=None),
                name="clock_one_running_a_case",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_level_display()} · {self.get_stage_display()}"

    def in_time(self) -> bool:
        """Return True where it stopped before it was due."""
        return self.stopped_at is not None and self.stopped_at < self.due_at

    def is_overdue(self, at: datetime) -> bool:
        return (self.stopped_at or at) >= self.due_at

    def rests_until(self, on: date) -> date | None:
        """Return the end of the pause that a day lies in, which itself counts again;
        None: the day counts.
        """
        day = on.isoformat()
        for pause in self.pauses:
            if pause["from"] <= day < pause["until"]:
                return date.fromisoformat(pause["until"])
        return None


class DeadlineRule(models.Model):
    """A town's own length of a deadline from a moment on, in place of the default; the
    newest counts, none is changed.

    A clock that began before keeps the length it began with.
    """

    town = models.ForeignKey(
        Town, models.CASCADE, related_name="deadline_rules", verbose_name=_("town")
    )
    rule = models.CharField(_("deadline"), max_length=12, choices=Rule.choices)
    amount = models.PositiveSmallIntegerField(_("days"))
    unit = models.CharField(_("counted in"), max_length=8, choices=COUNTED_IN)
    from_at = models.DateTimeField(_("from"))
    set_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("set by")
    )

    class Meta:
        verbose_name = _("deadline of a town")
        verbose_name_plural = _("deadlines of towns")
        ordering = ("town", "rule", "-from_at")
        constraints = (
            models.UniqueConstraint(
                fields=("town", "rule", "from_at"), name="deadline_rule_once_a_moment"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lte=365)
                | Q(rule="extension", amount=0),
                name="deadline_rule_is_a_length",
            ),
        )

    def __str__(self) -> str:
        return self.get_rule_display()


# A year can be relied on where one of its national days is a make-up weekend or was
# confirmed by hand (domain §4).
VOUCHES_FOR_ITS_YEAR = Q(town=None) & (Q(is_working=True) | Q(confirmed=True))


class CalendarDay(models.Model):
    """One day off or make-up weekend, of which this table is the only source: national,
    or a town's own, which overrides it (domain §4).
    """

    day = models.DateField(_("day"))
    town = models.ForeignKey(
        Town,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("town"),
    )
    is_working = models.BooleanField(_("worked"))
    name = models.CharField(_("name"), max_length=40, blank=True)
    confirmed = models.BooleanField(_("entered by hand"), default=False)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ("day",)
        constraints = (
            models.UniqueConstraint(
                fields=("day",), condition=Q(town=None), name="calendar_day_once"
            ),
            models.UniqueConstraint(
                fields=("day", "town"),
                condition=Q(town__isnull=False),
                name="calendar_day_once_a_town",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
