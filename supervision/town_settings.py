"""A town's own settings: the steps of its ladder and the words of its notices."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from cases.deadlines.calendar import look_again
from minshi.errors import InputRefused
from supervision.chasing.final import RUNG
from supervision.chasing.steps import LADDER
from supervision.models import ChaseStep, NoticeKind, NoticeText, Rung
from villages.finals import put_recorded, seal_removed
from villages.models import Town, User
from villages.own_rules import must_review


@transaction.atomic
def set_rung(
    town: Town, step: ChaseStep, *, by: User, at: datetime, **values: Any
) -> Rung:
    """Set how a step is taken in a town from the next sweep on: `is_on`, `days`,
    `told`, `by_letter`, `by_robot`.

    NoSuchRight: not a reviewer of that town. InputRefused: a step in use of which
    nobody is notified, days where the step has its own moment, or days with which it or
    another step would never come.
    """
    must_review(by, town, at)
    _refuse_unclean(Rung(town=town, step=step, **values))

    Town.objects.select_for_update(no_key=True).get(pk=town.pk)
    key = {"town": town, "step": step}
    rung: Rung = put_recorded(RUNG, key, values, at=at, user=by)
    look_again(town, at)
    return rung


@transaction.atomic
def drop_rung(town: Town, step: ChaseStep, *, by: User, at: datetime) -> None:
    """Delete a town's own setting of a step, so that the standard one holds again.

    NoSuchRight: `by` is no reviewer of that town. InputRefused: with the standard
    setting it or another step of the town would never be taken.
    """
    must_review(by, town, at)
    _refuse_unclean(standard_rung(town, step))

    for rung in Rung.objects.filter(town=town, step=step):
        seal_removed(RUNG, rung, at=at, user=by)
        rung.delete()
    look_again(town, at)


def standard_rung(town: Town, step: ChaseStep) -> Rung:
    """Build the step as it is where a town has set nothing, unsaved."""
    setting = LADDER[step]
    return Rung(
        town=town,
        step=step,
        is_on=setting.is_on,
        days=setting.days,
        told=list(setting.told),
    )


def may_drop(rung: Rung) -> bool:
    """Return if by the default in its place every step of the town still comes."""
    standard = standard_rung(rung.town, ChaseStep(rung.step))
    try:
        standard.clean()
    except ValidationError:
        return False
    return True


@transaction.atomic
def set_text(
    town: Town, kind: NoticeKind, text: str, *, by: User, at: datetime
) -> None:
    """Set the words of a kind of notice in a town; empty: the standard words again.

    NoSuchRight: not a reviewer of that town. InputRefused: {braces} around what the
    software cannot fill in.
    """
    must_review(by, town, at)
    if not text:
        NoticeText.objects.filter(town=town, kind=kind).delete()
        return

    _refuse_unclean(NoticeText(town=town, kind=kind, text=text))
    NoticeText.objects.update_or_create(town=town, kind=kind, defaults={"text": text})


def _refuse_unclean(row: Rung | NoticeText) -> None:
    """Refuse a row that breaks a rule of its model, by InputRefused."""
    try:
        row.clean()
    except ValidationError as wrong:
        fields = {name: messages[0] for name, messages in wrong.message_dict.items()}
        first_text = next(iter(fields.values()))
        raise InputRefused(first_text, fields) from wrong
