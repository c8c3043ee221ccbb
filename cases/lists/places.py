"""Filters by one place or several, which many lists of one page have in common."""

from collections.abc import Iterator, Sequence
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet


class PlacesInReach:
    """A field of the places in reach. They are few, so all are read together: those
    chosen are found among those that the page offers.

    `found` has those that other filters of the same request have read already: a page
    of ledgers asks five of them for the same village.
    """

    queryset: QuerySet[Any]
    error_messages: dict[str, Any]
    found: dict[str, list[Any]]

    def places(self) -> list[Any]:
        """Return the places in reach. One query, of the first who asks."""
        kind = self.queryset.model.__name__
        if kind not in self.found:
            self.found[kind] = list(self.queryset)
        return self.found[kind]

    def place(self, key: Any) -> Any:
        """Return the place in reach with a key (ValidationError)."""
        for place in self.places():
            if str(place.pk) == str(key):
                return place
        raise ValidationError(
            self.error_messages["invalid_choice"],
            code="invalid_choice",
            params={"value": key},
        )


class EachPlace(filters.fields.ModelChoiceIterator):
    """The places to choose among, as the field has read them."""

    def __iter__(self) -> Iterator[Any]:
        for place in self.field.places():
            yield self.choice(place)


class AllOrOne(EachPlace):
    def __iter__(self) -> Iterator[Any]:
        yield "", self.field.empty_label
        yield from super().__iter__()


class PlaceField(PlacesInReach, filters.fields.ModelChoiceField):
    iterator = AllOrOne

    def to_python(self, value: Any) -> Any:
        return None if value in self.empty_values else self.place(value)


class PlacesField(PlacesInReach, filters.fields.ModelMultipleChoiceField):
    iterator = EachPlace
    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Sequence[Any] | None) -> list[Any]:
        keys = dict.fromkeys(value or ())
        return [self.place(key) for key in keys if key not in self.empty_values]


class OfRequest:
    """A filter whose field shares the places that its request has read."""

    @property
    def field(self) -> Any:
        field = super().field  # type: ignore[misc]  # of the filter it is mixed into
        field.found = getattr(self.get_request(), "places_found", {})  # type: ignore[attr-defined]  # likewise
        return field


class PlaceFilter(OfRequest, filters.ModelChoiceFilter):
    """A filter by a town or village in reach."""

    field_class = PlaceField


class PlacesFilter(OfRequest, filters.ModelMultipleChoiceFilter):
    """A filter by any of several villages in reach."""

    field_class = PlacesField

    def filter(self, rows: Any, places: list[Any]) -> Any:
        if not places:
            return rows
        return rows.filter(**{f"{self.field_name}__in": places})
