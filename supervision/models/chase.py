"""The ladder 提醒 → 催办 → 督办单 → 通报: its steps, a town's settings of them, and the
steps that were taken.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Clock, Event
from cases.models.choices import SupervisionLevel, WithChoices
from cases.workflow.event_data import data_of
from cases.workflow.standing import parted_key
from minshi.errors import Text
from supervision.models.order import SupervisionOrder
from villages.models import Office, Post, Town


class ChaseStep(models.TextChoices):
    """A rung of the ladder, or somebody's own chasing."""

    YELLOW = "yellow", pgettext_lazy("step of the ladder", "due soon")
    OVERDUE = "overdue", pgettext_lazy("step of the ladder", "overdue")
    URGE = "urge", pgettext_lazy("step of the ladder", "still overdue")
    ORDER = "order", pgettext_lazy("step of the ladder", "long overdue")
    DISSATISFIED = (
        "dissatisfied",
        pgettext_lazy("step of the ladder", "dissatisfied twice"),
    )
    CIRCULATE = "circulate", pgettext_lazy("step of the ladder", "order not answered")
    BY_HAND = "by_hand", pgettext_lazy("step of the ladder", "chased by hand")


STANDARD_DAYS = {ChaseStep.URGE: 1, ChaseStep.ORDER: 3}
# so many working days after the due; the others have their own moment
COUNTED = tuple(STANDARD_DAYS)
MOST_DAYS = 60


class Told(models.TextChoices):
    """Those notified at a step, by post; recipients.py finds the people of the day."""

    OWNER = "owner", pgettext_lazy("told", "whoever it is with")
    HEAD = (
        "head",
        pgettext_lazy("told", "the secretary of the village, above it the reviewer"),
    )
    SIGNER = "signer", pgettext_lazy("told", "the reviewers who may sign")
    OVERSEER = "overseer", pgettext_lazy("told", "the supervisors")


class Rung(models.Model):
    """A town's own setting of one step of the ladder, instead of the default in
    supervision/chasing/steps.py.
    """

    town = models.ForeignKey(
        Town, models.CASCADE, related_name="rungs", verbose_name=_("town")
    )
    step = models.CharField(_("step"), max_length=12, choices=ChaseStep.choices)
    is_on = models.BooleanField(_("in use"), default=True)
    days = models.PositiveSmallIntegerField(
        _("working days after it fell due"), default=0
    )
    told = models.JSONField(_("who is told"), default=list)
    by_letter = models.BooleanField(_("by letter as well"), default=True)
    by_robot = models.BooleanField(_("the group as well"), default=False)

    class Meta:
        verbose_name = _("step of the ladder")
        verbose_name_plural = _("steps of the ladder")
        ordering = ("town", "pk")
        constraints = (
            models.UniqueConstraint(fields=("town", "step"), name="rung_once_a_town"),
        )

    def __str__(self) -> str:
        return self.get_step_display()

    def clean(self) -> None:
        """Refuse a setting that notifies nobody, or whose step would never be taken."""
        wrong = dict[str, Any]()

        if self.is_on and not self.told:
            wrong["told"] = _("A step in use is told to somebody.")
        if self.step == ChaseStep.BY_HAND:
            wrong["step"] = _("Nobody sets when somebody chases by hand.")
        if self.days and self.step not in COUNTED:
            wrong["days"] = _("This step has a moment of its own.")
        if self.days > MOST_DAYS:
            wrong["days"] = _("At most %(days)s days.") % {"days": MOST_DAYS}
        elif self.is_on and self.step in COUNTED:
            words = self._why_days_are_refused()
            if words:
                wrong["days"] = words

        if wrong:
            raise ValidationError(wrong)

    def _why_days_are_refused(self) -> Text:
        """Return why this step cannot have so many days; empty where it can.

        Of the steps that are reached only the hardest is taken: an urging that is not
        due before the order would never be made, whichever of the two is changed.
        """
        if self.days == 0:
            return _(
                "At least 1 day: when it falls due whoever has it is told already."
            )

        is_urging = self.step == ChaseStep.URGE
        other = ChaseStep.ORDER if is_urging else ChaseStep.URGE
        other_days = STANDARD_DAYS[other]
        other_rung = Rung.objects.filter(town=self.town_id, step=other).first()
        if other_rung:
            if not other_rung.is_on:
                return ""
            other_days = other_rung.days

        beside = {"days": other_days}
        if is_urging and self.days >= other_days:
            return (
                _("Fewer than %(days)s: then an order is asked for instead.") % beside
            )
        if not is_urging and self.days <= other_days:
            return _("More than %(days)s: until then it is urged.") % beside
        return ""


