"""Orders that end by themselves: with their matter, or as drafts of the system whose
reason is gone.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Stage
from supervision.models import OrderState, SupervisionOrder
from supervision.models.order import LIVE, UNSENT
from supervision.orders.locking import cancel, end
from supervision.orders.one_by_one import one_by_one


def end_orders_due(at: datetime) -> tuple[int, list[str]]:
    """End the orders that nobody can answer or need sign any more, each in a
    transaction of its own.

    Returns how many ended, and the cases whose order could not be ended. Safe to
    repeat.
    """
    over = _over(at)
    numbers = dict(over.order_by("pk").values_list("pk", "case__number"))

    def end_one(pk: int) -> bool:
        locked = over.select_for_update(skip_locked=True, of=("self",), no_key=True)
        order = locked.filter(pk=pk).first()
        return order is not None and _end(order, at)

    return one_by_one(numbers, end_one)


def _over(at: datetime) -> QuerySet[SupervisionOrder]:
    """Return the orders under way that are over: those of a closed matter, and drafts
    of the system for one that is neither overdue nor rated badly any more.
    """
    draft_of_system = Q(
        state=OrderState.TO_SIGN, raised_by=None, case__needs_order=False
    )
    overdue = Case.objects.overdue(at).filter(pk=OuterRef("case"))
    is_closed = Q(case__stage=Stage.CLOSED)

    return SupervisionOrder.objects.filter(
        is_closed | (draft_of_system & ~Exists(overdue)),
        state__in=LIVE,
    )


def _end(order: SupervisionOrder, at: datetime) -> bool:
    """Cancel or end one order for the reason that holds; False where none holds any
    more.
    """
    locked = Case.objects.select_for_update(of=("self",), no_key=True)
    case = locked.select_related("town").get(pk=order.case_id)
    if not _over(at).filter(pk=order.pk).exists():
        return False  # reopened, or overdue again, before we had its row

    order.case = case
    if case.stage != Stage.CLOSED:
        reason = _("the reason for it is gone: the matter is not overdue any more")
        cancel(order, reason, None, at)
    elif order.state in UNSENT:
        cancel(order, _("the matter was closed before it went out"), None, at)
    else:
        closed = {"reason": case.get_close_reason_display()}
        end(order, _("the matter was closed (%(reason)s)") % closed, at)

    return True
