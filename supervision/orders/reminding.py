"""An order that waits for a signature, or an answer for its check: whoever it waits for
is told again.
"""

from collections.abc import Sequence
from datetime import datetime

from cases import deadlines
from minshi import workdays
from minshi.jobs import done_for
from supervision.models import NoticeKind, OrderState, SupervisionOrder, Told
from supervision.orders.drafting import remind_at
from supervision.orders.locking import CHECKERS, tell_of_order

WAITING = {
    OrderState.TO_SIGN: (NoticeKind.ORDER_TO_SIGN, (Told.SIGNER,)),
    OrderState.REPLIED: (NoticeKind.ORDER_REPLIED, CHECKERS),
}


def remind_of_orders_due(at: datetime) -> tuple[int, list[str]]:
    """Tells signers and checkers again, each step once, and notes when the next one is;
    how many, and what failed.

    After downtime one reminder, not every step missed. Safe to repeat and to run twice
    at once.
    """
    due = SupervisionOrder.objects.filter(state__in=WAITING, remind_at__lte=at)

    def remind_of_one(rows: Sequence[int]) -> int:
        locked = due.select_for_update(
            skip_locked=True, of=("self",), no_key=True
        ).select_related("case__town")
        order = locked.filter(pk=rows[0]).first()
        if order is None:
            return 0
        kind, who = WAITING[OrderState(order.state)]
        tell_of_order(
            order,
            kind,
            who,
            at,
            nth=order.remind_at.isoformat() if order.remind_at else "",
        )
        order.remind_at = remind_at(
            deadlines.calendar_of(order.case.town_id, workdays.local_day(at)), at
        )
        order.save(update_fields=["remind_at"])
        return 1

    numbers = dict(due.order_by("remind_at", "pk").values_list("pk", "case__number"))
    done = [done_for([pk], remind_of_one) for pk in numbers]
    return sum(count for count, _bad in done), [
        numbers[pk] for _count, bad in done for pk in bad
    ]
