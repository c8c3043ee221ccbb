"""The body of every move, made from the inputs that MOVES names.

The choices of an input come from `candidates`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from cases.models import Case
from cases.models.scope import Sight
from cases.serializers.fields import (
    HolderKey,
    PhoneField,
    PlainText,
    ShownRow,
    holders_by_key,
)
from cases.workflow import MOVES, Action, Facts, candidates
from cases.workflow.candidates import why_not_into
from cases.workflow.inputs import ABOUT_SPEAKER, MOST_ASKED, Ask, Input, Kind
from minshi.errors import Text
from villages.api.fields import NO_SUCH_CHOICE, DayField, IdField, MomentField
from villages.models import User

MADE_BY_PEOPLE = tuple(
    action for action, move in MOVES.items() if move.who is not None and not move.inner
)
INPUT_KINDS = [kind.value for kind in Kind]
MOST_CHOSEN = 50
HIDDEN_FROM_YOU = _("Who spoke is hidden from you.")
LOOKED_UP = {
    Kind.CASE: "number",
    Kind.VILLAGE: "code",
    Kind.GROUP: "pk",
    Kind.TOPIC: "pk",
    Kind.RESIDENT: "pk",
    Kind.REPORT: "pk",
}


def _text_field(item: Input) -> serializers.Field[Any, Any, Any, Any]:
    if item.name == "speaker_phone":
        return PhoneField(label=item.label)

    return PlainText(
        max_length=item.max_length, allow_blank=not item.required, **_common(item)
    )


def _choice_field(item: Input) -> serializers.Field[Any, Any, Any, Any]:
    choices = item.choices.choices  # type: ignore[union-attr]
    return serializers.ChoiceField(
        choices, allow_blank=not item.required, **_common(item)
    )


def _holders_field(item: Input) -> serializers.Field[Any, Any, Any, Any]:
    return serializers.ListField(
        child=HolderKey(), max_length=MOST_CHOSEN, **_common(item)
    )


def _asks_field(item: Input) -> serializers.Field[Any, Any, Any, Any]:
    return serializers.ListField(
        child=AskBody(), max_length=MOST_CHOSEN, **_common(item)
    )


def _users_field(item: Input) -> serializers.Field[Any, Any, Any, Any]:
    return serializers.ListField(
        child=IdField(),
        max_length=MOST_CHOSEN,
        allow_empty=not item.required,
        **_common(item),
    )


def _common(item: Input) -> dict[str, Any]:
    """Return the options that the fields of all kinds share."""
    return {
        "required": item.required,
        "label": item.label,
        "help_text": item.help or item.label,
    }


FIELDS: Mapping[Kind, Callable[[Input], serializers.Field[Any, Any, Any, Any]]] = {
    Kind.TEXT: _text_field,
    Kind.LINE: _text_field,
    Kind.CHOICE: _choice_field,
    Kind.DATE: lambda item: DayField(**_common(item)),
    Kind.DATETIME: lambda item: MomentField(**_common(item)),
    Kind.FLAG: lambda item: serializers.BooleanField(**_common(item)),
    Kind.HOLDER: lambda item: HolderKey(**_common(item)),
    Kind.HOLDERS: _holders_field,
    Kind.ASKS: _asks_field,
    Kind.CASE: lambda item: serializers.CharField(max_length=16, **_common(item)),
    Kind.VILLAGE: lambda item: serializers.CharField(max_length=12, **_common(item)),
    Kind.GROUP: lambda item: IdField(**_common(item)),
    Kind.TOPIC: lambda item: IdField(**_common(item)),
    Kind.RESIDENT: lambda item: IdField(**_common(item)),
    Kind.USERS: _users_field,
    Kind.REPORT: lambda item: IdField(**_common(item)),
}


class AskBody(serializers.Serializer[Any]):
    holder = HolderKey()
    text = PlainText(
        max_length=MOST_ASKED, allow_blank=True, required=False, default=""
    )
    due_on = DayField(required=False, allow_null=True, default=None)


class MoveBody(serializers.Serializer[Any]):
    """What a step asks for."""

    # context: `facts` (case and time alone), `user`, `sight`; validated, `inputs` is
    # what make_move takes
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    post = IdField(
        required=False,
        help_text="The post acted from; else the first of yours that may.",
    )
    asked: tuple[Input, ...] = ()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Replace keys by the rows they name; return inputs, version and post.

        ValidationError: one is no choice, or is about a speaker hidden from the caller.
        """
        facts: Facts = self.context["facts"]
        user: User = self.context["user"]

        wrong: dict[str, Any] = {}
        inputs: dict[str, Any] = {}
        for item in self.asked:
            if item.name not in attrs:
                continue
            if item.name in ABOUT_SPEAKER and not self._shows_speaker(facts):
                wrong[item.name] = HIDDEN_FROM_YOU
                continue

            chosen = choose(item, attrs[item.name], facts, user)
            inputs[item.name] = chosen
            if chosen is None:
                wrong[item.name] = _why_not(item, attrs[item.name], facts, user)

        if wrong:
            raise serializers.ValidationError(wrong)
        return {
            "inputs": inputs,
            "version": attrs.get("version"),
            "post": attrs.get("post"),
        }

    def _shows_speaker(self, facts: Facts) -> bool:
        sight: Sight = self.context["sight"]
        return sight.shows_speaker(facts.case)


