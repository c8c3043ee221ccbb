"""A case as a row of a list, redacted where it must be."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from cases.lists.queue import Reason
from cases.models import Case
from cases.serializers.case import CaseBaseSerializer, TownPlaceSerializer

# of a secret matter in which the reader is not named
FIELDS_OF_REDACTED = frozenset(
    {
        "number",
        "redacted",
        "title",
        "stage",
        "light",
        "said_at",
        "registered_at",
        "accepted_at",
        "decided_at",
        "completed_at",
        "replied_at",
        "closed_at",
        "due_on",
        "promised_on",
    }
)
NULL_WHERE_REDACTED = (
    "level",
    "round",
    "needs_order",
    "close_reason",
    "category",
    "grade",
    "channel",
    "confidentiality",
    "handling",
    "outcome",
    "satisfaction",
    "solved",
)


class CaseRowSerializer(CaseBaseSerializer):
    """A matter in a list; of a redacted one only number, dates, stage and light are
    filled.
    """

    # of a row of `counted_for`
    redacted = serializers.BooleanField(read_only=True)

    class Meta:
        model = Case
        fields: tuple[str, ...] = (
            "number",
            "redacted",
            "title",
            "stage",
            "light",
            "level",
            "round",
            "needs_order",
            "said_at",
            "registered_at",
            "accepted_at",
            "decided_at",
            "completed_at",
            "replied_at",
            "closed_at",
            "due_on",
            "promised_on",
            "close_reason",
            "town",
            "village",
            "group",
            "category",
            "topic",
            "grade",
            "channel",
            "confidentiality",
            "handling",
            "outcome",
            "satisfaction",
            "solved",
            "owner",
            "speaker_name",
            "version",
        )
        hidden = NULL_WHERE_REDACTED

    town = TownPlaceSerializer(allow_null=True)
    version = serializers.IntegerField(allow_null=True, read_only=True)

    def to_representation(self, case: Case) -> dict[str, Any]:
        if not getattr(case, "redacted", False):
            return super().to_representation(case)

        shown: dict[str, Any] = dict.fromkeys(self.Meta.fields)
        for field in self._readable_fields:
            if field.field_name not in FIELDS_OF_REDACTED:
                continue

            value = field.get_attribute(case)
            if value is not None:
                shown[field.field_name] = field.to_representation(value)

        shown["title"] = _("Secret matter")
        return shown


class QueueRowSerializer(CaseRowSerializer):
    """A matter that waits for a decision."""

    # the context has `reasons` and `heard` too, by case
    reason = serializers.SerializerMethodField(
        help_text="Why it was reported up or returned last, if it was."
    )
    reason_action = serializers.SerializerMethodField(
        help_text="The step that the reason was written for: escalate or return."
    )
    last_heard = serializers.SerializerMethodField(
        help_text="What the last meeting said that did not settle it, and when it may"
        " come again."
    )

    class Meta(CaseRowSerializer.Meta):
        of_queue = ("reason", "reason_action", "last_heard")
        fields = (*CaseRowSerializer.Meta.fields, *of_queue)

    def get_reason(self, case: Case) -> str:
        reason = self._reason(case)
        return reason.words if reason else ""

    def get_reason_action(self, case: Case) -> str:
        reason = self._reason(case)
        return reason.event.action if reason else ""

    def _reason(self, case: Case) -> Reason | None:
        reasons: dict[int, Reason] = self.context["reasons"]
        return reasons.get(case.pk)

    def get_last_heard(self, case: Case) -> str:
        heard: dict[int, str] = self.context["heard"]
        return heard.get(case.pk, "")

    def as_typed(self, case: Case) -> dict[str, Any]:
        return {"reason": self.get_reason(case)}
