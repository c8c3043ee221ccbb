"""A step that is sent when it is not open any more: made before, or shown to copy."""

from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, ModelChoiceField, Textarea
from django.http import QueryDict

from cases.forms import MoveForm
from cases.forms.fields import AsksInput
from cases.models import Case
from cases.workflow import MOVES, Action
from cases.workflow.inputs import Input, Kind
from cases.workflow.moving import refuse_other_words
from minshi.errors import KeyReused, Text
from minshi.idempotency import fingerprint
from villages.models import Office, Post
from villages.staying import is_secret

READABLE = (
    Kind.TEXT,
    Kind.LINE,
    Kind.CHOICE,
    Kind.DATE,
    Kind.DATETIME,
    Kind.CASE,
    Kind.ASKS,
)
OF_HOLDERS = (Kind.HOLDER, Kind.HOLDERS)
LONG = (Kind.TEXT, Kind.ASKS)  # shown in a box of several lines
HOLDERS = {"post": Post, "office": Office}  # by the first word of a holder's key


@dataclass(frozen=True)
class Typed:
    """One answer of a form that came too late: as text to read and copy."""

    name: str
    label: Text
    words: str
    rows: int  # of the box that shows the words
    is_chosen: bool = False  # from choices: read, there is nothing to copy


def typed_for(
    action: Action, data: QueryDict, form: BaseForm | None = None
) -> list[Typed]:
    """Return what was typed and chosen for a step, to be read and copied. Who was to
    lead or assist is named where its form, sent late, tells their names.
    """
    typed = []
    for item in MOVES[action].inputs:
        words = ""
        if item.kind in READABLE and not is_secret(item.name):
            words = _words_of(item, data)
        elif item.kind in OF_HOLDERS and form:
            words = _holders_in(form, item.name)
        if words:
            rows = 3 if item.kind in LONG else 1
            is_chosen = item.kind in (Kind.CHOICE, *OF_HOLDERS)
            typed.append(Typed(item.name, item.label, words, rows, is_chosen))

    return typed


def _holders_in(form: BaseForm, name: str) -> str:
    """Return the names of the posts and offices chosen in a field of a step."""
    choices = getattr(form.fields[name], "choices", ())
    offered = {str(key): str(label) for key, label in choices}
    sent = form[name].value() or []
    keys = sent if isinstance(sent, list) else [sent]
    return "、".join(offered[key] for key in keys if key in offered)


def _words_of(item: Input, data: QueryDict) -> str:
    """Return what was typed for an input, or the words of what was chosen."""
    if item.kind is Kind.ASKS:
        asks = AsksInput().value_from_datadict(data, None, item.name)
        return "\n".join(words for words, _day in asks.values() if words)

    words = data.get(item.name, "").strip()
    return str(dict(item.offered()).get(words, words))


def typed_in_form(form: BaseForm) -> list[Typed]:
    """Return what was typed and chosen in a sent form, to be read and copied: all that
    differs from its `initial`, which is what stands by now and so is not lost.
    """
    typed = []
    for field in form.visible_fields():
        if field.name not in form.changed_data:
            continue

        offered = getattr(field.field, "choices", ())
        choices = {str(key): str(label) for key, label in offered}
        sent = field.value() or ""
        parts = sent if isinstance(sent, list) else [sent]
        words = " ".join(choices.get(str(part), str(part)) for part in parts).strip()
        if words:
            rows = 3 if isinstance(field.field.widget, Textarea) else 1
            label = field.label or ""
            typed.append(Typed(field.name, label, words, rows, bool(choices)))

    return typed


def was_made_before(case: Case, action: Action, form: MoveForm) -> bool:
    """Tell whether this very form made the step before, with the same answers.

    `form` is bound to what is sent now. Its key alone says nothing: Back shows the same
    form with the same key, and the answers in it may be others by now.
    """
    values = answers_in(form)
    key = form.cleaned_data.get("key")
    if key is None or values is None:
        return False

    event = case.events.filter(action=action, key=key).first()
    if event is None:
        return False
    try:
        refuse_other_words([event], fingerprint(action, values))
    except KeyReused:
        return False
    return True


def answers_in(form: MoveForm) -> dict[str, Any] | None:
    """Return the answers in a form as they were taken, if it took its step before;
    None: something is wrong in it but choices that are offered no more.
    """
    if not form.is_valid() and not _has_only_lost_choices(form):
        return None
    return {name: _answer(form, name) for name in form.order}


def _has_only_lost_choices(form: MoveForm) -> bool:
    """Tell whether nothing is wrong but choices that are offered no more.

    A step may use up what it chose: a report with its receipt is not offered again.
    """
    codes = set()
    for errors in form.errors.as_data().values():
        codes |= {error.code for error in errors}
    return codes <= {"invalid_choice", "invalid_pk_value"}


def _answer(form: MoveForm, name: str) -> Any:
    """Return an answer as its fingerprint reads it, though it is offered no more."""
    if name in form.cleaned_data:
        return form.cleaned_data[name]

    chosen = form[name].value()
    if isinstance(chosen, list):
        return [_row_chosen(form, name, key) for key in chosen]
    return _row_chosen(form, name, str(chosen))


def _row_chosen(form: MoveForm, name: str, key: str) -> Any:
    """Return a row that nobody reads, for a fingerprint wants its key alone."""
    field = form.fields[name]
    if isinstance(field, ModelChoiceField) and field.queryset is not None:
        return field.queryset.model(pk=key)

    kind, _colon, number = key.partition(":")
    if kind in HOLDERS:
        return HOLDERS[kind](pk=number)
    return key
