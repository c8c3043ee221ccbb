"""The history of cases: append-only events in a keyed chain per case, and the erasable
personal values beside them.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from cases.models.case import Case
from cases.models.choices import ActorKind, Level, Stage, WithChoices
from minshi.crypto import EncryptedTextField
from villages.models import Post, User


class Event(WithChoices):
    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField(_("at"))
    action = models.CharField(_("action"), max_length=24)
    actor_kind = models.CharField(_("actor"), max_length=8, choices=ActorKind.choices)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    via = models.CharField(max_length=24, blank=True)
    source = models.CharField(
        _("from stage"), max_length=10, choices=Stage.choices, blank=True
    )
    target = models.CharField(_("to stage"), max_length=10, choices=Stage.choices)
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    round = models.PositiveSmallIntegerField(_("round"))
    note = models.TextField(_("note"), blank=True)
    data = models.JSONField(default=dict)
    # seals of the case as the event left it, by group of columns (workflow/state.py)
    state = models.JSONField(default=dict)
    key = models.UUIDField(null=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("case", "sequence")
        constraints = (
            models.UniqueConstraint(
                fields=("case", "sequence"), name="event_sequence_once_a_case"
            ),
            models.UniqueConstraint(
                fields=("case", "key"),
                condition=models.Q(key__isnull=False),
                name="event_key_once_a_case",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    actor_kind="officer", user__isnull=False, post__isnull=False
                )
                | ~models.Q(actor_kind="officer") & models.Q(user=None, post=None),
                name="event_user_and_post_iff_officer",
            ),
        )
        indexes = (
            models.Index(fields=("at",), name="event_at"),
            models.Index(fields=("action", "at"), name="event_action_at"),
            models.Index(
                fields=("key",),
                condition=models.Q(key__isnull=False),
                name="event_key",
            ),
        )

    def __str__(self) -> str:
        return pgettext("event", "No. %(number)s") % {"number": self.sequence}

    def in_full(self, field: str, stored: str) -> str:
        """Return what was typed in a field of the step, where it is stored without a
        name. No query where the revisions were read.
        """
        for revision in self.revisions.all():
            if revision.field == field:
                return revision.new or stored
        return stored


class StateAtUpdate(models.Model):
    """Seals of what the events of a case did not seal yet when the program was brought
    up to date; the next event of the case takes their place.
    """

    case = models.OneToOneField(
        Case,
        models.CASCADE,
        primary_key=True,
        related_name="state_at_update",
        verbose_name=_("case"),
    )
    state = models.JSONField(pgettext_lazy("history", "seals"), default=dict)

    class Meta:
        verbose_name = pgettext_lazy("history", "seals made at an update")
        verbose_name_plural = pgettext_lazy("history", "seals made at an update")

    def __str__(self) -> str:
        return str(self.case)


class CaseRevision(models.Model):
    """A personal value before and after, encrypted and erasable; the event's chain
    holds only its digest.
    """

    event = models.ForeignKey(Event, models.PROTECT, related_name="revisions")
    field = models.CharField(max_length=24)
    old = EncryptedTextField(blank=True)
    new = EncryptedTextField(blank=True)
    digest = models.CharField(max_length=64)
    erased_at = models.DateTimeField(_("erased"), null=True)

    class Meta:
        verbose_name = _("correction of a personal value")
        verbose_name_plural = _("corrections of personal values")
        constraints = (
            models.UniqueConstraint(
                fields=("event", "field"), name="case_revision_field_once_an_event"
            ),
        )

    def __str__(self) -> str:
        return self.field_in_words

    @property
    def field_in_words(self) -> str:
        """The verbose name of the case's field that was corrected.

        Anything that is no field of the case was typed in with a step: a note.
        """
        fields = {field.name: field.verbose_name for field in Case._meta.fields}
        for name in ("others", "others_phone", "strangers", "said_by"):
            fields[name] = _("co-speakers")
        return str(fields.get(self.field, _("note")))
