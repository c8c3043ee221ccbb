"""Taking a matter down at the counter: new, settled on the spot, or added to one
already known.
"""

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cases.models import Case
from cases.models.choices import How
from cases.workflow import Action, Officer, Speaker, Spoken, make_move, register
from minshi import workdays
from villages.models import Group, User, Village

SIMILAR_DAYS = 30
LOOKED_AT = (
    60  # the latest matters of the village and month are enough to find a repeated one
)
SHARED_PAIRS = 2


@dataclass(frozen=True)
class OnTheSpot:
    """当场就解决了: the result, and the villager's two answers if they gave them at
    once.
    """

    result: str
    satisfaction: str = ""
    solved: str = ""
    reason: str = ""


@transaction.atomic
def take_down(
    spoken: Spoken,
    *,
    by: Officer,
    at: datetime,
    key: UUID | None = None,
    on_the_spot: OnTheSpot | None = None,
) -> Case:
    """Registers, settles and takes the answer in one go, or nothing at all; a repeated
    `key` changes nothing.

    Raises what register and make_move raise. Source: domain §3, register, settle, rate.
    """
    case = register(spoken, by=by, at=at, key=key)
    if on_the_spot is None or case.version > 1:
        return case
    category = spoken.category or ""
    case = make_move(
        case, Action.SETTLE, by=by, at=at, category=category, result=on_the_spot.result
    )
    if not on_the_spot.satisfaction:
        return case
    return make_move(
        case,
        Action.RATE,
        by=Speaker(case, How.COUNTER, by.post),
        at=at,
        satisfaction=on_the_spot.satisfaction,
        solved=on_the_spot.solved,
        reason=on_the_spot.reason,
    )


def similar_to(
    words: str,
    *,
    user: User,
    village: Village,
    group: Group | None,
    category: str,
    at: datetime,
    limit: int = 3,
) -> list[Case]:
    """Open matters of the same village and the last 30 days that share words (lessons
    9); at most `limit`.

    Same group and category weigh more; two shared pairs of characters are the least.
    One query.
    """
    wanted = Counter(_pairs(words))
    if not wanted:
        return []
    recent = (
        Case.objects.visible_to(user, workdays.local_day(at))
        .open()
        .filter(village=village, registered_at__gte=at - timedelta(days=SIMILAR_DAYS))
        .with_row()[:LOOKED_AT]
    )
    scored = []
    for case in recent:
        shared = sum((wanted & Counter(_pairs(case.title + case.verbatim))).values())
        if shared >= SHARED_PAIRS:
            near = (group is not None and case.group_id == group.pk) + (
                bool(category) and case.category == category
            )
            scored.append((shared + near, case.pk, case))
    return [
        case
        for *_score, case in sorted(scored, key=lambda row: (-row[0], -row[1]))[:limit]
    ]


def _pairs(words: str) -> list[str]:
    letters = [letter for letter in words if letter.isalnum()]
    return ["".join(pair) for pair in itertools.pairwise(letters)]
