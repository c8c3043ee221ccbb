"""Orders go out: numbered, as an event of their case, once the grace after the
signature is over.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from cases.models import Case, Clock, Event
from cases.models.choices import Stage, SupervisionLevel
from cases.workflow import Action, System, make_move
from cases.workflow.event_data import EventData
from minshi import workdays
from minshi.jobs import done_for
from supervision.models import (
    Chase,
    ChaseStep,
    NoticeKind,
    OrderCounter,
    OrderState,
    SupervisionOrder,
    Told,
)
from supervision.orders.locking import cancel, tell_of_order

SENDER = "orders"


def send_orders_due(at: datetime) -> tuple[int, list[str]]:
    """Sends what was signed and whose grace is over, each in a transaction of its own.

    How many went out, and the cases whose order could not be sent.
    """
    due = SupervisionOrder.objects.filter(
        state=OrderState.SIGNED, send_at__lte=at
    ).order_by("send_at", "pk")

    def send_one(rows: Sequence[int]) -> int:
        locked = due.select_for_update(
            skip_locked=True, of=("self",), no_key=True
        ).select_related("case__town", "town")
        order = locked.filter(pk=rows[0]).first()
        return int(order is not None and _send(order, at))

    numbers = dict(due.values_list("pk", "case__number"))
    done = [done_for([pk], send_one) for pk in numbers]
    return sum(count for count, _bad in done), [
        numbers[pk] for _count, bad in done for pk in bad
    ]


def _send(order: SupervisionOrder, at: datetime) -> bool:
    """False where the matter was closed meanwhile: then nothing goes out."""
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("town")
        .get(pk=order.case_id)
    )
    if case.stage == Stage.CLOSED:
        cancel(order, _("the matter was closed before it went out"), None, at)
        return False
    order.number = next_number(order, at)
    order.to_post_id, order.to_office_id = case.owner_post_id, case.owner_office_id
    order.state, order.sent_at = OrderState.SENT, at
    order.save()
    about: EventData = {
        "order": order.pk,
        "order_number": order.number,
        "until_on": str(order.reply_on),
    }
    case = make_move(
        case,
        Action.SUPERVISE,
        by=System(SENDER),
        at=at,
        note=order.reason,
        about=about,
        supervision_level=SupervisionLevel.ORDER,
    )
    order.case = case
    _note_the_step(order, at)
    tell_of_order(order, NoticeKind.ORDER, (Told.OWNER, Told.HEAD), at)
    return True


def _note_the_step(order: SupervisionOrder, at: datetime) -> None:
    """An order written by hand is a step of chasing too; the ladder's has had one since
    it was drafted.
    """
    if Chase.objects.filter(order=order).exists():
        return
    clock = Clock.objects.get(case=order.case_id, stopped_at=None)
    event = Event.objects.filter(case=order.case_id, action=Action.SUPERVISE).latest(
        "sequence"
    )
    Chase.objects.create(
        case=order.case,
        clock=clock,
        due_at=clock.due_at,
        step=ChaseStep.BY_HAND,
        level=SupervisionLevel.ORDER,
        at=at,
        by=order.raised_by or order.signed_by,
        reason=event.note[:200],
        event=event,
        order=order,
    )


def next_number(order: SupervisionOrder, at: datetime) -> str:
    """白关镇督字〔2026〕3号: the next of the issuer's year, from its locked counter."""
    year, issuer = (
        workdays.local_day(at).year,
        order.town.code if order.town else order.county_code,
    )
    OrderCounter.objects.get_or_create(issuer=issuer, year=year)
    counter = OrderCounter.objects.select_for_update().get(issuer=issuer, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    name = order.town.name if order.town else order.case.town.county_name
    with translation.override(
        settings.LANGUAGE_CODE
    ):  # a document's number does not depend on who signs in which
        words = _("%(issuer)s supervision [%(year)s] No. %(sequence)s")
    return words % {"issuer": name, "year": year, "sequence": counter.last}
