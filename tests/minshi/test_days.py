"""Every input of a day refuses one that no calendar here can count from."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import django_filters
import pytest
import time_machine
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import DateField
from django.test import RequestFactory
from django.urls import get_resolver
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as ApiRefusal

from cases.forms.fields import AsksField
from cases.forms.step import field_for
from cases.serializers.moves import FIELDS as VALUE_OF_KIND
from cases.workflow.inputs import Input, Kind
from minshi.days import TERM, USUAL, DayField, MomentField, Reach
from villages.api.fields import DayField as DayValue

OUR_APPS = ("minshi.", "villages.", "cases.", "supervision.")
NEVER = (date(1, 1, 1), date(1948, 12, 31), date(9999, 12, 31))
# What these only say they never read.
ANSWERS = ("TokenGiven", "Offer", "Row", "Answer", "Serializer")
ASKED_FOR = (Kind.DATE, Kind.DATETIME)


def subclasses_of(base: type) -> Iterator[type]:
    """Every class of ours that stands on another, however deep."""
    get_resolver().url_patterns  # noqa: B018 - reading it loads all views and forms
    for child in base.__subclasses__():
        if child.__module__.startswith(OUR_APPS):
            yield child
        yield from subclasses_of(child)


def fields_of_forms() -> dict[str, forms.Field]:
    return {
        f"{form.__module__}.{form.__name__}.{name}": field
        for form in subclasses_of(forms.BaseForm)
        for name, field in form.base_fields.items()
        if isinstance(field, forms.DateField | forms.DateTimeField)
    }


def fields_of_steps() -> dict[str, forms.Field]:
    made = {
        f"step form, {kind}": field_for(Input("day", kind, "Day"), None, None)
        for kind in ASKED_FOR
    }
    return {**made, "tasks of assistants": AsksField({}).day}


def fields_of_filters() -> dict[str, forms.Field]:
    return {
        f"{filterset.__module__}.{filterset.__name__}.{name}": found.field
        for filterset in subclasses_of(django_filters.FilterSet)
        for name, found in filterset.base_filters.items()
        if isinstance(found, django_filters.DateFilter | django_filters.DateTimeFilter)
    }


def fields_of_admin() -> dict[str, forms.Field]:
    request = RequestFactory().get("/")
    return {
        f"admin of {model.__name__}, {column.name}": window.formfield_for_dbfield(
            column, request
        )
        for model, window in admin.site._registry.items()
        for column in model._meta.concrete_fields
        if isinstance(column, DateField) and column.editable
    }


def values_of_the_api() -> dict[str, serializers.Field]:
    declared = {
        f"{body.__module__}.{body.__name__}.{name}": field
        for body in subclasses_of(serializers.Serializer)
        if not issubclass(body, serializers.ModelSerializer)
        and not body.__name__.endswith(ANSWERS)
        for name, field in body._declared_fields.items()
        if isinstance(field, serializers.DateField | serializers.DateTimeField)
        and not field.read_only
    }
    steps = {
        f"step over the API, {kind}": VALUE_OF_KIND[kind](Input("day", kind, "Day"))
        for kind in ASKED_FOR
    }
    return {**declared, **steps}


@pytest.mark.parametrize("day", NEVER, ids=str)
def test_every_day_in_a_form_a_filter_or_the_admin_is_within_reach(day):
    found = {
        **fields_of_forms(),
        **fields_of_steps(),
        **fields_of_filters(),
        **fields_of_admin(),
    }
    assert len(found) > 30

    taken = [name for name, field in found.items() if accepts(field, day)]

    assert taken == []


@pytest.mark.parametrize("day", NEVER, ids=str)
def test_every_day_sent_to_the_api_is_within_reach(day):
    found = values_of_the_api()
    assert len(found) > 15

    taken = []
    for name, field in found.items():
        try:
            field.run_validation(typed(field, day))
        except ApiRefusal:
            continue
        taken.append(name)

    assert taken == []


def accepts(field: forms.Field, day: date) -> bool:
    try:
        field.clean(typed(field, day))
    except ValidationError:
        return False
    return True


def typed(field: object, day: date) -> str:
    is_moment = isinstance(field, forms.DateTimeField | serializers.DateTimeField)
    formats = getattr(field, "input_formats", None) or ["%Y-%m-%d"]
    if formats == ["%Y-%m"]:
        return f"{day.year:04}-{day.month:02}"
    # the first minute of all days is none in UTC
    return f"{day.isoformat()}T00:00" if is_moment else day.isoformat()


@time_machine.travel(datetime(2026, 3, 2, 4, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("reach", "first", "last"),
    [
        (USUAL, date(1949, 1, 1), date(2028, 12, 31)),
        (TERM, date(1949, 1, 1), date(2037, 12, 31)),
        (Reach(first_year=1900, years_ahead=0), date(1900, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_field_takes_the_first_and_the_last_day_of_its_reach(reach, first, last):
    field = DayField(reach=reach)

    assert field.clean(first.isoformat()) == first
    assert field.clean(last.isoformat()) == last
    assert not accepts(field, date(first.year - 1, 12, 31))
    assert not accepts(field, date(last.year + 1, 1, 1))


@time_machine.travel(datetime(2026, 3, 2, 4, tzinfo=UTC), tick=False)
def test_the_words_name_the_days_that_are_taken():
    with pytest.raises(ValidationError) as refusal:
        DayField().clean("0026-03-02")
    with pytest.raises(ApiRefusal) as over_the_api:
        DayValue().run_validation("0026-03-02")

    words = "日期要在 1949年1月1日 和 2028年12月31日 之间。"
    assert refusal.value.messages == [words]
    assert over_the_api.value.detail == [words]


def test_a_moment_is_within_reach_by_its_day():
    with pytest.raises(ValidationError):
        MomentField().clean("20261-03-02T10:00")
    with pytest.raises(ValidationError):
        MomentField().clean("0001-01-01T00:00")
    assert MomentField().clean("2026-03-02T10:00").year == 2026
