"""Assignments, requests for more time, replies and red-line reports."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.choices import AssignmentEnd, AssignmentRole, RequestKind, RequestState
from villages.models import Office, Post


class Assignment(models.Model):
    """交办: who handles, as lead or assistant, a person's post or an office."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="assignments")
    round = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=9, choices=AssignmentRole.choices)
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="assignments")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="assignments")
    assigned_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    report = models.TextField(blank=True)
    waived_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, choices=AssignmentEnd.choices, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(post=None, office__isnull=False) | Q(post__isnull=False, office=None),
                name="assignment_is_to_a_post_or_an_office",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | Q(ended_at__isnull=False) & ~Q(end=""),
                name="assignment_ended_with_reason",
            ),
            models.UniqueConstraint(
                fields=("case",), condition=Q(role="lead", ended_at=None), name="assignment_one_lead_at_a_time"
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
            models.Index(fields=("post", "case"), condition=Q(ended_at=None), name="assignment_now_post"),
            models.Index(fields=("office", "case"), condition=Q(ended_at=None), name="assignment_now_office"),
        )

    def __str__(self) -> str:
        return str(self.post or self.office)

    @property
    def holder(self) -> Post | Office:
        holder = self.post or self.office
        assert holder is not None  # noqa: S101 - a constraint: exactly one of the two
        return holder


class TimeRequest(models.Model):
    """延期 or 中止: asked by the lead, ruled by who may decide."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="time_requests")
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=RequestKind.choices)
    state = models.CharField(max_length=8, choices=RequestState.choices, default=RequestState.OPEN)
    reason = models.TextField()
    until_on = models.DateField()
    asked_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ruled_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("case", "kind"), condition=Q(state="open"), name="time_request_one_open_of_a_kind"
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
        return f"{self.case_id}: {self.kind}"


class Reply(models.Model):
    """答复: what the speaker was told, when and by whom."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="replies")
    round = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    text = models.TextField()
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.case_id}: {self.at:%Y-%m-%d}"


class MandatoryReport(models.Model):
    """强制报告: to whom, when, receipt; never public."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="mandatory_reports")
    at = models.DateTimeField()
    told = models.CharField(_("reported to"), max_length=80)
    told_at = models.DateTimeField(_("reported at"))
    receipt = models.CharField(_("receipt"), max_length=120, blank=True)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.case_id}: {self.told}"
