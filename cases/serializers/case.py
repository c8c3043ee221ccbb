"""A case as a row of a list, redacted where it must be, and in full."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.lists.queue import Reason
from cases.models import (
    Assignment,
    Case,
    CoSpeaker,
    HandBack,
    Reply,
    TimeRequest,
    Topic,
)
from cases.models.choices import Light
from cases.models.scope import Sight, hides_speaker
from cases.privacy.personal import WHO_SPOKE, also_hidden
from cases.privacy.redactor import speaker_redactor
from cases.serializers.fields import ReadOnlyHolderField, ShownRow
from cases.serializers.own_words import show_own_words
from cases.serializers.parts import AfterwordSerializer
from cases.workflow.committee import is_unheard
from villages.models import Group, Town, Village

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
LIGHT_FIELD = serializers.ChoiceField(
    Light.choices, allow_null=True, help_text="Null once closed."
)


class PlaceSerializer(ShownRow[Village]):
    class Meta:
        model = Village
        fields = ("id", "code", "name")


class TownPlaceSerializer(ShownRow[Town]):
    class Meta:
        model = Town
        fields = ("id", "code", "name")


class CaseGroupSerializer(ShownRow[Group]):
    class Meta:
        model = Group
        fields = ("id", "number")


class TopicSerializer(ShownRow[Topic]):
    class Meta:
        model = Topic
        fields = ("id", "name", "reserved", "is_red_line")


class CaseBaseSerializer(ShownRow[Case]):
    """The fields that a case has in a list and in full. Context: `sight` and `at`."""

    light = serializers.SerializerMethodField()
    due_on = serializers.DateField(allow_null=True, read_only=True)
    owner = ReadOnlyHolderField(allow_null=True)
    speaker_name = serializers.SerializerMethodField()
    town = TownPlaceSerializer()
    village = PlaceSerializer(allow_null=True)
    group = CaseGroupSerializer(allow_null=True)
    topic = TopicSerializer(allow_null=True)

    @extend_schema_field(LIGHT_FIELD)
    def get_light(self, case: Case) -> str | None:
        return case.light(self._at)

    @extend_schema_field(
        serializers.CharField(
            allow_null=True, help_text="Null where it is not yours to know."
        )
    )
    def get_speaker_name(self, case: Case) -> str | None:
        if not self._sight.shows_speaker(case):
            return None
        return case.speaker_name

    @property
    def _at(self) -> datetime:
        at: datetime = self.context["at"]
        return at

    @property
    def _sight(self) -> Sight:
        sight: Sight = self.context["sight"]
        return sight

    def to_representation(self, case: Case) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(case)
        _empty_what_is_of_before(case, shown)
        if self._sight.shows_speaker(case):
            return shown

        redact = speaker_redactor(case)
        redacted: dict[str, Any] = redact.data(shown)
        return {**redacted, **self.as_typed(case)}

    def as_typed(self, case: Case) -> dict[str, Any]:
        """Return the fields redacted by their own, with what the reader wrote."""
        return {}


def _empty_what_is_of_before(case: Case, shown: dict[str, Any]) -> None:
    """Leave empty how the present round ended and was rated until it is, as in the
    ledgers, though the row still has what came of the round before.
    """
    if not case.is_completed:
        shown["outcome"] = ""
    if not case.is_rated:
        shown["satisfaction"] = shown["solved"] = ""


class CaseRowSerializer(CaseBaseSerializer):
    """A matter in a list; of a redacted one only number, dates, stage and light are
    filled.
    """

    # a row of `counted_for`

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

    # context: also `reasons` and `heard` by case

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


class HandBackSerializer(ShownRow[HandBack]):
    asked_by = ReadOnlyHolderField()
    ruled_by = ReadOnlyHolderField(allow_null=True)

    class Meta:
        model = HandBack
        fields = ("ground", "state", "asked_by", "asked_at", "ruled_by", "ruled_at")


class AssignmentSerializer(ShownRow[Assignment]):
    """`ask` and `due_on` are of this part alone; `hand_backs` say why it was given back
    and how that was ruled.
    """

    holder = ReadOnlyHolderField()
    hand_backs = HandBackSerializer(many=True)

    class Meta:
        model = Assignment
        fields = (
            "round",
            "role",
            "holder",
            "ask",
            "due_on",
            "assigned_at",
            "acknowledged_at",
            "reported_at",
            "report",
            "waived_at",
            "ended_at",
            "end",
            "hand_backs",
        )


class ReplySerializer(ShownRow[Reply]):
    class Meta:
        model = Reply
        fields = ("round", "at", "text")


class TimeRequestSerializer(ShownRow[TimeRequest]):
    class Meta:
        model = TimeRequest
        fields = (
            "round",
            "kind",
            "state",
            "reason",
            "until_on",
            "asked_at",
            "ruled_at",
            "ended_at",
        )


class CoSpeakerSerializer(ShownRow[CoSpeaker]):
    phone = serializers.CharField(
        source="masked_phone", read_only=True, help_text="Always masked."
    )

    class Meta:
        model = CoSpeaker
        fields = ("name", "phone")


class CaseDetailSerializer(CaseBaseSerializer):
    """All that the reader may know of one case; the phone is always masked."""

    speaker_sex = serializers.CharField(allow_null=True, read_only=True)
    speaker_phone = serializers.CharField(
        source="masked_phone", allow_null=True, read_only=True
    )
    speaker_address = serializers.CharField(allow_null=True, read_only=True)
    proxy_speaker = serializers.CharField(allow_null=True, read_only=True)
    co_speakers = serializers.SerializerMethodField()
    also_hidden = serializers.SerializerMethodField()
    awaits_committee = serializers.SerializerMethodField(
        help_text="Handed to the committee's meeting, which is yet to hear it."
    )
    recorded_by = ReadOnlyHolderField(allow_null=True)
    joined_villages = serializers.SerializerMethodField()
    merged_into = serializers.SerializerMethodField()
    assignments = AssignmentSerializer(many=True)
    replies = ReplySerializer(many=True)
    time_requests = TimeRequestSerializer(many=True)
    afterwords = AfterwordSerializer(many=True)

    class Meta:
        model = Case
        fields = (
            "number",
            "version",
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
            "grey_until",
            "promised_on",
            "close_reason",
            "merged_into",
            "town",
            "village",
            "group",
            "category",
            "topic",
            "reserved",
            "grade",
            "channel",
            "confidentiality",
            "verbatim",
            "request_text",
            "place",
            "remark",
            "speaker_name",
            "speaker_sex",
            "speaker_phone",
            "speaker_address",
            "proxy_speaker",
            "co_speakers",
            "also_hidden",
            "recorded_by",
            "owner",
            "handling",
            "awaits_committee",
            "decision",
            "outcome",
            "measures",
            "findings",
            "basis",
            "result",
            "satisfaction",
            "solved",
            "joined_villages",
            "assignments",
            "replies",
            "time_requests",
            "afterwords",
        )
        read_only_fields = fields

    @extend_schema_field(CoSpeakerSerializer(many=True, allow_null=True))
    def get_co_speakers(self, case: Case) -> list[Any] | None:
        if not self._sight.shows_speaker(case):
            return None
        return [CoSpeakerSerializer(person).data for person in case.others]

    @extend_schema_field(
        serializers.ListField(
            child=serializers.CharField(),
            allow_null=True,
            help_text="Further words that are blanked for others; null where it is not"
            " yours to know, and where the matter does not hide who spoke.",
        )
    )
    def get_also_hidden(self, case: Case) -> list[str] | None:
        is_known = self._sight.shows_speaker(case)
        return also_hidden(case) if is_known and hides_speaker(case) else None

    def get_awaits_committee(self, case: Case) -> bool:
        return is_unheard(case)

    @extend_schema_field(PlaceSerializer(many=True))
    def get_joined_villages(self, case: Case) -> list[Any]:
        villages = [joined.village for joined in case.joined_villages.all()]
        return [PlaceSerializer(village).data for village in villages]

    @extend_schema_field(
        serializers.CharField(
            allow_null=True,
            help_text="The number of the matter it went into, where you may read it.",
        )
    )
    def get_merged_into(self, case: Case) -> str | None:
        if case.merged_into is None:
            return None
        seen = Case.objects.visible_by(self._sight).filter(pk=case.merged_into.pk)
        return case.merged_into.number if seen.exists() else None

    def to_representation(self, case: Case) -> dict[str, Any]:
        shown = super().to_representation(case)

        if not self._sight.shows_speaker(case):
            for name in (*WHO_SPOKE, "speaker_sex"):
                shown[name] = None
            show_own_words(case, shown, self._sight)

        return shown
