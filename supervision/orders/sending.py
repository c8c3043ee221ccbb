"""Sending orders: numbered, as an event of their case, once the grace after the
signature is over.
"""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from cases.models import Case, Clock, Event
from cases.models.choices import SupervisionLevel
from cases.workflow import Action, System, make_move
from cases.workflow.event_data import EventData
from minshi import workdays
from supervision.models import (
    Chase,
    ChaseStep,
    NoticeKind,
    OrderCounter,
    OrderState,
    SupervisionOrder,
    ordered_of,
)
from supervision.orders.addressing import NOTIFIED, address
from supervision.orders.ending import why_not_to_send
from supervision.orders.final import order_recorded
from supervision.orders.locking import cancel, notify_of_order
from supervision.orders.one_by_one import one_by_one

SENDER = "orders"


def send_orders_due(at: datetime) -> tuple[int, list[str]]:
    """Send the orders that are signed and whose grace is over, each in a transaction of
    its own.

    Returns how many went out, and the cases whose order could not be sent.
    """
    signed = SupervisionOrder.objects.filter(state=OrderState.SIGNED, send_at__lte=at)
    due = signed.order_by("send_at", "pk")
    numbers = dict(due.values_list("pk", "case__number"))

    def send_one(pk: int) -> bool:
        locked = due.select_for_update(skip_locked=True, of=("self",), no_key=True)
        order = locked.select_related("case__town", "town").filter(pk=pk).first()
        return order is not None and _send(order, at)

    return one_by_one(numbers, send_one)


def _send(order: SupervisionOrder, at: datetime) -> bool:
    """Send one order; False where it is over meanwhile: then nothing goes out.

    1. Lock the case, and cancel the order where its ground is gone.
    2. Number the order.
    3. Record it as an event of the case, and as a step of chasing.
    4. Notify whoever it goes to.
    """
    locked = Case.objects.select_for_update(of=("self",), no_key=True)
    case = locked.select_related("town").get(pk=order.case_id)
    if over := why_not_to_send(order, at):
        cancel(order, over, None, at)
        return False

    with order_recorded(order, by=None, at=at):
        order.number = next_number(order, at)
        if not order.to_post_id and not order.to_office_id:
            address(order, case)
        order.state = OrderState.SENT
        order.sent_at = at
        order.save()

    about: EventData = {
        "order": order.pk,
        "order_number": order.number,
        "until_on": str(order.reply_on),
    }
    if order.raised_by_id:
        about["entered_by"] = order.raised_by_id
    order.case = make_move(
        case,
        Action.SUPERVISE,
        by=System(SENDER),
        at=at,
        note=order.reason,
        about=about,
        supervision_level=SupervisionLevel.ORDER,
    )
    _write_step(order, at)

    notify_of_order(order, NoticeKind.ORDER, NOTIFIED, at)
    return True


def _write_step(order: SupervisionOrder, at: datetime) -> None:
    """Write the step of chasing for an order written by hand; the ladder's has had one
    since it was drafted.
    """
    holder = ordered_of(order)
    if Chase.objects.filter(order=order).update(**holder):
        return

    clock = Clock.objects.get(case=order.case_id, stopped_at=None)
    acts = Event.objects.filter(case=order.case_id, action=Action.SUPERVISE)
    event = acts.latest("sequence")

    Chase.objects.create(
        case=order.case,
        clock=clock,
        due_at=clock.due_at,
        step=ChaseStep.BY_HAND,
        level=SupervisionLevel.ORDER,
        at=at,
        by=order.raised_by or order.signed_by,
        event=event,
        order=order,
        **holder,
    )


def next_number(order: SupervisionOrder, at: datetime) -> str:
    """Take the next number of the issuer's year from its locked counter:
    白关镇督字〔2026〕3号.
    """
    year = workdays.local_day(at).year
    if order.town:
        issuer, name = order.town.code, order.town.name
    else:
        issuer, name = order.county_code, order.case.town.county_name

    OrderCounter.objects.get_or_create(issuer=issuer, year=year)
    counter = OrderCounter.objects.select_for_update().get(issuer=issuer, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])

    # a document's number does not depend on who signs in which language
    with translation.override(settings.LANGUAGE_CODE):
        words = _("%(issuer)s supervision [%(year)s] No. %(sequence)s")
    return words % {"issuer": name, "year": year, "sequence": counter.last}
