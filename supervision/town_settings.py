"""What a town sets for itself: the steps of its ladder and the words of its notices."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from minshi.errors import InputRefused
from supervision.models import ChaseStep, NoticeKind, NoticeText, Rung
from villages.models import Town, User
from villages.own_rules import must_review


@transaction.atomic
def set_rung(town: Town, step: ChaseStep, *, by: User, at: datetime, **values: Any) -> Rung:
    """How a step holds in a town from the next sweep on: `is_on`, `days`, `told`, `by_letter`, `by_robot`.

    NoSuchRight: not a reviewer of that town. InputRefused: a step in use that nobody is told of, or days where the
    step has its own moment.
    """
    must_review(by, town, at)
    _refuse_unclean(Rung(town=town, step=step, **values))
    return Rung.objects.update_or_create(town=town, step=step, defaults=values)[0]


@transaction.atomic
def drop_rung(town: Town, step: ChaseStep, *, by: User, at: datetime) -> None:
    """Back to the default. NoSuchRight as above."""
    must_review(by, town, at)
    Rung.objects.filter(town=town, step=step).delete()


@transaction.atomic
def set_text(town: Town, kind: NoticeKind, text: str, *, by: User, at: datetime) -> None:
    """What a notice of a kind says in a town; empty: the standard words again.

    NoSuchRight as above. InputRefused: {braces} around what the software cannot fill in.
    """
    must_review(by, town, at)
    if not text:
        NoticeText.objects.filter(town=town, kind=kind).delete()
        return
    _refuse_unclean(NoticeText(town=town, kind=kind, text=text))
    NoticeText.objects.update_or_create(town=town, kind=kind, defaults={"text": text})


def _refuse_unclean(row: Rung | NoticeText) -> None:
    try:
        row.clean()
    except ValidationError as wrong:
        fields = {name: messages[0] for name, messages in wrong.message_dict.items()}
        raise InputRefused(next(iter(fields.values())), fields) from wrong
