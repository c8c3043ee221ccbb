"""The sweep: whatever is due in supervision at a moment, in order; what the minute's task and the command run."""

from dataclasses import dataclass
from datetime import datetime

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


class SomeFailed(Exception):
    """The sweep went on past these; each is in the log with its reason."""

    def __init__(self, numbers: list[str]) -> None:
        super().__init__(f"{len(numbers)} failed: {', '.join(numbers[:20])}")


def sweep(at: datetime) -> Swept:
    """Safe to repeat and to run twice at once; SomeFailed at the end where a row could not be seen to."""
    told = tell_events(at)
    look = look_at_clocks(at)
    swept = Swept(told, look.taken, len(send_orders_due(at)), circulate_due(at))
    if look.failed:
        raise SomeFailed(look.failed)
    return swept
