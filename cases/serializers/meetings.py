"""Meetings for reading, and the bodies that change them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.forms.meeting import MOST_PEOPLE
from cases.meetings import ITEM_ACTIONS, Verdict
from cases.meetings.agenda import MOST_ITEMS
from cases.meetings.minutes import MOST_TEXT
from cases.meetings.sitting import AgendaLine
from cases.models import Attendee, Meeting
from cases.models.meeting import ItemState, Part
from cases.serializers.fields import PlainText, ReadOnlyHolderField, ShownRow
from villages.api.fields import IdField, MomentField
from villages.models import MeetingKind

UP, DOWN = PLACES = ("up", "down")
FIELDS_IN_A_LIST: tuple[str, ...] = (
    "id",
    "kind",
    "village",
    "group",
    "town",
    "county_code",
    "starts_at",
    "place",
    "chair",
    "recorder",
    "closed_at",
    "cancelled_at",
)
FIELDS_IN_FULL = (
    *FIELDS_IN_A_LIST,
    "short_notice",
    "due_typed",
    "present_typed",
    "minutes",
    "minutes_version",
    "people",
    "items",
    "corrections",
)
# Shown of an item whose case the reader may not see; the rest would tell them that it
# concerns them.
FIELDS_OF_HIDDEN = frozenset({"id", "position", "part", "state", "hidden"})
# Shown for its other fields; null for those not named here.
BLANKS_OF_HIDDEN: Mapping[str, Any] = MappingProxyType(
    {
        "title": "",
        "opinions": "",
        "action": "",
        "resolution": "",
        "rule": "",
        "asides": [],
    }
)


def count_field() -> serializers.IntegerField:
    """Return a field for a number of people; null where nobody counted."""
    return serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        max_value=MOST_PEOPLE,
    )


class MeetingRow(ShownRow[Meeting]):
    class Meta:
        model = Meeting
        fields = FIELDS_IN_A_LIST
        read_only_fields = FIELDS_IN_A_LIST


class AttendeeSerializer(ShownRow[Attendee]):
    class Meta:
        model = Attendee
        fields = ("id", "name", "is_chair", "is_guest", "is_present", "substitute")
        read_only_fields = fields


class AsideSerializer(serializers.Serializer[Any]):
    attendee = serializers.IntegerField(source="attendee_id")
    reason = serializers.CharField(allow_blank=True)
    is_automatic = serializers.BooleanField()
    is_lifted = serializers.BooleanField()


class AgendaLineSerializer(serializers.Serializer[AgendaLine]):
    """An agenda item; of a case the reader does not see, that it is there and its
    state.
    """

    # context: `sitting`

    id = serializers.IntegerField(source="item.pk")
    position = serializers.IntegerField(source="item.position")
    part = serializers.ChoiceField(Part.choices, source="item.part")
    state = serializers.ChoiceField(ItemState.choices, source="item.state")
    hidden = serializers.BooleanField(source="is_hidden")
    case = serializers.CharField(source="case.number", allow_null=True, default=None)
    title = serializers.CharField(allow_blank=True)
    opinions = serializers.CharField(source="item.opinions", allow_blank=True)
    votes_for = serializers.IntegerField(allow_null=True)
    votes_against = serializers.IntegerField(allow_null=True)
    votes_abstain = serializers.IntegerField(allow_null=True)
    action = serializers.CharField(
        source="item.action",
        allow_blank=True,
        help_text="The step made with it, if any.",
    )
    resolution = serializers.CharField(source="item.resolution", allow_blank=True)
    rule = serializers.CharField(
        source="item.rule",
        allow_blank=True,
        help_text="By which article it was counted.",
    )
    concluded_at = serializers.DateTimeField(
        source="item.concluded_at", allow_null=True
    )
    concluded_by = ReadOnlyHolderField(source="item.concluded_by", allow_null=True)
    version = serializers.IntegerField(source="item.version", allow_null=True)
    due = serializers.IntegerField(source="count.due", allow_null=True)
    present = serializers.IntegerField(source="count.present", allow_null=True)
    quorum = serializers.IntegerField(source="count.quorum", allow_null=True)
    needed = serializers.IntegerField(source="count.needed", allow_null=True)
    asides = AsideSerializer(many=True)

    def to_representation(self, line: AgendaLine) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(line)
        if not line.is_hidden:
            return shown

        for name in shown.keys() - FIELDS_OF_HIDDEN:
            shown[name] = BLANKS_OF_HIDDEN.get(name)
        return shown


class CorrectionSerializer(serializers.Serializer[Any]):
    """Of minutes or of a step."""

    at = serializers.DateTimeField(read_only=True)
    wrong = serializers.CharField(read_only=True)
    right = serializers.CharField(read_only=True)


class MeetingWhole(MeetingRow):
    people = AttendeeSerializer(source="attendees", many=True)
    items = serializers.SerializerMethodField()
    minutes = serializers.SerializerMethodField()
    corrections = serializers.SerializerMethodField()

    class Meta(MeetingRow.Meta):
        fields = FIELDS_IN_FULL
        read_only_fields = FIELDS_IN_FULL

    def get_minutes(self, _meeting: Meeting) -> str:
        minutes: str = self.context["sitting"].minutes
        return minutes

    @extend_schema_field(CorrectionSerializer(many=True))
    def get_corrections(self, _meeting: Meeting) -> Any:
        return CorrectionSerializer(self.context["sitting"].corrections, many=True).data

    @extend_schema_field(AgendaLineSerializer(many=True))
    def get_items(self, meeting: Meeting) -> Any:
        lines = self.context["sitting"].lines
        return AgendaLineSerializer(lines, many=True, context=self.context).data


class CallBody(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(MeetingKind.choices)
    village = IdField(
        required=False,
        help_text="Of a village's meeting; else the town's or county's you review.",
    )
    group = IdField(
        required=False, help_text="Of a meeting of a villagers' group: which."
    )
    starts_at = MomentField()
    place = PlainText(max_length=60, required=False, allow_blank=True, default="")
    chair = PlainText(max_length=40, required=False, allow_blank=True, default="")
    recorder = PlainText(max_length=40, required=False, allow_blank=True, default="")
    short_notice = PlainText(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="Why an assembly of the villagers is announced less than ten days"
        " before.",
    )
    cases = serializers.ListField(
        child=serializers.CharField(max_length=16),
        max_length=MOST_ITEMS,
        required=False,
    )
    subjects = serializers.ListField(
        child=PlainText(max_length=80), max_length=MOST_ITEMS, required=False
    )


class ChangeBody(serializers.Serializer[Any]):
    starts_at = MomentField()
    place = PlainText(max_length=60, required=False, allow_blank=True, default="")
    chair = PlainText(max_length=40, required=False, allow_blank=True, default="")
    recorder = PlainText(max_length=40, required=False, allow_blank=True, default="")
    short_notice = PlainText(
        max_length=200, required=False, allow_blank=True, default=""
    )
    due = count_field()
    present = count_field()


class RollLine(serializers.Serializer[Any]):
    attendee = IdField()
    present = serializers.BooleanField(required=False)
    substitute = PlainText(max_length=40, allow_blank=True, required=False)


class RollBody(serializers.Serializer[Any]):
    people = serializers.ListField(child=RollLine(), max_length=500)


class PersonBody(serializers.Serializer[Any]):
    name = PlainText(max_length=40)
    is_guest = serializers.BooleanField()


class AgendaBody(serializers.Serializer[Any]):
    cases = serializers.ListField(
        child=serializers.CharField(max_length=16),
        max_length=MOST_ITEMS,
        required=False,
    )
    subject = PlainText(max_length=80, required=False, allow_blank=True, default="")


class MinutesBody(serializers.Serializer[Any]):
    minutes = PlainText(max_length=MOST_TEXT, allow_blank=True)
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class CorrectionBody(serializers.Serializer[Any]):
    key = serializers.UUIDField(help_text="Makes a retry harmless.")
    wrong = PlainText(max_length=2000)
    right = PlainText(max_length=2000)


class NothingBody(serializers.Serializer[Any]):
    """Nothing is asked."""


class DraftBody(serializers.Serializer[Any]):
    version = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="Of the item."
    )
    opinions = PlainText(
        max_length=MOST_TEXT, allow_blank=True, required=False, default=""
    )
    votes_for = count_field()
    votes_against = count_field()
    votes_abstain = count_field()


class ConcludeBody(DraftBody):
    verdict = serializers.ChoiceField(Verdict.choices)
    resolution = PlainText(
        max_length=2000, allow_blank=True, required=False, default=""
    )
    action = serializers.ChoiceField(
        [action.value for action in ITEM_ACTIONS], required=False
    )
    move = serializers.DictField(
        required=False,
        help_text=(
            "The inputs of the action with its `version`, as POST …/moves/ takes them."
        ),
    )


class PlaceBody(serializers.Serializer[Any]):
    to = serializers.ChoiceField(PLACES)


class AsideLine(serializers.Serializer[Any]):
    attendee = IdField()
    reason = PlainText(max_length=80, allow_blank=True, required=False, default="")


class AsideBody(serializers.Serializer[Any]):
    asides = serializers.ListField(
        child=AsideLine(), max_length=500, required=False, default=list
    )
    lifted = serializers.ListField(
        child=AsideLine(), max_length=500, required=False, default=list
    )
