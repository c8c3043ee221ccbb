"""One case in full."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import Case, CoSpeaker
from cases.models.scope import hides_speaker
from cases.privacy.personal import WHO_SPOKE, also_hidden
from cases.serializers.case import CaseBaseSerializer, PlaceSerializer
from cases.serializers.fields import ReadOnlyHolderField, ShownRow
from cases.serializers.handling import (
    AssignmentSerializer,
    ReplySerializer,
    TimeRequestSerializer,
)
from cases.serializers.own_words import show_own_words
from cases.serializers.parts import AfterwordSerializer
from cases.workflow.committee import is_unheard


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
