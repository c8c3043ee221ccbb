"""四议两公开: the six steps by which a village decides what the law reserves to its
people.
"""

from datetime import date

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.case import Case
from cases.models.meeting import Correction
from cases.models.reserved import ReservedMatter
from villages.models import MeetingKind, Post, User, Village
from villages.rights import OVERSEE


class Origin(models.TextChoices):
    """动议事由: the origin of a matter, in the three boxes of the form's first part
    (ledgers 10).
    """

    PEOPLE = "people", pgettext_lazy("origin", "suggested by party members or people")
    CADRES = "cadres", pgettext_lazy("origin", "proposed by the village's cadres")
    ABOVE = "above", pgettext_lazy("origin", "arranged from above")


class FourTwoQuerySet(models.QuerySet["FourTwoProcess"]):
    def visible_to(self, user: User, on: date) -> "FourTwoQuerySet":
        """Return the processes of the villages where the user holds a village post, and
        of those that they oversee as reviewer or supervisor.

        A process about a case that is hidden from them (secret, or concerning them)
        does not exist for them either.
        """
        villages = user.reach(on).village_posts_at
        overseen = user.reach(on, OVERSEE)
        if not (villages or overseen.posts):
            return self.none()

        in_reach = (
            Q(village__in=villages)
            | Q(village__town__in=overseen.towns)
            | Q(village__town__county_code__in=overseen.counties)
        )
        hidden = Case.objects.filter(pk=OuterRef("case")).hidden_from(user, on)
        return self.filter(in_reach).filter(~Exists(hidden))


class FourTwoProcess(models.Model):
    key = models.UUIDField(_("key of the form"), unique=True, null=True, editable=False)
    # digest of what the form was sent with
    sent = models.CharField(max_length=64, blank=True, editable=False)
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        related_name="four_two_processes",
        verbose_name=_("village"),
    )
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="four_two_processes",
        verbose_name=_("case"),
    )
    matter = models.CharField(
        _("kind of matter"), max_length=20, choices=ReservedMatter.choices
    )
    origin = models.CharField(_("how it came up"), max_length=8, choices=Origin.choices)
    subject = models.CharField(_("subject"), max_length=80)
    started_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("begun by")
    )
    started_at = models.DateTimeField(pgettext_lazy("four-two", "begun"))
    dropped_at = models.DateTimeField(pgettext_lazy("four-two", "given up"), null=True)
    dropped_why = models.CharField(_("why given up"), max_length=200, blank=True)
    # of these matters a writer may not know who spoke (cases/privacy/table.py)
    unknowing = models.JSONField(default=list, blank=True, editable=False)

    objects = FourTwoQuerySet.as_manager()

    class Meta:
        verbose_name = _("Six steps of a village decision")
        verbose_name_plural = _("Six steps of a village decision")
        ordering = ("-started_at", "-pk")
        indexes = (
            models.Index(
                fields=("village", "-started_at", "-id"),
                name="four_two_village_started",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("case",),
                condition=Q(dropped_at=None, case__isnull=False),
                name="four_two_one_a_case_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None, dropped_why="")
                | Q(dropped_at__isnull=False) & ~Q(dropped_why=""),
                name="four_two_given_up_with_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.village} · {self.get_matter_display()}"

    def get_absolute_url(self) -> str:
        return reverse("cases:four_two", args=[self.pk])


class FourTwoStep(models.Model):
    """One step as it was held; a step that did not pass may be held again, one that
    passed may not. Only the outcome is made public once more where the matter was done
    once more.
    """

    key = models.UUIDField(_("key of the form"), unique=True, null=True, editable=False)
    # digest of what the form was sent with
    sent = models.CharField(max_length=64, blank=True, editable=False)
    process = models.ForeignKey(
        FourTwoProcess, models.PROTECT, related_name="steps", verbose_name=_("process")
    )
    nth = models.PositiveSmallIntegerField(_("step"))
    kind = models.CharField(
        _("form of the meeting"), max_length=20, choices=MeetingKind.choices, blank=True
    )
    held_on = models.DateField(_("held on"))
    # of an assembly: when it was announced, or why so late (组织法 25, 集体法 27)
    called_on = models.DateField(_("announced on"), null=True, blank=True)
    short_notice = models.CharField(
        _("why announced so late"), max_length=200, blank=True
    )
    content = models.TextField(_("content"))
    due = models.PositiveIntegerField(_("due to attend"), null=True, blank=True)
    present = models.PositiveIntegerField(_("present"), null=True, blank=True)
    votes_for = models.PositiveIntegerField(_("for"), null=True, blank=True)
    votes_against = models.PositiveIntegerField(_("against"), null=True, blank=True)
    votes_abstain = models.PositiveIntegerField(_("abstained"), null=True, blank=True)
    present_needed = models.PositiveIntegerField(_("attendance needed"), null=True)
    votes_needed = models.PositiveIntegerField(_("votes needed"), null=True)
    rule = models.CharField(_("by which rule"), max_length=200, blank=True)
    public_until = models.DateField(_("public until"), null=True, blank=True)
    oversight = models.TextField(_("opinions of those who oversee it"), blank=True)
    # of these matters a writer may not know who spoke (cases/privacy/table.py)
    unknowing = models.JSONField(default=list, blank=True, editable=False)
    passed = models.BooleanField(pgettext_lazy("step", "passed"))
    recorded_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(pgettext_lazy("step", "recorded"))

    class Meta:
        verbose_name = _("step of the six")
        verbose_name_plural = _("steps of the six")
        ordering = ("process", "nth", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(nth__range=(1, 6)), name="four_two_step_is_one_of_six"
            ),
            models.UniqueConstraint(
                fields=("process", "nth"),
                condition=Q(passed=True, nth__lt=6),
                name="four_two_step_passes_once",
            ),
            models.CheckConstraint(
                condition=Q(nth__gte=5)
                | Q(
                    due__isnull=False,
                    votes_for__isnull=False,
                    votes_against__isnull=False,
                    votes_abstain__isnull=False,
                )
                & Q(
                    present__lte=F("due"),
                    present__gte=F("votes_for")
                    + F("votes_against")
                    + F("votes_abstain"),
                ),
                name="four_two_step_counts_fit",
            ),
            models.CheckConstraint(
                condition=Q(passed=False)
                | Q(nth__gte=5, public_until__gte=F("held_on"))
                | Q(
                    nth__lte=4,
                    present_needed__isnull=False,
                    votes_needed__isnull=False,
                    present__gte=F("present_needed"),
                    votes_for__gte=F("votes_needed"),
                ),
                name="four_two_step_passed_by_the_numbers",
            ),
        )

    def __str__(self) -> str:
        return f"{self.nth}/6"

    def hangs_on(self, on: date) -> bool:
        """Tell whether its notice still hangs in public on a day."""
        return self.public_until is not None and on <= self.public_until


class StepCorrection(Correction):
    """A correction of a step as it was recorded; its result stays as its numbers
    decided.
    """

    step = models.ForeignKey(
        FourTwoStep, models.PROTECT, related_name="corrections", verbose_name=_("step")
    )

    class Meta(Correction.Meta):
        verbose_name = _("correction of a step")
        verbose_name_plural = _("corrections of steps")
