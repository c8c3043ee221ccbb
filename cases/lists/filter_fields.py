"""What the filters of all lists are made of: choices among the places, offices and
topics in the reader's reach, and a form that has the fields it shows alone.
"""

from collections.abc import Collection, Mapping
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_filters.widgets import BooleanWidget

from cases.lists import search
from cases.lists.places import PlaceFilter, PlacesFilter
from cases.models import Topic
from minshi.clock import today
from villages.models import Group, Office, Town, User, Village
from villages.requests import whole_number

ALL = _("All")


class AnyYesNo(BooleanWidget):
    """A choice of all, yes and no; a missing answer stays missing."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices = [("", ALL), ("true", _("Yes")), ("false", _("No"))]


def user_of(request: HttpRequest | None) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def villages_in_reach(request: HttpRequest | None) -> QuerySet[Village]:
    user = user_of(request)
    if user is None:
        return Village.objects.none()
    return Village.objects.in_reach_of(user, today())


def towns_in_reach(request: HttpRequest | None) -> QuerySet[Town]:
    user = user_of(request)
    if user is None:
        return Town.objects.none()
    return Town.objects.in_reach_of(user, today())


def groups_in_reach(request: HttpRequest | None) -> QuerySet[Group]:
    """Return the groups of the village chosen, or of all villages in reach."""
    villages = villages_in_reach(request)
    groups = Group.objects.filter(village__in=villages).select_related("village")

    chosen = request.GET.get("village", "") if request else ""
    village = whole_number(chosen)
    if village is None:
        return groups
    return groups.filter(village=village)


def offices_in_reach(request: HttpRequest | None) -> QuerySet[Office]:
    """Return the offices of the towns in reach, and those of their counties."""
    towns = towns_in_reach(request)
    counties = towns.values("county_code")
    offices = Office.objects.filter(Q(town__in=towns) | Q(county_code__in=counties))
    return offices.select_related("town")


def topics_in_reach(request: HttpRequest | None) -> QuerySet[Topic]:
    user = user_of(request)
    if user is None:
        return Topic.objects.none()
    return Topic.objects.filter(town__in=towns_in_reach(request))


def choice_filter(choices: Any, label: Any, **options: Any) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(
        choices=choices, label=label, empty_label=ALL, **options
    )


def town_filter(field_name: str) -> filters.ModelChoiceFilter:
    """Return the filter by a town in reach, of rows that know it by this field."""
    return PlaceFilter(
        field_name=field_name,
        queryset=towns_in_reach,
        label=_("Town"),
        empty_label=ALL,
    )


def village_filter(field_name: str) -> PlaceFilter:
    """Return the filter by a village in reach, of rows that know it by this field."""
    return PlaceFilter(
        field_name=field_name,
        queryset=villages_in_reach,
        label=_("Village"),
        empty_label=ALL,
    )


def villages_filter(field_name: str) -> PlacesFilter:
    """Return the filter by several villages in reach, looked at together."""
    return PlacesFilter(
        field_name=field_name, queryset=villages_in_reach, label=_("Several villages")
    )


def words_filter() -> filters.CharFilter:
    """Return the filter by words; its filterset says by `by_words` what they find."""
    return filters.CharFilter(
        method="by_words",
        label=_("Number, words or who spoke"),
        max_length=search.LONGEST,
        validators=[search.require_two_characters],
    )


class OfficeField(filters.fields.ModelChoiceField):
    """An office; with its town in front for whoever reads those of several towns."""

    names_towns = False

    def label_from_instance(self, office: Office) -> str:
        if self.names_towns and office.town:
            return f"{office.town} {office}"
        return str(office)


class OfficeFilter(filters.ModelChoiceFilter):
    field_class = OfficeField

    @property
    def field(self) -> Any:
        field = super().field
        user = user_of(self.get_request())
        field.names_towns = user is not None and oversees_towns(user)
        return field


class NarrowFilter(filters.FilterSet):
    """A filter that, given which of its fields are `shown`, has those and what the data
    name, and no others: to make all the fields of a form takes longer than to list.
    """

    base_filters: Mapping[str, Any]  # of the class, and of a filter its own

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        queryset: QuerySet[Any] | None = None,
        *,
        shown: Collection[str] | None = None,
        **options: Any,
    ) -> None:
        if shown is not None:
            every = type(self).base_filters
            wanted = {*shown, *(data or {})}
            self.base_filters = {name: every[name] for name in every if name in wanted}
        super().__init__(data, queryset, **options)


def oversees_towns(user: User) -> bool:
    """Tell whether a reader oversees several towns, who alone chooses among them."""
    return user.reach(today()).spans_towns
