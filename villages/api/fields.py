"""Fields that serializers of every app share: keys of rows, and days within reach."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.fields import get_error_detail

from minshi.days import USUAL, Reach

BIGGEST_ID = 2**63 - 1
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


class DayField(serializers.DateField):
    """A day; `reach` are the days it accepts."""

    def __init__(self, *, reach: Reach = USUAL, **options: Any) -> None:
        super().__init__(**options)
        self.validators = [*self.validators, reach]


class MomentField(serializers.DateTimeField):
    """A moment; `reach` are the days it accepts."""

    def __init__(self, *, reach: Reach = USUAL, **options: Any) -> None:
        super().__init__(**options)
        self.reach = reach
        self.validators = [*self.validators, reach]

    def to_internal_value(self, value: Any) -> datetime:
        """Return the moment in our time zone, where the year 1 may have none."""
        try:
            return super().to_internal_value(value)
        except OverflowError:
            detail = get_error_detail(self.reach.refusal())
            raise serializers.ValidationError(detail) from None
