"""A 隐名 matter as others read it, and the further words that are blanked in it."""

from typing import Any

from rest_framework import serializers

from cases.serializers.fields import PlainText
from cases.workflow.effects.hiding import LONGEST_PHRASE, MOST_PHRASES

SEEN = (
    "Those that you read before, in whose place these stand. What somebody has added"
    " since stays."
)


def _phrases(**options: Any) -> serializers.ListField:
    # after a merge there may be more than may be written at once
    child = PlainText(max_length=LONGEST_PHRASE)
    return serializers.ListField(child=child, max_length=10 * MOST_PHRASES, **options)


class HiddenWordsBody(serializers.Serializer[Any]):
    also_hidden = _phrases(
        help_text="Words of 2 to 40 characters, at most 20; an empty list: none."
    )
    seen = _phrases(required=False, default=list, help_text=SEEN)


class ReadByOthersSerializer(serializers.Serializer[Any]):
    # a field of the answer; the serializer's own label, a text, is left to its fields
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    text = serializers.CharField(read_only=True)


class HiddenWordsShown(serializers.Serializer[Any]):
    """What is blanked besides who spoke, and what is left to read."""

    version = serializers.IntegerField(read_only=True)
    also_hidden = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Blanked for others."
    )
    nowhere = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Those that stand in no words of the matter, as it is now.",
    )
    read_by_others = ReadByOthersSerializer(many=True, read_only=True)
