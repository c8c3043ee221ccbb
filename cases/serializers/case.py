"""What a case shows in a list and in full, as far as the reader may know it."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import Case, Topic
from cases.models.choices import Light
from cases.models.scope import Sight
from cases.privacy.redactor import speaker_redactor
from cases.serializers.fields import ReadOnlyHolderField, ShownRow
from villages.models import Group, Town, Village

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
