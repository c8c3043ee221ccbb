"""The sweep: do whatever is due in supervision at a moment, in order, for the task of
the minute and for the command.
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
    """Counts of a sweep: events notified of and steps of the ladder taken; orders that
    ended by themselves, went out, were circulated, and wait so long that their signers
    or checkers were reminded.
    """

    told: int
    taken: int
    ended: int
    sent: int
    circulated: int
    reminded: int


def sweep(at: datetime, *, ends: bool = True) -> Swept:
    """Do what is due, and count it. Safe to repeat and to run twice at once.

    1. Notify of events.
    2. End orders that end by themselves, if `ends`: looking for them reads the case of
       every order under way, so the job of the minute leaves it to one of its own.
    3. Take the steps of the ladder that clocks have reached.
    4. Send signed orders, circulate unanswered ones, remind of those that wait.

    SomeFailed, at the end: some rows of a step could not be done.
    """
    told, untold = tell_events(at)

    ended = 0
    unended: list[str] = []
    if ends:
        ended, unended = end_orders_due(at)

    taken, unseen = look_at_clocks(at)
    sent, unsent = send_orders_due(at)
    circulated, uncirculated = circulate_due(at)
    reminded, unreminded = remind_of_orders_due(at)

    failed = [*untold, *unended, *unseen, *unsent, *uncirculated, *unreminded]
    if failed:
        raise SomeFailed(failed)
    return Swept(told, taken, ended, sent, circulated, reminded)


def end_orders(at: datetime) -> None:
    """End orders whose matter was closed, and drafts whose reason is gone.

    SomeFailed: as in `sweep`.
    """
    _ended, failed = end_orders_due(at)
    if failed:
        raise SomeFailed(failed)
