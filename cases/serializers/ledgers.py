"""Ledgers as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.ledgers import AnyBook

CELL = {"oneOf": [{"type": "string"}, {"type": "number"}], "nullable": True}


class ColumnSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    heading = serializers.CharField()
    kind = serializers.ChoiceField(["text", "number", "date", "choice"])


class BookSerializer(serializers.Serializer[AnyBook]):
    key = serializers.CharField()
    title = serializers.CharField(source="ledger.title")
    columns = ColumnSerializer(source="ledger.columns", many=True)


@extend_schema_field({"type": "object", "additionalProperties": CELL})
class LedgerRow(serializers.Serializer[Any]):
    """Cells by the key of their column."""
