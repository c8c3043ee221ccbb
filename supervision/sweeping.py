"""The sweep: whatever is due in supervision at a moment, in order; what the minute's task and the command run."""

from dataclasses import dataclass
from datetime import datetime

from minshi.jobs import SomeFailed
from supervision.circulating import circulate_due
from supervision.ladder import look_at_clocks
from supervision.orders import send_orders_due
from supervision.telling import tell_events


@dataclass(frozen=True)
class Swept:
    """How many events were told, steps of the ladder taken, orders sent and orders circulated."""

    told: int
    taken: int
    sent: int
    circulated: int


def sweep(at: datetime) -> Swept:
    """Safe to repeat and to run twice at once; SomeFailed at the end where something could not be seen to."""
    told, untold = tell_events(at)
    taken, unseen = look_at_clocks(at)
    sent, unsent = send_orders_due(at)
    circulated, uncirculated = circulate_due(at)
    if failed := [*untold, *unseen, *unsent, *uncirculated]:
        raise SomeFailed(failed)
    return Swept(told, taken, sent, circulated)
