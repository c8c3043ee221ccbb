"""Several supervision orders signed at once: a page to check them on, then a result
for each.
"""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.deadlines.calendar import has_data
from cases.lists.hearers import Hearers
from cases.models import Case
from cases.models.scope import Sight
from cases.templatetags.matters import summary
from cases.views.access import MOST_TOGETHER, NUMBER
from cases.views.results import ShownResult, with_counts
from minshi.clock import now, today
from supervision.models import OrderState, SupervisionOrder
from supervision.orders import (
    PEOPLE,
    addressees_of,
    is_redacted,
    matter_of,
    orders_seen_by,
    redactor_of,
    sign_all,
    signs_orders,
    suggested_days,
    whys_not_to_send,
)
from supervision.views.order_access import OrderView
from supervision.views.order_addressee import addressee_of
from villages.requests import whole_number


@dataclass(frozen=True)
class OrderToCheck:
    """An order as its signer reads it before signing it with others."""

    order: SupervisionOrder
    case: Case
    matter: str
    below: str
    reason: str
    demand: str
    reply_on: date
    goes_to: Hearers
    is_provisional: bool  # the days off of that year are not known yet
    state: str = ""  # empty: it waits for a signature and may have one

    @classmethod
    def of(
        cls,
        order: SupervisionOrder,
        reply_on: date,
        goes_to: Hearers,
        sight: Sight,
        *,
        over: str,
        is_provisional: bool,
    ) -> "OrderToCheck":
        redact = redactor_of(order, sight)
        waits = order.state == OrderState.TO_SIGN
        return cls(
            order=order,
            case=order.case,
            matter=matter_of(order, sight),
            below=_below(order, sight),
            reason=redact(order.reason, post=order.raised_by_id),
            demand=redact(order.demand, post=order.demanded_by_id),
            reply_on=reply_on,
            goes_to=Hearers(addressee_of(order), ()) if over else goes_to,
            is_provisional=is_provisional,
            state=over if waits else order.get_state_display(),
        )


def _below(order: SupervisionOrder, sight: Sight) -> str:
    if is_redacted(order):
        return order.case.number
    return summary(order.case, sight)


class SignTogether(OrderView):
    def get(self, _request: HttpRequest) -> HttpResponse:
        """Lead back to what waits for a signature after a login in between."""
        return redirect(_to_sign())

    def post(self, request: HttpRequest) -> HttpResponse:
        if not signs_orders(self.user, today()):
            raise Http404

        orders = self._ticked()
        gone = self._gone(orders)
        if not orders and not gone:
            messages.warning(request, _("Tick the orders first."))
            return redirect(_to_sign())
        if "apply" in request.POST or not orders:
            return self._sign(orders, gone)

        rows = self._rows(orders)
        context = {
            "nav": "supervision",
            "at": now(),
            "rows": rows,
            "gone": gone,
            "grace": settings.ORDER_GRACE_SECONDS,
            "to_sign": _to_sign(),
        }
        return render(request, "supervision/sign_together.html", context)

    def _rows(self, orders: list[SupervisionOrder]) -> list[OrderToCheck]:
        sight = self.sight()
        days = suggested_days(orders, now())
        years = {day.year for day in days.values()}
        doubtful = {year for year in years if not has_data(year)}

        readable = [order.case for order in orders if not is_redacted(order)]
        goes_to = addressees_of(readable, today())
        unread = Hearers(_("whoever has the matter"), ())

        overs = whys_not_to_send(orders, now())

        rows = []
        for order in orders:
            reply_on = days[order.pk]
            row = OrderToCheck.of(
                order,
                reply_on,
                goes_to.get(order.case_id, unread),
                sight,
                over=overs.get(order.pk, ""),
                is_provisional=reply_on.year in doubtful,
            )
            rows.append(row)
        return rows

    def _sign(self, orders: list[SupervisionOrder], gone: list[str]) -> HttpResponse:
        results = sign_all(orders, user=self.user, at=now())
        sight = self.sight()
        shown = []
        for order, result in zip(orders, results, strict=True):
            name = f"{order.case.number} {matter_of(order, sight)}"
            shown.append(ShownResult(name, order.get_absolute_url(), result.refusal))

        context = {
            "nav": "supervision",
            **with_counts(shown, gone),
            "grace": settings.ORDER_GRACE_SECONDS,
            "to_sign": _to_sign(),
        }
        return render(self.request, "supervision/signed_together.html", context)

    def _ticked(self) -> list[SupervisionOrder]:
        """Return the ticked orders that the user sees, the oldest first."""
        keys = self._keys().values()
        seen = orders_seen_by(self.user, today()).filter(pk__in=keys)
        with_people = seen.select_related(
            "case__group",
            "case__owner_office",
            "case__owner_post__user",
            "to_office",
            "to_post__user",
            *PEOPLE,
        )
        return list(with_people.order_by("raised_at", "pk"))

    def _gone(self, found: list[SupervisionOrder]) -> list[str]:
        """Return the numbers of the matters whose ticked orders the user sees no
        more.
        """
        there = {order.pk for order in found}
        missing = [number for number, key in self._keys().items() if key not in there]
        return [number for number in missing if NUMBER.fullmatch(number)]

    def _keys(self) -> dict[str, int]:
        """Return the key of each ticked order by the number of its matter, as typed.

        The list sends them as key:number.
        """
        ticks = {}
        for text in self.request.POST.getlist("orders")[:MOST_TOGETHER]:
            key, _colon, number = text.partition(":")
            ticks[number] = whole_number(key) or 0
        return ticks


def _to_sign() -> str:
    return f"{reverse('supervision:orders')}?state=to_sign"
