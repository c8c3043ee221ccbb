"""Filters by a place, which many lists of one page have in common."""

from collections.abc import Iterator
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError


class PlaceChoices(filters.fields.ModelChoiceIterator):
    """The places to choose among, as the field has read them."""

    def __iter__(self) -> Iterator[Any]:
        yield "", self.field.empty_label
        for place in self.field.places():
            yield self.choice(place)


class PlaceField(filters.fields.ModelChoiceField):
    """A place in reach. They are few, so all are read together: the one chosen is
    found among those that the page offers.

    `found` has those that other filters of the same request have read already: a page
    of ledgers asks five of them for the same village.
    """

    iterator = PlaceChoices
    found: dict[str, list[Any]]

    def places(self) -> list[Any]:
        """Return the places in reach. One query, of the first who asks."""
        kind = self.queryset.model.__name__
        if kind not in self.found:
            self.found[kind] = list(self.queryset)
        return self.found[kind]

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None

        for place in self.places():
            if str(place.pk) == str(value):
                return place
        raise ValidationError(
            self.error_messages["invalid_choice"],
            code="invalid_choice",
            params={"value": value},
        )


class PlaceFilter(filters.ModelChoiceFilter):
    """A filter by a town or village in reach."""

    field_class = PlaceField

    @property
    def field(self) -> Any:
        field = super().field
        field.found = getattr(self.get_request(), "places_found", {})
        return field
