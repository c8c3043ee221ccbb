"""The same move for several cases, each by make_move, each with its own result; nothing
is rolled back silently.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from cases.models import Case, Event
from cases.workflow import Action, Officer, make_move, offer_to
from cases.workflow.moving import refuse_other_words
from minshi.errors import RuleBroken
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
    """Moves each case from the first of the user's posts that may; whoever fails does
    not stop the others.

    `versions` are those the user saw, by case; `key` makes sending the whole batch
    again harmless. Raises KeyReused, before anything is moved, where that key came with
    another step or other words.
    """
    cases = list(cases)
    if key:
        before = Event.objects.filter(
            case__in=cases, key__in=[_key_of(key, case) for case in cases]
        )
        said = dict(values)
        note = said.pop("note", "")
        refuse_other_words(before, fingerprint(action, said, note))
    return [
        _move_one(
            case,
            action,
            user,
            at,
            values,
            (versions or {}).get(case.pk, case.version),
            key,
        )
        for case in cases
    ]


def _move_one(
    case: Case,
    action: Action,
    user: User,
    at: datetime,
    values: Mapping[str, Any],
    version: int,
    key: UUID | None,
) -> Result:
    own = _key_of(key, case) if key else None
    if own and case.events.filter(key=own).exists():
        return Result(case)
    offer = offer_to(user, case, action, at)
    post = offer.post if offer else None
    try:
        if post is None:
            raise RuleBroken(
                _("Where it stands now, your post does not allow this step.")
            )
        return Result(
            make_move(
                case,
                action,
                by=Officer(user, post),
                at=at,
                version=version,
                key=own,
                **values,
            )
        )
    except RuleBroken as refusal:
        texts = dict.fromkeys(
            [str(refusal), *(str(text) for text in refusal.fields.values())]
        )
        return Result(case, " ".join(texts))


def _key_of(key: UUID, case: Case) -> UUID:
    return uuid5(key, f"{case.pk}")
