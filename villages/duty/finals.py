"""The roster as it is sealed: a shift, a swap and a leave say who acts as the duty
officer, so that one which SQL put in, changed or took away is found
(villages/finals.py).
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Min

from villages.finals import Columns, Final, as_recorded, seal_all
from villages.models import DutyLeave, DutyShift, SwapRequest

SHIFT = Final(
    "shift",
    Columns(
        DutyShift,
        ("village_id", "starts_at", "ends_at", "primary_id", "backup_id", "leader"),
    ),
)
SWAP = Final(
    "swap",
    Columns(
        SwapRequest,
        (
            "shift_id",
            "in_return_id",
            "asker_id",
            "asked_id",
            "asked_at",
            "state",
            "answered_at",
        ),
    ),
)
LEAVE = Final(
    "leave",
    Columns(
        DutyLeave,
        (
            "post_id",
            "from_on",
            "until_on",
            "reason",
            "substitute_id",
            "noted_by_id",
            "noted_at",
        ),
    ),
)
ROSTER = (SHIFT, SWAP, LEAVE)


@contextmanager
def recorded_swaps(keys: Collection[int], *, at: datetime) -> Iterator[None]:
    """Record questions anew, for the answer that they are given meanwhile.

    One that was not as it was asked stays what is found: nobody may have asked it.
    """
    asked = SwapRequest.objects.filter(pk__in=keys)
    since = asked.aggregate(first=Min("asked_at"))["first"]
    as_asked = as_recorded(SWAP, keys, since=since) if since else []
    yield
    seal_all(SWAP, as_asked, at=at)
