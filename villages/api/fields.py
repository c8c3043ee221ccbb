"""Fields that serializers of every app share: keys of rows, and days from which a
calendar can count.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

BIGGEST_ID = 2**63 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2999


def validated(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    """Return the values that a request sends. ValidationError: a field has the wrong
    shape.
    """
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


class IdField(serializers.IntegerField):
    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=BIGGEST_ID, **options)


def require_living_memory(day: date) -> None:
    """ValidationError: a day that no calendar of ours can count from."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise serializers.ValidationError(_("This day is out of reach."))


class DayField(serializers.DateField):
    def __init__(self, **options: Any) -> None:
        super().__init__(validators=[require_living_memory], **options)


class MomentField(serializers.DateTimeField):
    def __init__(self, **options: Any) -> None:
        super().__init__(validators=[require_living_memory], **options)