class ChaseQuerySet(models.QuerySet["Chase"]):
    def counted(self) -> "ChaseQuerySet":
        """Leave out what is no 督办 of a case: reminders, and orders that did not go
        out.
        """
        is_unsent = Q(order__isnull=False, order__sent_at__isnull=True)
        return self.exclude(level=SupervisionLevel.REMIND).filter(~is_unsent)


class Chase(WithChoices):
    """One step taken for one clock and due, or one act by hand.

    That a step is unique to its clock and due makes a sweep safe to repeat and to run
    twice at once.
    """

    case = models.ForeignKey(
        Case, models.CASCADE, related_name="chases", verbose_name=_("case")
    )
    clock = models.ForeignKey(
        Clock, models.CASCADE, related_name="chases", verbose_name=_("clock")
    )
    due_at = models.DateTimeField(_("due"))
    step = models.CharField(_("step"), max_length=12, choices=ChaseStep.choices)
    level = models.CharField(
        _("how urgently"), max_length=9, choices=SupervisionLevel.choices
    )
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    event = models.OneToOneField(Event, models.PROTECT, null=True, related_name="chase")
    order = models.ForeignKey(
        SupervisionOrder,
        models.PROTECT,
        null=True,
        related_name="chases",
        verbose_name=_("supervision order"),
    )
    # whom the case was with at that moment; of an order that went out, its addressee
    to_post = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name=_("to the post")
    )
    to_office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("to the office"),
    )

    objects = ChaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of chasing")
        verbose_name_plural = _("steps of chasing")
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("clock", "due_at", "step"),
                condition=Q(event=None),
                name="chase_step_once_a_due",
            ),
        )
        indexes = (
            models.Index(fields=("at", "id"), name="chase_at"),
            models.Index(fields=("case", "-at"), name="chase_case"),
        )

    def __str__(self) -> str:
        return f"{self.get_level_display()} · {self.get_step_display()}"

    @property
    def demand(self) -> str:
        """What was demanded by hand, without names, as the event of the matter has it;
        "" for a step of the ladder. No query with `event` read beside.
        """
        return self.event.note if self.event else ""

    @property
    def demand_in_full(self) -> str:
        """The same as it was typed, to be redacted for its reader: whoever wrote it
        would learn by what is blanked in it. No query with `event__revisions` read
        beside.
        """
        return self.event.in_full("note", self.event.note) if self.event else ""


def why_by_hand(due_at: datetime | None, at: datetime) -> str:
    """Return why somebody chased a case by hand: what they typed is their demand. A
    closed case has no due.
    """
    if due_at and at >= due_at:
        return gettext("Overdue when it was chased")
    return gettext("Not overdue, chased of the overseers' own accord")


def holder_of(case: Case) -> dict[str, Any]:
    """Return the fields of a chase that say whom the case is with."""
    return {"to_post_id": case.owner_post_id, "to_office_id": case.owner_office_id}


def ordered_of(order: SupervisionOrder) -> dict[str, Any]:
    """Return the same fields by an order that went out: whom it is addressed to."""
    return {"to_post_id": order.to_post_id, "to_office_id": order.to_office_id}


def holder_after(event: Event) -> dict[str, Any]:
    """Return the same fields by an event of the case: whom it was with from then on."""
    owner = data_of(event).get("owner")
    if not owner:
        return {}
    kind, pk = parted_key(owner)
    return {f"to_{kind}_id": pk}
