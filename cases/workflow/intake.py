"""The counter: a matter is taken down, settled on the spot, or added to another."""

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cases.models import Case
from cases.models.choices import How
from cases.privacy.personal import with_digits_alone
from cases.workflow import Action, Officer, Speaker, Spoken, make_move, register
from minshi import workdays
from minshi.text import searchable
from villages.models import Group, User, Village

SIMILAR_DAYS = 30
# the latest matters of the village and month are enough to find a repeated one
LOOKED_AT = 60
SHARED_PAIRS = 2
# characters that any two matters share, whatever they are about: a pair of them, as in
# 有1个 (folded), 我们 or 村里, says nothing
OF_ANY_MATTER = frozenset(
    "的了是在我你他她它们也都就和有个这那哪一二两三几不没吗呢吧啊还又再把被给着过去来到要会"
    "能可以上下里面边说从对为因所很太多少什么怎样人家天年月日时候前后今昨现起得地村组0123456789"
)


@dataclass(frozen=True)
class OnTheSpot:
    """当场办结: the result, and the villager's two answers, if given at once."""

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
    """Register, settle and take the answer in one go, or nothing at all.

    A repeated `key` changes nothing; with another answer it is KeyReused. Raises what
    register and make_move raise. Source: domain §3, register, settle, rate.
    """
    answer = vars(on_the_spot) if on_the_spot else {}
    case = register(spoken, by=by, at=at, key=key, sent_with=answer)
    was_moved_already = case.version > 1
    if on_the_spot is None or was_moved_already:
        return case

    case = make_move(
        case,
        Action.SETTLE,
        by=by,
        at=at,
        category=spoken.category or "",
        result=on_the_spot.result,
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
    """Return open matters of the village and the last 30 days that share words.

    At most `limit`, the most alike first (lessons 9). Two shared pairs of characters
    are the least, without those that any matter has; same group and category weigh
    more. One query.
    """
    wanted = Counter(_pairs(searchable(words)))
    if not wanted:
        return []

    recent = (
        Case.objects.visible_to(user, workdays.local_day(at))
        .open()
        .filter(village=village, registered_at__gte=at - timedelta(days=SIMILAR_DAYS))
        .with_row()[:LOOKED_AT]
    )
    scored: list[tuple[int, Case]] = []
    for case in recent:
        # not the words themselves: they would confirm the name of a hidden speaker
        pairs = Counter(_pairs(with_digits_alone(case.open_words)))
        score = (wanted & pairs).total()
        if score < SHARED_PAIRS:
            continue
        if group is not None and case.group_id == group.pk:
            score += 1
        if category and case.category == category:
            score += 1
        scored.append((score, case))

    scored.sort(key=lambda row: (-row[0], -row[1].pk))
    return [case for _score, case in scored[:limit]]


def _pairs(words: str) -> list[str]:
    """Return the pairs of neighbouring characters that tell what words are about."""
    letters = [letter for letter in words if letter.isalnum()]
    pairs = itertools.pairwise(letters)
    return ["".join(pair) for pair in pairs if not OF_ANY_MATTER.issuperset(pair)]
