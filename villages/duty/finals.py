"""The roster as it is sealed: a shift, a swap and a leave say who acts as the duty
officer, so that one which SQL put in, changed or took away is found
(villages/finals.py).
"""

from villages.finals import Columns, Final
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
