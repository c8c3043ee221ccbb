"""The refusals of Django and its REST framework, in words that a villager knows."""

import re

import pytest
from django import forms
from django.core import validators
from django.core.exceptions import ValidationError
from django.utils import translation
from rest_framework import serializers

from cases.models import Case

pytestmark = pytest.mark.any_database
# a programmer's words, and punctuation of half width between Chinese ones
PROGRAMMERS = re.compile(
    r"变量|字符|字段|有效|合法|对象|主键|null|整型"
    r"|[\u4e00-\u9fff] ?[,;:?!().]|[,;:?!()] ?[\u4e00-\u9fff]"
)


@pytest.fixture(autouse=True)
def _in_chinese():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize("length", [40, 100, 4000])
def test_a_text_that_is_too_long_says_how_much_is_to_go(length):
    typed = "灯" * (length + 2000)

    with pytest.raises(ValidationError) as refusal:
        forms.CharField(max_length=length).clean(typed)

    words = f"最多写 {length} 个字，现在有 {length + 2000} 个，请删短一些。"
    assert refusal.value.messages == [words]


def test_a_text_too_long_for_a_row_is_refused_in_the_same_words():
    """As the administration does, which has no form of ours."""
    title = Case._meta.get_field("title")

    with pytest.raises(ValidationError) as refusal:
        title.clean("灯" * 61, Case())

    assert refusal.value.messages == ["最多写 60 个字，现在有 61 个，请删短一些。"]


def test_a_text_too_long_for_the_api_is_refused_in_plain_words():
    with pytest.raises(serializers.ValidationError) as refusal:
        serializers.CharField(max_length=60).run_validation("灯" * 61)

    assert refusal.value.detail == ["最多写 60 个字，请删短一些。"]


FIELDS = (
    forms.BooleanField,
    forms.CharField,
    forms.ChoiceField,
    forms.DateField,
    forms.DateTimeField,
    forms.DecimalField,
    forms.EmailField,
    forms.FileField,
    forms.ImageField,
    forms.IntegerField,
    forms.ModelChoiceField,
    forms.MultipleChoiceField,
    forms.TimeField,
    serializers.BooleanField,
    serializers.CharField,
    serializers.ChoiceField,
    serializers.IntegerField,
    serializers.ListField,
)
VALIDATORS = (
    validators.MaxLengthValidator,
    validators.MinLengthValidator,
    validators.MaxValueValidator,
    validators.MinValueValidator,
    validators.ProhibitNullCharactersValidator,
    validators.EmailValidator,
    validators.URLValidator,
)
LEFT_TO_PROGRAMMERS = ("not_a_list", "not_a_dict")


def messages_of_fields():
    found = []
    for field in FIELDS:
        for parent in reversed(field.__mro__):
            for code, words in vars(parent).get("default_error_messages", {}).items():
                if code not in LEFT_TO_PROGRAMMERS:
                    found.append(pytest.param(words, id=f"{field.__name__}-{code}"))
    return found


@pytest.mark.parametrize("words", messages_of_fields())
def test_no_field_refuses_in_a_programmers_words(words):
    text = _without_number(words)

    assert not PROGRAMMERS.search(text), text


@pytest.mark.parametrize("validator", VALIDATORS)
def test_no_validator_refuses_in_a_programmers_words(validator):
    words = _without_number(validator.message)

    assert not PROGRAMMERS.search(words), words


def _without_number(words):
    """The text of a message, also of one that waits for a number."""
    try:
        return str(words)
    except TypeError:
        return words % {"limit_value": 7, "show_value": 8, "max": 7, "length": 8}
