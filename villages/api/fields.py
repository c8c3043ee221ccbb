"""Fields that serializers of every app share: keys of rows, and days within reach."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

BIGGEST_ID = 2**63 - 1
FIRST_YEAR = 1900
LAST_YEAR = 2999
NO_SUCH_CHOICE = gettext_lazy("This is not one of the choices.")


def validated(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    """Return the values that a request sends.

    ValidationError: a field has the wrong shape.
    """
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


class IdField(serializers.IntegerField):
    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=BIGGEST_ID, **options)


def require_living_memory(day: date) -> None:
    """Refuse a day that no calendar of ours can count from: ValidationError."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise serializers.ValidationError(_("This day is out of reach."))


class DayField(serializers.DateField):
    def __init__(self, **options: Any) -> None:
        super().__init__(validators=[require_living_memory], **options)


class MomentField(serializers.DateTimeField):
    def __init__(self, **options: Any) -> None:
        super().__init__(validators=[require_living_memory], **options)
