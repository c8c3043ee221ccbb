"""通报: an order whose answer is past its day is told to everybody above, once."""

import logging
from datetime import datetime

from django.db import transaction

from cases.models import Clock
from minshi import workdays
from supervision.ladder import LADDER, ladders_of
from supervision.models import Chase, ChaseStep, NoticeKind, OrderState, SupervisionOrder
from supervision.outbox import Message, put_in_outbox
from supervision.recipients import recipients_of

logger = logging.getLogger(__name__)


def circulate_due(at: datetime) -> tuple[int, list[str]]:
    """Takes the last step of the ladder for each order not answered in time; how many, and which could not be.

    Safe to repeat; one bad row never stops the rest.
    """
    due = SupervisionOrder.objects.filter(
        state=OrderState.SENT, circulated_at=None, reply_on__lt=workdays.local_day(at)
    ).order_by("reply_on", "pk")
    taken, failed = 0, []
    for pk, number in due.values_list("pk", "number"):
        try:
            taken += _circulate(pk, at)
        except Exception:
            logger.exception("%s could not be circulated", number)
            failed.append(number)
    return taken, failed


@transaction.atomic
def _circulate(pk: int, at: datetime) -> bool:
    waiting = SupervisionOrder.objects.filter(pk=pk, state=OrderState.SENT, circulated_at=None)
    order = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("case__town").first()
    if order is None:
        return False
    order.circulated_at = at
    order.save(update_fields=["circulated_at"])
    case, clocks = order.case, Clock.objects.filter(case=order.case_id)
    clock = clocks.filter(stopped_at=None).first() or clocks.order_by("-nth").first()
    setting = ladders_of([case.town_id])[case.town_id][ChaseStep.CIRCULATE]
    if clock is None or not setting.is_on:
        return False
    chase = Chase.objects.get_or_create(
        clock=clock, due_at=workdays.due_at(order.reply_on), step=ChaseStep.CIRCULATE, event=None,
        defaults={"case": case, "level": LADDER[ChaseStep.CIRCULATE].level, "at": at, "order": order},
    )[0]  # fmt: skip
    users = recipients_of([case], workdays.local_day(at)).told(case, setting.told)
    about = f"chase:{chase.pk}:{NoticeKind.CIRCULATE}"
    put_in_outbox([Message(about, NoticeKind.CIRCULATE, user, case, chase=chase, order=order) for user in users], at=at)
    return True
