"""Slips as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.serializers.ledgers import CELL
from cases.slips import Sheet, SlipOffer


class SlipOffered(serializers.Serializer[SlipOffer]):
    key = serializers.CharField(source="slip.key")
    nth = serializers.IntegerField(help_text="The how manieth of its kind, from 1.")
    title = serializers.CharField()
    of = serializers.CharField(
        help_text="What tells it from others of its kind; empty where there is but one."
    )


@extend_schema_field(CELL)
class CellField(serializers.Field[Any, Any, Any, Any]):
    """The value of one box of a slip."""

    def to_representation(self, value: Any) -> Any:
        return value


class LineSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    heading = serializers.CharField()
    value = CellField(allow_null=True)


class SheetSerializer(serializers.Serializer[Sheet]):
    key = serializers.CharField(source="slip.key")
    nth = serializers.IntegerField()
    title = serializers.CharField()
    unit = serializers.CharField()
    lines = LineSerializer(many=True)
    signatures = serializers.ListField(child=serializers.CharField())
