"""The sweep: whatever is due in supervision at a moment, in order; what the minute's task and the command run."""

from dataclasses import dataclass
from datetime import datetime

from minshi.jobs import SomeFailed
from supervision.circulating import circulate_due
from supervision.ladder import look_at_clocks
from supervision.orders import end_orders_due, remind_of_orders_due, send_orders_due
from supervision.telling import tell_events


@dataclass(frozen=True)
class Swept:
    """How many events were told and steps of the ladder taken; of orders, how many ended by themselves, went out, were
    circulated, and wait so long that their signers or checkers were told again.
    """

    told: int
    taken: int
    ended: int
    sent: int
    circulated: int
    reminded: int


def sweep(at: datetime) -> Swept:
    """Safe to repeat and to run twice at once; SomeFailed at the end where something could not be seen to."""
    told, untold = tell_events(at)
    ended, unended = end_orders_due(at)
    taken, unseen = look_at_clocks(at)
    sent, unsent = send_orders_due(at)
    circulated, uncirculated = circulate_due(at)
    reminded, unreminded = remind_of_orders_due(at)
    if failed := [*untold, *unended, *unseen, *unsent, *uncirculated, *unreminded]:
        raise SomeFailed(failed)
    return Swept(told, taken, ended, sent, circulated, reminded)
