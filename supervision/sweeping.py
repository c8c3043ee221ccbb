"""The sweep: whatever is due in supervision at a moment, in order; what the minute's task and the command run."""

from dataclasses import dataclass
from datetime import datetime

from supervision.circulating import circulate_due
from supervision.ladder import look_at_clocks
from supervision.orders import send_orders_due
from supervision.telling import SomeUntold, tell_events


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
    """Safe to repeat and to run twice at once; each part is done whatever becomes of the others.

    SomeFailed at the end where something could not be seen to.
    """
    failed: list[str] = []
    told = 0
    try:
        told = tell_events(at)
    except SomeUntold as untold:
        failed.append(str(untold))
    look = look_at_clocks(at)
    sent, unsent = send_orders_due(at)
    circulated, uncirculated = circulate_due(at)
    failed += [*look.failed, *unsent, *uncirculated]
    if failed:
        raise SomeFailed(failed)
    return Swept(told, look.taken, len(sent), circulated)
