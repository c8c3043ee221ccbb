"""The sweep: whatever is due in supervision at a moment, in order; what the minute's
task and the command run.
"""

from dataclasses import dataclass
from datetime import datetime

from minshi.jobs import SomeFailed
from supervision.chasing.circulating import circulate_due
from supervision.chasing.ladder import look_at_clocks
from supervision.orders import end_orders_due, remind_of_orders_due, send_orders_due
from supervision.telling import tell_events


@dataclass(frozen=True)
class Swept:
    """How many events were told and steps of the ladder taken; of orders, how many
    ended by themselves, went out, were circulated, and wait so long that their signers
    or checkers were told again.
    """

    told: int
    taken: int
    ended: int
    sent: int
    circulated: int
    reminded: int


def sweep(at: datetime, *, ends: bool = True) -> Swept:
    """Safe to repeat and to run twice at once; SomeFailed at the end where something
    could not be seen to.

    `ends`: orders that end by themselves as well; looking for them reads the case of
    every order under way, so the job of the minute leaves it to one of its own.
    """
    told, untold = tell_events(at)
    ended, unended = end_orders_due(at) if ends else (0, [])
    taken, unseen = look_at_clocks(at)
    sent, unsent = send_orders_due(at)
    circulated, uncirculated = circulate_due(at)
    reminded, unreminded = remind_of_orders_due(at)
    if failed := [*untold, *unended, *unseen, *unsent, *uncirculated, *unreminded]:
        raise SomeFailed(failed)
    return Swept(told, taken, ended, sent, circulated, reminded)


def end_orders(at: datetime) -> None:
    """Orders whose matter was closed, and drafts whose reason is gone; SomeFailed as
    `sweep`.
    """
    _ended, failed = end_orders_due(at)
    if failed:
        raise SomeFailed(failed)
