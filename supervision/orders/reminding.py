"""Reminders of orders that wait for a signature, and of answers that wait for their
check.
"""

from datetime import datetime

from cases import deadlines
from minshi import workdays
from supervision.models import NoticeKind, OrderState, SupervisionOrder, Told
from supervision.orders.drafting import remind_at
from supervision.orders.locking import CHECKERS, notify_of_order
from supervision.orders.one_by_one import one_by_one

WAITING = {
    OrderState.TO_SIGN: (NoticeKind.ORDER_TO_SIGN, (Told.SIGNER,)),
    OrderState.REPLIED: (NoticeKind.ORDER_REPLIED, CHECKERS),
}


def remind_of_orders_due(at: datetime) -> tuple[int, list[str]]:
    """Notify signers and checkers again, each step once, and note when the next one is.
    Return how many, and the cases that failed.

    After downtime one reminder, not every step missed. Safe to repeat and to run twice
    at once.
    """
    due = SupervisionOrder.objects.filter(state__in=WAITING, remind_at__lte=at)
    numbers = dict(due.order_by("remind_at", "pk").values_list("pk", "case__number"))

    def remind_of_one(pk: int) -> bool:
        locked = due.select_for_update(skip_locked=True, of=("self",), no_key=True)
        order = locked.select_related("case__town").filter(pk=pk).first()
        if order is None:
            return False

        _remind_of(order, at)
        return True

    return one_by_one(numbers, remind_of_one)


def _remind_of(order: SupervisionOrder, at: datetime) -> None:
    """Notify those the order waits for, and note the day of the next reminder."""
    kind, who = WAITING[OrderState(order.state)]
    nth = order.remind_at.isoformat() if order.remind_at else ""
    notify_of_order(order, kind, who, at, nth=nth)

    calendar = deadlines.calendar_of(order.case.town_id, workdays.local_day(at))
    order.remind_at = remind_at(calendar, at)
    order.save(update_fields=["remind_at"])
