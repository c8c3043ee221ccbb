"""Orders that end by themselves: with their matter, or as drafts of the system whose
reason is gone.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Stage
from minshi.jobs import done_for
from supervision.models import OrderState, SupervisionOrder
from supervision.models.order import LIVE, UNSENT
from supervision.orders.locking import cancel, end


def end_orders_due(at: datetime) -> tuple[int, list[str]]:
    """Ends what nobody can answer or need sign any more, each in a transaction of its
    own.

    How many ended, and the cases whose order could not be ended. Safe to repeat.
    """
    over = _over(at)

    def end_one(rows: Sequence[int]) -> int:
        locked = (
            over.select_for_update(skip_locked=True, of=("self",), no_key=True)
            .filter(pk=rows[0])
            .first()
        )
        return int(locked is not None and _end(locked, at))

    numbers = dict(over.order_by("pk").values_list("pk", "case__number"))
    done = [done_for([pk], end_one) for pk in numbers]
    return sum(count for count, _bad in done), [
        numbers[pk] for _count, bad in done for pk in bad
    ]


def _over(at: datetime) -> QuerySet[SupervisionOrder]:
    """Of a closed matter; or drafted by the system for one that is neither overdue nor
    rated badly any more.
    """
    overdue = Case.objects.overdue(at).filter(pk=OuterRef("case"))
    groundless = Q(
        state=OrderState.TO_SIGN, raised_by=None, case__needs_order=False
    ) & ~Exists(overdue)
    return SupervisionOrder.objects.filter(
        Q(case__stage=Stage.CLOSED) | groundless, state__in=LIVE
    )


def _end(order: SupervisionOrder, at: datetime) -> bool:
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("town")
        .get(pk=order.case_id)
    )
    if not _over(at).filter(pk=order.pk).exists():
        return False  # reopened, or overdue again, before we had its row
    order.case = case
    if case.stage != Stage.CLOSED:
        cancel(
            order,
            _("the reason for it is gone: the matter is not overdue any more"),
            None,
            at,
        )
    elif order.state in UNSENT:
        cancel(order, _("the matter was closed before it went out"), None, at)
    else:
        end(
            order,
            _("the matter was closed (%(reason)s)")
            % {"reason": case.get_close_reason_display()},
            at,
        )
    return True
