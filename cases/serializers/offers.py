"""The moves open to somebody now, with the choices of each input, as plain data."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from rest_framework import serializers

from cases.forms import cadre_label, holder_label, report_label
from cases.models.choices import AfterwordEnd
from cases.speaking.progress import STATES, SpeakerAccount
from cases.workflow import Facts, Offer, candidates
from cases.workflow.candidates import HOLDERS, HOLDING, choices_offered
from cases.workflow.inputs import ABOUT_SPEAKER, Input, Kind
from villages.models import User

WITH_MAX_LENGTH = (Kind.TEXT, Kind.LINE)
# the label of a row that is offered; of other kinds the row as a text
LABEL_OF: dict[Kind, Callable[[Any], str]] = {
    Kind.USERS: cadre_label,
}
WITHOUT_CHOICES = (
    Kind.TEXT,
    Kind.LINE,
    Kind.DATE,
    Kind.DATETIME,
    Kind.FLAG,
    Kind.CASE,  # named by its number
    Kind.RESIDENT,  # looked up, never listed
)


class Choices:
    """The choices of inputs, each kind read once for all moves."""

    def __init__(self, facts: Facts, user: User) -> None:
        self.facts = facts
        self.user = user
        self._read_before: dict[tuple[Kind, str], list[dict[str, Any]]] = {}

    def of(self, item: Input, offer: Offer) -> list[dict[str, Any]] | None:
        """Return the choices of an input of this offer; None where anything of the
        kind will do.
        """
        if item.kind in WITHOUT_CHOICES:
            return None

        if item.kind is Kind.CHOICE:
            offered = choices_offered(item, offer.action, offer.post, self.facts)
            return [{"value": value, "label": str(label)} for value, label in offered]

        key = self._shared_by(item)
        if key not in self._read_before:
            self._read_before[key] = self._read(item)
        return self._read_before[key]

    def _shared_by(self, item: Input) -> tuple[Kind, str]:
        """Return a key that all inputs with the same choices share."""
        kind = Kind.HOLDER if item.kind in HOLDING else item.kind
        name = item.name if item.name in HOLDERS else ""
        return kind, name

    def _read(self, item: Input) -> list[dict[str, Any]]:
        """Read the rows that an input offers, as values and labels."""
        offered = candidates(item, self.facts, self.user)

        if item.kind in HOLDING:
            return [
                {"value": key, "label": holder_label(holder)}
                for key, holder in offered.items()
            ]

        if item.kind is Kind.VILLAGE:
            return [
                {"value": code, "label": name}
                for code, name in offered.values_list("code", "name")
            ]

        label_of = LABEL_OF.get(item.kind, str)
        if item.kind is Kind.REPORT:
            label_of = partial(report_label, reader=self.user)
        return [{"value": row.pk, "label": label_of(row)} for row in offered]


def offers_as_data(
    offers: Iterable[Offer], facts: Facts, user: User, *, speaker_shown: bool
) -> list[dict[str, Any]]:
    """Return the offers as the API shows them.

    Inputs about the speaker are left out unless the speaker is shown to the user.
    """
    choices = Choices(facts, user)

    rows = []
    for offer in offers:
        inputs = []
        for item in offer.move.inputs:
            if speaker_shown or item.name not in ABOUT_SPEAKER:
                inputs.append(_input_as_data(item, offer, choices))

        row = {
            "action": offer.action.value,
            "label": str(offer.action.label),
            "post": offer.post.pk if offer.post else None,
            "inputs": inputs,
        }
        rows.append(row)

    return rows


def _input_as_data(item: Input, offer: Offer, choices: Choices) -> dict[str, Any]:
    """Return one input as the API shows it."""
    return {
        "name": item.name,
        "label": str(item.label),
        "kind": item.kind.value,
        "required": item.required,
        "help": str(item.help_for(choices.facts)),
        "max_length": item.max_length if item.kind in WITH_MAX_LENGTH else None,
        "choices": choices.of(item, offer),
    }


class ReadyText(serializers.Serializer[Any]):
    input = serializers.CharField(
        help_text="The input of the move that the text is for."
    )
    title = serializers.CharField()
    text = serializers.CharField()


class AfterwordTold(serializers.Serializer[Any]):
    """What the speaker said after closing, and how it stands with the answer."""

    said_at = serializers.DateTimeField(read_only=True)
    words = serializers.ListField(child=serializers.CharField())
    answer_by = serializers.DateField(allow_null=True, read_only=True)
    answered_at = serializers.DateTimeField(allow_null=True, read_only=True)
    answer = serializers.CharField(allow_blank=True)
    end = serializers.ChoiceField(choices=AfterwordEnd.choices, allow_blank=True)


class ToldSerializer(serializers.Serializer[SpeakerAccount]):
    """The tracking page's words."""

    state = serializers.ChoiceField(
        choices=STATES,
        help_text="0 received, 1 taken up, 2 worked on, 3 done, 4 awaits an order.",
    )
    state_in_words = serializers.CharField()
    is_open = serializers.BooleanField()
    reply_by = serializers.DateField(allow_null=True)
    promise = serializers.CharField(allow_blank=True)
    reply = serializers.CharField(allow_blank=True)
    reply_at = serializers.DateTimeField(allow_null=True)
    afterwords = AfterwordTold(many=True)
