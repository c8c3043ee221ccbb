"""通报: an order whose answer is past its day is told to everybody above, once."""

from datetime import datetime

from cases.models import Clock
from cases.models.choices import Stage
from minshi import workdays
from minshi.jobs import done_for
from supervision.chasing.ladder import LADDER, ladders_of, tell_of
from supervision.models import Chase, ChaseStep, OrderState, Rung, SupervisionOrder
from supervision.notices.recipients import recipients_of


def circulate_due(at: datetime) -> tuple[int, list[str]]:
    """Takes the last step of the ladder for each order not answered in time; how many,
    and which could not be.

    Only of matters that are open, in towns that circulate. Safe to repeat.
    """
    silent = Rung.objects.filter(step=ChaseStep.CIRCULATE, is_on=False).values("town")
    late = SupervisionOrder.objects.filter(
        state=OrderState.SENT, circulated_at=None, reply_on__lt=workdays.local_day(at)
    )
    due = (
        late.exclude(case__stage=Stage.CLOSED)
        .exclude(case__town__in=silent)
        .order_by("reply_on", "pk")
    )
    numbers = dict(due.values_list("pk", "number"))
    done = [done_for([pk], lambda rows: _circulate(rows[0], at)) for pk in numbers]
    return sum(count for count, _bad in done), [
        numbers[pk] for _count, bad in done for pk in bad
    ]


def _circulate(pk: int, at: datetime) -> int:
    waiting = SupervisionOrder.objects.filter(
        pk=pk, state=OrderState.SENT, circulated_at=None
    )
    order = (
        waiting.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("case__town")
        .first()
    )
    if order is None:
        return 0
    case, clock = (
        order.case,
        Clock.objects.filter(case=order.case_id, stopped_at=None).first(),
    )
    ladders = ladders_of([case.town_id])
    if (
        clock is None or not ladders[case.town_id][ChaseStep.CIRCULATE].is_on
    ):  # closed, or set, a moment ago
        return 0
    order.circulated_at = at
    order.save(update_fields=["circulated_at"])
    chase = Chase.objects.get_or_create(
        clock=clock,
        due_at=workdays.due_at(order.reply_on),
        step=ChaseStep.CIRCULATE,
        event=None,
        defaults={
            "case": case,
            "level": LADDER[ChaseStep.CIRCULATE].level,
            "at": at,
            "order": order,
        },
    )[0]
    chase.case, chase.order = case, order
    tell_of([chase], recipients_of([case], workdays.local_day(at)), ladders, at)
    return 1