def choose(item: Input, raw: Any, facts: Facts, user: User) -> Any:
    """Return what a value of the body means; None if it is none of the choices.

    `facts` need hold no more than the case.
    """
    if item.kind is Kind.HOLDER:
        return holders_by_key([raw]).get(raw)

    if item.kind is Kind.HOLDERS:
        found = holders_by_key(raw)
        if not found.keys() >= set(raw):
            return None
        return [found[key] for key in raw]

    if item.kind is Kind.ASKS:
        return _asks_from(raw)

    if item.kind is Kind.USERS:
        users = list(candidates(item, facts, user).filter(pk__in=raw))
        if len(users) != len(set(raw)):
            return None
        return users

    if item.kind in LOOKED_UP:
        field = LOOKED_UP[item.kind]
        return candidates(item, facts, user).filter(**{field: raw}).first()

    return raw


def _why_not(item: Input, raw: Any, facts: Facts, user: User) -> Text:
    """Say why a value of the body is none of the choices."""
    if item.kind is Kind.CASE:
        return why_not_into(raw, facts, user)
    return NO_SUCH_CHOICE


def _asks_from(raw: list[dict[str, Any]]) -> list[Ask]:
    """Return what is asked of each holder; one who does not exist is left out."""
    found = holders_by_key(line["holder"] for line in raw)

    asks = []
    for line in raw:
        holder = found.get(line["holder"])
        if holder:
            asks.append(Ask(holder, line["text"], line["due_on"]))
    return asks


@cache
def body_of(action: Action) -> type[MoveBody]:
    """Return the serializer of one move's body, `action` included."""
    return _make_body(
        f"Move{_camel_case(action)}",
        MOVES[action].inputs,
        {"action": serializers.ChoiceField([action.value])},
    )


def amendment() -> type[MoveBody]:
    """Return the body of a correction: the inputs of AMEND without its name."""
    return _make_body("Amendment", MOVES[Action.AMEND].inputs, {})


def _make_body(
    name: str, inputs: tuple[Input, ...], more: dict[str, Any]
) -> type[MoveBody]:
    """Make the class of a body with a field for each input, and `more` fields."""
    fields = {item.name: FIELDS[item.kind](item) for item in inputs}
    members = {**more, **fields, "asked": inputs, "__doc__": MoveBody.__doc__}
    return type(name, (MoveBody,), members)


def _camel_case(action: Action) -> str:
    words = action.value.split("_")
    return "".join(word.title() for word in words)


def any_body() -> PolymorphicProxySerializer:
    """Return the body of any move for the schema, where `action` says which it is."""
    return PolymorphicProxySerializer(
        component_name="MoveMade",
        serializers={action.value: body_of(action) for action in MADE_BY_PEOPLE},
        resource_type_field_name="action",
    )


class NamedMove(serializers.Serializer[Any]):
    """The name of a move, read before the move's own body."""

    action = serializers.ChoiceField([action.value for action in MADE_BY_PEOPLE])


class ChoiceOffered(serializers.Serializer[Any]):
    value = serializers.JSONField(help_text="What to send: a text, or an id.")
    label = serializers.CharField()  # type: ignore[assignment]


class InputOffered(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(INPUT_KINDS)
    required = serializers.BooleanField()  # type: ignore[assignment]
    help = serializers.CharField(allow_blank=True)
    max_length = serializers.IntegerField(allow_null=True)
    choices = ChoiceOffered(
        many=True, allow_null=True, help_text="Null: anything of the kind."
    )


class MoveOffered(serializers.Serializer[Any]):
    action = serializers.ChoiceField([action.value for action in MADE_BY_PEOPLE])
    label = serializers.CharField()  # type: ignore[assignment]
    post = serializers.IntegerField(help_text="The post it would be done from.")
    inputs = InputOffered(many=True)


class MovesOffered(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    moves = MoveOffered(many=True)


class MoveDone(ShownRow[Case]):
    """The state of the case, and no more: the move may have taken it out of its mover's
    sight.
    """

    class Meta:
        model = Case
        fields = ("number", "version", "stage", "level", "round")
        read_only_fields = fields
