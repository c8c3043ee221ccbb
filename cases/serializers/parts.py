"""The parts of a case: events, files, ratings, meetings, readers."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import Afterword, AgendaItem, Attachment, Event, Rating, SignedSheet
from cases.serializers.fields import ReadOnlyHolderField, ShownRow
from cases.workflow import Action
from cases.workflow.event_data import SHOWN_OF_DATA
from villages.api.fields import IdField
from villages.models import MeetingKind

# Other systems may read these of an event's data; digests, ids of named cadres and the
# like stay inside.
ACTION_LABELS = dict(Action.choices)


class EventSerializer(ShownRow[Event]):
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    post = ReadOnlyHolderField(allow_null=True)
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = Event
        fields = (
            "sequence",
            "at",
            "action",
            "label",
            "actor_kind",
            "post",
            "source",
            "target",
            "level",
            "round",
            "note",
            "data",
        )
        read_only_fields = fields

    def get_label(self, event: Event) -> str:
        return str(ACTION_LABELS.get(event.action, event.action))

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_data(self, event: Event) -> dict[str, Any]:
        return {
            name: value for name, value in event.data.items() if name in SHOWN_OF_DATA
        }


class AttachmentSerializer(ShownRow[Attachment]):
    url = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = (
            "uuid",
            "url",
            "content_type",
            "size",
            "at",
            "from_speaker",
            "is_public",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.URLField())
    def get_url(self, attachment: Attachment) -> str:
        number = attachment.case.number
        path = reverse("api-attachment", args=[number, attachment.uuid])
        return str(self.context["request"].build_absolute_uri(path))


class SignedSheetSerializer(ShownRow[SignedSheet]):
    url = serializers.SerializerMethodField()

    class Meta:
        model = SignedSheet
        fields = ("uuid", "url", "content_type", "size", "at")
        read_only_fields = fields

    @extend_schema_field(serializers.URLField())
    def get_url(self, sheet: SignedSheet) -> str:
        path = reverse("api-sheet", args=[sheet.uuid])
        return str(self.context["request"].build_absolute_uri(path))


@extend_schema_field(OpenApiTypes.BINARY)
class SentFile(serializers.FileField):
    """A file that is sent. Of a file field the schema would say how it is shown: by its
    address.
    """

    def __init__(self) -> None:
        super().__init__(help_text=_("JPEG, PNG, WebP or PDF."))


class SignedSheetBody(serializers.Serializer[Any]):
    file = SentFile()


class UploadBody(serializers.Serializer[Any]):
    file = SentFile()
    post = IdField(required=False)


class RatingSerializer(ShownRow[Rating]):
    entered_by = ReadOnlyHolderField(allow_null=True, help_text=_("Null: the speaker."))

    class Meta:
        model = Rating
        fields = (
            "round",
            "at",
            "satisfaction",
            "solved",
            "reason",
            "how",
            "on_the_spot",
            "entered_by",
        )
        read_only_fields = fields


class MeetingOfCase(ShownRow[AgendaItem]):
    """The item of a meeting at which the case is or was."""

    meeting = serializers.IntegerField(source="meeting_id", read_only=True)
    item = serializers.IntegerField(source="pk", read_only=True)
    kind = serializers.ChoiceField(
        MeetingKind.choices, source="meeting.kind", read_only=True
    )
    name = serializers.CharField(source="meeting.name", read_only=True)
    starts_at = serializers.DateTimeField(source="meeting.starts_at", read_only=True)

    class Meta:
        model = AgendaItem
        fields = (
            "meeting",
            "item",
            "kind",
            "name",
            "starts_at",
            "state",
            "action",
            "resolution",
            "concluded_at",
        )
        read_only_fields = fields


class ReaderSerializer(serializers.Serializer[Any]):
    post = ReadOnlyHolderField()
    why = serializers.ListField(child=serializers.CharField())


class AfterwordSerializer(ShownRow[Afterword]):
    """What the speaker said after closing; its words are the notes of the events."""

    owner = ReadOnlyHolderField(allow_null=True)
    due_on = serializers.DateField(read_only=True, help_text="The last day in time.")

    class Meta:
        model = Afterword
        fields = ("said_at", "due_on", "owner", "answered_at", "end", "answer")
