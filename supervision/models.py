"""Reminders: who was told that a clock is near or past its due."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Clock
from villages.models import User


class ReminderStep(models.TextChoices):
    YELLOW = "yellow", pgettext_lazy("reminder", "due soon")
    OVERDUE = "overdue", pgettext_lazy("reminder", "overdue")


class Reminder(models.Model):
    """One per (clock, due_at, step, recipient): the key that makes the sweep rerun-safe and race-safe."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="reminders", verbose_name=_("clock"))
    due_at = models.DateTimeField(_("due"))
    step = models.CharField(_("step"), max_length=8, choices=ReminderStep.choices)
    recipient = models.ForeignKey(User, models.CASCADE, related_name="reminders", verbose_name=_("recipient"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=("clock", "due_at", "step", "recipient"), name="reminder_once"),)
        indexes = (models.Index(fields=("recipient", "-at"), name="reminder_recipient"),)

    def __str__(self) -> str:
        return f"{self.get_step_display()} · {self.recipient}"
