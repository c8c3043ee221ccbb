"""The same move for several cases, each by make_move and with its own result."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from cases.models import Case, Event
from cases.workflow import (
    Action,
    Facts,
    Officer,
    make_move,
    offer_to,
    read_facts,
    why_not_open,
)
from cases.workflow.moving import refuse_other_words
from minshi.errors import RuleBroken, Text
from minshi.idempotency import fingerprint
from villages.models import User


@dataclass(frozen=True)
class Result:
    case: Case
    refusal: str = ""  # in the user's words; empty where it was moved


def move_all(
    cases: Iterable[Case],
    action: Action,
    *,
    user: User,
    at: datetime,
    values: Mapping[str, Any],
    versions: Mapping[int, int] | None = None,
    key: UUID | None = None,
) -> list[Result]:
    """Move each case from the first of the user's posts that may.

    Whoever fails does not stop the others. `versions` are those the user saw, by case;
    `key` makes sending the whole batch again harmless. Raises KeyReused, before
    anything is moved, where that key came with another step or other words.
    """
    cases = list(cases)
    if key:
        _refuse_other_batch(cases, action, values, key)

    results = []
    for case in cases:
        version = (versions or {}).get(case.pk, case.version)
        results.append(_move_one(case, action, user, at, values, version, key))
    return results


def _refuse_other_batch(
    cases: list[Case], action: Action, values: Mapping[str, Any], key: UUID
) -> None:
    sent_before = Event.objects.filter(
        case__in=cases, key__in=[_key_of(key, case) for case in cases]
    )
    inputs = dict(values)
    note = inputs.pop("note", "")
    refuse_other_words(sent_before, fingerprint(action, inputs, note))


def _move_one(
    case: Case,
    action: Action,
    user: User,
    at: datetime,
    values: Mapping[str, Any],
    version: int,
    key: UUID | None,
) -> Result:
    own_key = _key_of(key, case) if key else None
    if own_key and case.events.filter(key=own_key).exists():
        return Result(case)

    facts = read_facts(case, at)
    offer = offer_to(user, case, action, at, facts)
    try:
        if offer is None or offer.post is None:
            raise RuleBroken(_why_not(user, facts, action))
        moved = make_move(
            case,
            action,
            by=Officer(user, offer.post),
            at=at,
            version=version,
            key=own_key,
            facts=facts,
            **values,
        )
    except RuleBroken as refusal:
        return Result(case, in_words(refusal))
    return Result(moved)


def _why_not(user: User, facts: Facts, action: Action) -> Text:
    """Return why a step is not open: a rule's reason, else that it is not theirs."""
    words = why_not_open(user, facts, action)
    return words or _("Where it stands now, your post does not allow this step.")


def in_words(refusal: RuleBroken) -> str:
    """Return the refusal and what is wrong with each field, each text once."""
    texts = [str(refusal)]
    texts += [str(text) for text in refusal.fields.values()]
    return " ".join(dict.fromkeys(texts))


def _key_of(key: UUID, case: Case) -> UUID:
    return uuid5(key, f"{case.pk}")
