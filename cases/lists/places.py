"""Filters by a place, which many lists of one page have in common."""

from typing import Any

import django_filters as filters


class PlaceField(filters.fields.ModelChoiceField):
    """A place in reach. `found` has those that other filters of the same request have
    read already: a page of ledgers asks five of them for the same village.
    """

    found: dict[str, Any]

    def to_python(self, value: Any) -> Any:
        key = f"{self.queryset.model.__name__} {value}"
        if key not in self.found:
            self.found[key] = super().to_python(value)
        return self.found[key]


class PlaceFilter(filters.ModelChoiceFilter):
    """A filter by a town or village in reach."""

    field_class = PlaceField

    @property
    def field(self) -> Any:
        field = super().field
        field.found = getattr(self.get_request(), "places_found", {})
        return field
