"""The sweep: everything due in supervision at a moment, in order. The task of the
minute and the command run it.
"""

from dataclasses import dataclass
from datetime import datetime

from minshi.jobs import SomeFailed
from supervision.chasing.circulating import circulate_due
from supervision.chasing.ladder import look_at_clocks
from supervision.chasing.unanswered import warn_of_unanswered
from supervision.chasing.unreported import warn_of_unreported
from supervision.orders import end_orders_due, remind_of_orders_due, send_orders_due
from supervision.sealing.looks import look_again_where_set_back
from supervision.telling import tell_events


@dataclass(frozen=True)
class Swept:
    """Counts of a sweep."""

    told: int  # events whose notices were written
    taken: int  # steps of the ladder
    unreported: int  # red lines whose report is late
    unanswered: int  # words after closing whose answer is late
    # orders
    ended: int  # by themselves
    sent: int
    circulated: int
    reminded: int  # waiting so long that their signers or checkers were notified again


def sweep(at: datetime, *, ends: bool = True) -> Swept:
    """Do whatever is due, and return how much it was. Safe to repeat and to run twice
    at once.

    1. Look again at what a clock that was ahead has put off.
    2. Write the notices of new events.
    3. End the orders that end by themselves, unless `ends` is False: looking for them
       reads the case of every order under way, so the job of the minute leaves it to
       one of its own.
    4. Take the steps of the ladder that are due.
    5. Warn of red lines that nobody has reported.
    6. Warn of what was said after closing and not answered in time.
    7. Send the orders that were signed.
    8. Circulate the orders not answered in time.
    9. Remind of the orders that wait for a signature or a check.
    SomeFailed, at the end: the others are done, some could not be.
    """
    failed: list[str] = []
    look_again_where_set_back(at)

    told, bad = tell_events(at)
    failed += bad

    ended = 0
    if ends:
        ended, bad = end_orders_due(at)
        failed += bad

    taken, bad = look_at_clocks(at)
    failed += bad

    unreported, bad = warn_of_unreported(at)
    failed += bad

    unanswered, bad = warn_of_unanswered(at)
    failed += bad

    sent, bad = send_orders_due(at)
    failed += bad

    circulated, bad = circulate_due(at)
    failed += bad

    reminded, bad = remind_of_orders_due(at)
    failed += bad

    if failed:
        raise SomeFailed(failed)
    return Swept(told, taken, unreported, unanswered, ended, sent, circulated, reminded)


def end_orders(at: datetime) -> None:
    """End the orders whose case was closed, and drafts whose reason is gone.

    SomeFailed, at the end: the others are ended, some could not be.
    """
    _ended, failed = end_orders_due(at)
    if failed:
        raise SomeFailed(failed)
