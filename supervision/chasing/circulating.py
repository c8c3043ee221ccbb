"""通报: everybody above is notified, once, of an order whose answer is past its day."""

from datetime import datetime

from cases.models import Clock
from cases.models.choices import Stage
from minshi import workdays
from supervision.chasing.notifying import notify_of
from supervision.chasing.steps import LADDER, ladders_of
from supervision.models import (
    Chase,
    ChaseStep,
    OrderState,
    Rung,
    SupervisionOrder,
    ordered_of,
)
from supervision.notices.recipients import recipients_of
from supervision.orders.final import order_recorded
from supervision.orders.one_by_one import one_by_one


def circulate_due(at: datetime) -> tuple[int, list[str]]:
    """Take the last step of the ladder for each order not answered in time. Return how
    many, and the numbers of those that could not be.

    Only of matters that are open, in towns that circulate. Safe to repeat.
    """
    silent_towns = Rung.objects.filter(step=ChaseStep.CIRCULATE, is_on=False)
    late = SupervisionOrder.objects.filter(
        state=OrderState.SENT,
        circulated_at=None,
        reply_on__lt=workdays.local_day(at),
    )

    due = late.exclude(case__stage=Stage.CLOSED)
    due = due.exclude(case__town__in=silent_towns.values("town"))
    numbers = dict(due.order_by("reply_on", "pk").values_list("pk", "number"))

    return one_by_one(numbers, lambda pk: _circulate(pk, at))


def _circulate(pk: int, at: datetime) -> bool:
    """Circulate one order; False where it is no longer to be.

    1. Lock the order.
    2. Check that its case is open and its town circulates still.
    3. Write the step, and the notices to everybody above.
    """
    waiting = SupervisionOrder.objects.filter(
        pk=pk, state=OrderState.SENT, circulated_at=None
    )
    locked = waiting.select_for_update(skip_locked=True, of=("self",), no_key=True)
    order = locked.select_related("case__town").first()
    if order is None:
        return False

    case = order.case
    clock = Clock.objects.filter(case=order.case_id, stopped_at=None).first()
    ladders = ladders_of([case.town_id])
    is_on = ladders[case.town_id][ChaseStep.CIRCULATE].is_on
    if clock is None or not is_on:  # closed, or set, a moment ago
        return False

    order.circulated_at = at
    with order_recorded(order, by=None, at=at):
        order.save(update_fields=["circulated_at"])

    chase, _is_new = Chase.objects.get_or_create(
        clock=clock,
        due_at=workdays.due_at(order.reply_on),
        step=ChaseStep.CIRCULATE,
        event=None,
        defaults={
            "case": case,
            "level": LADDER[ChaseStep.CIRCULATE].level,
            "at": at,
            "order": order,
            **ordered_of(order),
        },
    )
    chase.case = case
    chase.order = order

    people = recipients_of([case], workdays.local_day(at))
    notify_of([chase], people, ladders, at)
    return True
