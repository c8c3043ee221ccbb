"""Orders that end by themselves: with their matter, with the work of whoever they are
addressed to, or as drafts of the system whose reason is gone.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Stage
from supervision.models import Chase, ChaseStep, SupervisionOrder
from supervision.models.order import LIVE, UNSENT
from supervision.orders.locking import cancel, end
from supervision.orders.one_by_one import one_by_one

# older orders are addressed as they go out
IS_UNADDRESSED = Q(to_post=None, to_office=None)
IS_WITH_ADDRESSEE = Q(to_post=F("case__owner_post")) | Q(
    to_office=F("case__owner_office")
)


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


def why_not_to_send(order: SupervisionOrder, at: datetime) -> str:
    """Return in words why an order not sent yet is over; empty where its ground holds.

    One query.
    """
    return whys_not_to_send([order], at).get(order.pk, "")


def whys_not_to_send(
    orders: Iterable[SupervisionOrder], at: datetime
) -> Mapping[int, str]:
    """Return in words, by key, why orders not sent yet are over; those whose ground
    holds are left out. One query.
    """
    keys = [order.pk for order in orders]
    unsent = _over(at).filter(pk__in=keys, state__in=UNSENT)
    found = unsent.annotate(is_handed_on=_is_handed_on(), is_step_over=_is_step_over())
    return {order.pk: _why(order) for order in found.select_related("case")}


def _why(order: SupervisionOrder) -> str:
    """Return why an order is over that was read with the conditions of it."""
    if order.case.stage == Stage.CLOSED:
        return _("the matter was closed before it went out")
    if vars(order)["is_handed_on"]:
        return _(
            "the reason for it is gone: the matter is no longer with whom it goes to"
        )
    if vars(order)["is_step_over"]:
        return _("the reason for it is gone: the step that was overdue is done")
    return _("the reason for it is gone: the matter is not overdue any more")


def _over(at: datetime) -> QuerySet[SupervisionOrder]:
    """Return the orders under way that are over: those of a closed matter, those not
    sent yet for whoever has the matter no more, and drafts of the system for one that
    is neither overdue in that step nor rated badly any more.
    """
    is_closed = Q(case__stage=Stage.CLOSED)
    is_handed_on = _is_handed_on() & Q(state__in=UNSENT)

    overdue = Case.objects.overdue(at).filter(pk=OuterRef("case"))
    is_in_time = Q(~Exists(overdue), case__needs_order=False)
    is_draft_without_reason = Q(
        is_in_time | _is_step_over(), state__in=UNSENT, raised_by=None
    )

    return SupervisionOrder.objects.filter(
        is_closed | is_handed_on | is_draft_without_reason,
        state__in=LIVE,
    )


def _is_handed_on() -> Q:
    """Return the condition of orders whose matter is no longer with their addressee."""
    still = SupervisionOrder.objects.filter(IS_UNADDRESSED | IS_WITH_ADDRESSEE)
    return ~Q(Exists(still.filter(pk=OuterRef("pk"))))


def _is_step_over() -> Q:
    """Return the condition of orders that a step of the ladder asked for whose clock
    runs no more, or runs to another day.
    """
    asked = Chase.objects.filter(order=OuterRef("pk"))
    running = asked.filter(clock__stopped_at=None)
    is_same_day = Q(due_at=F("clock__due_at"))
    is_about_rating = Q(step=ChaseStep.DISSATISFIED)
    still = running.filter(is_same_day | is_about_rating)
    return Q(Exists(asked)) & ~Q(Exists(still))


def _end(order: SupervisionOrder, at: datetime) -> bool:
    """Cancel or end one order for the reason that holds; False where none holds any
    more.
    """
    locked = Case.objects.select_for_update(of=("self",), no_key=True)
    order.case = locked.select_related("town").get(pk=order.case_id)
    if not _over(at).filter(pk=order.pk).exists():
        return False  # reopened, or overdue again, before we had its row

    if order.state in UNSENT:
        cancel(order, why_not_to_send(order, at), None, at)
    else:
        closed = {"reason": order.case.get_close_reason_display()}
        end(order, _("the matter was closed (%(reason)s)") % closed, at)

    return True
