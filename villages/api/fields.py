"""Fields that serializers of every app share: keys of rows, and days a calendar can
count from.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

BIGGEST_ID = 2**63 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2999


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
