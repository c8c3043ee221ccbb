"""Fields that several serializers share: texts, phones, and the holders of cases."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.workflow.standing import parted_key
from minshi.crypto import normal_phone
from minshi.text import PLACEHOLDER, is_blank
from villages.models import Office, Post

Row = TypeVar("Row", bound=Model)


class PlainText(serializers.CharField):
    """Text as somebody typed it.

    Refused is one that the API itself blanked out and, where it must say something, one
    that says nothing: 「。」.
    """

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if is_blank(text) and not self.allow_blank:
            self.fail("blank")
        if PLACEHOLDER in text:
            raise serializers.ValidationError(
                _("A part of this text was hidden from you; it cannot be sent back.")
            )
        return text


class PhoneField(serializers.CharField):
    """A full phone number, normalized. A masked one would destroy what is stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, required=False, allow_blank=True, **options)

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if not text:
            return ""
        if "*" in text:
            raise serializers.ValidationError(_("Type the whole phone number."))

        try:
            return normal_phone(text)
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class HolderKey(serializers.RegexField):
    """A person's post or an office: "post:12", "office:3"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^(post|office):[1-9][0-9]{0,17}$", **options)


def holders_by_key(keys: Iterable[str]) -> dict[str, Post | Office]:
    """Return those posts and offices that exist, by key (`post:12`, `office:3`).

    At most two queries. The keys are checked before; the move itself checks whether
    they may take the case.
    """
    wanted: dict[str, list[int]] = {"post": [], "office": []}
    for key in keys:
        kind, pk = parted_key(key)
        wanted[kind].append(pk)

    found: dict[str, Post | Office] = {}

    if wanted["post"]:
        posts = Post.objects.filter(pk__in=wanted["post"])
        for post in posts.select_related("user", "group", "village", "town"):
            found[f"post:{post.pk}"] = post

    if wanted["office"]:
        for office in Office.objects.filter(pk__in=wanted["office"]):
            found[f"office:{office.pk}"] = office

    return found


# options of a field that concern only values sent in
OPTIONS_OF_INPUT = (
    "required",
    "allow_blank",
    "default",
    "validators",
    "max_length",
    "min_value",
    "max_value",
)


class ShownRow(serializers.ModelSerializer[Row]):
    """A row as it is read."""

    # a choice not made yet is "", and `Meta.hidden` names what may be null besides

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        field, options = super().build_standard_field(field_name, model_field)
        is_hidden = field_name in getattr(self.Meta, "hidden", ())

        options["read_only"] = True
        options["allow_null"] = model_field.null or is_hidden
        if model_field.choices and model_field.blank:
            options["choices"] = [("", ""), *model_field.choices]

        for name in OPTIONS_OF_INPUT:
            options.pop(name, None)
        return field, options


HOLDER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["key", "name", "role"],
    "properties": {
        "key": {"type": "string", "example": "post:12"},
        "name": {"type": "string"},
        "role": {"type": "string", "description": "Empty for an office."},
    },
}


@extend_schema_field(HOLDER_SCHEMA)
class ReadOnlyHolderField(serializers.Field[Any, Any, Any, Any]):
    """The person or office that something is with, for reading."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Post | Office) -> dict[str, str]:
        if isinstance(value, Post):
            return {
                "key": f"post:{value.pk}",
                "name": str(value.user),
                "role": value.role,
            }

        return {"key": f"office:{value.pk}", "name": value.name, "role": ""}
