"""四议两公开 for reading, the bodies that change it, and those of a batch of cases."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.meetings.six_steps import next_step
from cases.models import FourTwoProcess, FourTwoStep
from cases.models.four_two import Origin
from cases.models.reserved import ReservedMatter
from cases.serializers.fields import PlainText, ShownRow
from cases.serializers.meetings import (
    CorrectionBody,
    CorrectionSerializer,
    count_field,
)
from cases.workflow import Action
from villages.api.fields import DayField
from villages.models import MeetingKind


class StepSerializer(ShownRow[FourTwoStep]):
    corrections = CorrectionSerializer(many=True)

    class Meta:
        model = FourTwoStep
        fields = (
            "nth",
            "kind",
            "held_on",
            "called_on",
            "short_notice",
            "content",
            "due",
            "present",
            "votes_for",
            "votes_against",
            "votes_abstain",
            "present_needed",
            "votes_needed",
            "rule",
            "public_until",
            "oversight",
            "passed",
            "recorded_at",
            "corrections",
        )
        read_only_fields = fields


class ProcessSerializer(ShownRow[FourTwoProcess]):
    """One 四议两公开 with its steps."""

    # context: `cases`, the numbers of those within sight by their keys

    case = serializers.SerializerMethodField()
    steps = StepSerializer(many=True)
    due_step = serializers.SerializerMethodField(
        help_text="The step that is due; null once it is over."
    )

    class Meta:
        model = FourTwoProcess
        fields = (
            "id",
            "village",
            "case",
            "matter",
            "origin",
            "subject",
            "started_at",
            "dropped_at",
            "dropped_why",
            "steps",
            "due_step",
        )
        read_only_fields = fields

    @extend_schema_field(
        serializers.CharField(
            allow_null=True, help_text="Null: none, or not yours to see."
        )
    )
    def get_case(self, process: FourTwoProcess) -> str | None:
        numbers: Mapping[int, str] = self.context["cases"]
        return numbers.get(process.case_id or 0)

    @extend_schema_field({"type": "integer", "nullable": True})
    def get_due_step(self, process: FourTwoProcess) -> int | None:
        due = next_step(process)
        return due.nth if due else None


class StartBody(serializers.Serializer[Any]):
    case = serializers.CharField(max_length=16)
    subject = PlainText(max_length=80)
    matter = serializers.ChoiceField(ReservedMatter.choices)
    origin = serializers.ChoiceField(Origin.choices)


class HeldBody(serializers.Serializer[Any]):
    nth = serializers.IntegerField(min_value=1, max_value=6)
    held_on = DayField()
    content = PlainText(max_length=4000)
    kind = serializers.ChoiceField(
        MeetingKind.choices, required=False, allow_blank=True, default=""
    )
    due = count_field()
    present = count_field()
    votes_for = count_field()
    votes_against = count_field()
    votes_abstain = count_field()
    called_on = DayField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The day on which an assembly was announced.",
    )
    short_notice = PlainText(
        max_length=200, allow_blank=True, required=False, default=""
    )
    public_until = DayField(required=False, allow_null=True, default=None)
    oversight = PlainText(max_length=2000, allow_blank=True, required=False, default="")


class StepCorrectionBody(CorrectionBody):
    nth = serializers.IntegerField(min_value=1, max_value=6)


class DropBody(serializers.Serializer[Any]):
    why = PlainText(max_length=200)


BATCH_ACTIONS = [Action.DECIDE.value, Action.SEND_BACK.value, Action.DEFER.value]


class BatchLine(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=16)
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class BatchBody(serializers.Serializer[Any]):
    action = serializers.ChoiceField(BATCH_ACTIONS)
    cases = serializers.ListField(child=BatchLine(), min_length=1, max_length=50)
    inputs = serializers.DictField(
        help_text="The inputs of the action, as POST …/moves/ takes them."
    )


class BatchResult(serializers.Serializer[Any]):
    number = serializers.CharField(source="case.number")
    done = serializers.SerializerMethodField()
    refusal = serializers.CharField(allow_blank=True)

    @extend_schema_field(bool)
    def get_done(self, result: Any) -> bool:
        return not result.refusal
