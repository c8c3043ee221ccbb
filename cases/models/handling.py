"""Assignments, requests for more time, replies and red-line reports."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.choices import (
    AssignmentEnd,
    AssignmentRole,
    RequestKind,
    RequestState,
)
from minshi import workdays
from villages.models import Office, Post


class Assignment(models.Model):
    """交办: a part of the handling, as lead or assistant, given to a person's post or
    to an office.
    """

    case = models.ForeignKey(
        "Case", models.CASCADE, related_name="assignments", verbose_name=_("case")
    )
    round = models.PositiveSmallIntegerField(_("round"))
    role = models.CharField(
        _("lead or assistant"), max_length=9, choices=AssignmentRole.choices
    )
    post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("post"),
    )
    office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("office"),
    )
    ask = models.CharField(_("what is asked of them"), max_length=200, blank=True)
    due_on = models.DateField(_("their part by"), null=True, blank=True)
    assigned_at = models.DateTimeField(pgettext_lazy("assignment", "handed over"))
    acknowledged_at = models.DateTimeField(
        pgettext_lazy("assignment", "received"), null=True
    )
    reported_at = models.DateTimeField(
        pgettext_lazy("assignment", "reported back"), null=True
    )
    report = models.TextField(blank=True)
    waived_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(pgettext_lazy("assignment", "ended"), null=True)
    end = models.CharField(
        _("why ended"), max_length=10, choices=AssignmentEnd.choices, blank=True
    )

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(post=None, office__isnull=False)
                | Q(post__isnull=False, office=None),
                name="assignment_is_to_a_post_or_an_office",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="")
                | Q(ended_at__isnull=False) & ~Q(end=""),
                name="assignment_ended_with_reason",
            ),
            models.UniqueConstraint(
                fields=("case",),
                condition=Q(role="lead", ended_at=None),
                name="assignment_one_lead_at_a_time",
            ),
            models.UniqueConstraint(
                fields=("case", "post"),
                condition=Q(ended_at=None, post__isnull=False),
                name="assignment_post_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=("case", "office"),
                condition=Q(ended_at=None, office__isnull=False),
                name="assignment_office_once_at_a_time",
            ),
        )
        indexes = (
            models.Index(
                fields=("post", "case"),
                condition=Q(ended_at=None),
                name="assignment_now_post",
            ),
            models.Index(
                fields=("office", "case"),
                condition=Q(ended_at=None),
                name="assignment_now_office",
            ),
        )

    def __str__(self) -> str:
        return str(self.post or self.office)

    @property
    def holder(self) -> Post | Office:
        holder = self.post or self.office
        assert holder is not None  # noqa: S101 - a constraint: exactly one of the two
        return holder


class Asked(models.Model):
    """A request that somebody makes and somebody else rules on."""

    state = models.CharField(
        pgettext_lazy("request", "state"),
        max_length=8,
        choices=RequestState.choices,
        default=RequestState.OPEN,
    )
    asked_by = models.ForeignKey(
        Post,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("request", "asked by"),
    )
    asked_at = models.DateTimeField(pgettext_lazy("request", "asked"))
    ruled_by = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("request", "ruled by"),
    )
    ruled_at = models.DateTimeField(pgettext_lazy("request", "ruled"), null=True)

    class Meta:
        abstract = True


class HandBack(Asked):
    """协办退单: an assistant gives their part back with a written ground; whoever
    assigned it rules (domain §3).
    """

    assignment = models.ForeignKey(
        Assignment,
        models.CASCADE,
        related_name="hand_backs",
        verbose_name=_("assignment"),
    )
    ground = models.TextField(_("why it cannot be handled"))

    class Meta:
        verbose_name = _("part given back")
        verbose_name_plural = _("parts given back")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("assignment",),
                condition=Q(state="open"),
                name="hand_back_one_open_an_assignment",
            ),
        )

    def __str__(self) -> str:
        return str(self.assignment)


class TimeRequest(Asked):
    """延期 or 中止: asked by the lead, ruled by who may decide."""

    case = models.ForeignKey(
        "Case", models.CASCADE, related_name="time_requests", verbose_name=_("case")
    )
    round = models.PositiveSmallIntegerField(_("round"))
    kind = models.CharField(_("kind"), max_length=10, choices=RequestKind.choices)
    reason = models.TextField(_("reason"))
    until_on = models.DateField(_("until"))
    due_on = models.DateField(_("deadline when asked"), null=True)
    new_due_on = models.DateField(_("deadline by the ruling"), null=True)
    ended_at = models.DateTimeField(pgettext_lazy("request", "ended"), null=True)

    class Meta:
        verbose_name = _("request for more time")
        verbose_name_plural = _("requests for more time")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("case", "kind"),
                condition=Q(state="open"),
                name="time_request_one_open_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=("case", "round"),
                condition=Q(kind="extension", state="granted"),
                name="time_request_one_extension_a_round",
            ),
        )
        indexes = (
            models.Index(
                fields=("until_on",),
                condition=Q(kind="suspension", state="granted", ended_at=None),
                name="time_request_running",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def days(self) -> int:
        """申请天数: calendar days beyond the deadline; of a suspension, from the day it
        was asked.
        """
        start = workdays.local_day(self.asked_at)

        is_extension = self.kind == RequestKind.EXTENSION
        if is_extension and self.due_on and self.due_on < self.until_on:
            start = self.due_on

        return (self.until_on - start).days


class Reply(models.Model):
    """答复: the words in which a speaker was answered, when and by whom."""

    case = models.ForeignKey(
        "Case", models.CASCADE, related_name="replies", verbose_name=_("case")
    )
    round = models.PositiveSmallIntegerField(_("round"))
    at = models.DateTimeField(_("at"))
    text = models.TextField(_("what was told"))
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("post")
    )

    class Meta:
        verbose_name = pgettext_lazy("to the speaker", "reply")
        verbose_name_plural = pgettext_lazy("to the speaker", "replies")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"


class MandatoryReport(models.Model):
    """强制报告: a report to an authority, with its receipt; never public."""

    case = models.ForeignKey(
        "Case", models.CASCADE, related_name="mandatory_reports", verbose_name=_("case")
    )
    at = models.DateTimeField(_("at"))
    told = models.CharField(_("reported to"), max_length=80)
    told_at = models.DateTimeField(_("reported at"))
    receipt = models.CharField(_("receipt"), max_length=120, blank=True)
    post = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("post")
    )

    class Meta:
        verbose_name = _("mandatory report")
        verbose_name_plural = _("mandatory reports")

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"
