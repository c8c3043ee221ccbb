"""Supervision orders as a list, by tabs."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.lists.paging import capped_counts, page_of
from cases.models.scope import Sight
from cases.templatetags.days import day
from cases.templatetags.matters import place_for
from cases.templatetags.pages import query_with
from cases.views.tabs import Tab
from minshi.clock import today
from supervision.models import OrderState, SupervisionOrder
from supervision.models.order import LIVE, OVER
from supervision.orders import (
    is_apart,
    is_ordered,
    is_redacted,
    matter_of,
    may_sign_here,
    orders_seen_by,
)
from supervision.views.order_access import OrderView
from supervision.views.order_words import state_of

ORDER = ("-raised_at", "-id")
TABS = (
    ("alive", pgettext_lazy("orders", "Under way"), LIVE),
    ("to_sign", pgettext_lazy("orders", "To sign"), (OrderState.TO_SIGN,)),
    ("sent", pgettext_lazy("orders", "Waiting for the reply"), (OrderState.SENT,)),
    ("replied", pgettext_lazy("orders", "To check"), (OrderState.REPLIED,)),
    ("over", pgettext_lazy("orders", "Closed"), OVER),
)


@dataclass(frozen=True)
class ListedOrder:
    """An order in the list, by its number where it has one, else by its matter."""

    address: str
    name: str
    below: str
    state: str
    tick: str  # empty: it is not signed together with others
    is_secret: bool  # and its reader opens the matter

    @classmethod
    def of(
        cls, order: SupervisionOrder, sight: Sight, *, may_sign: bool, is_own: bool
    ) -> "ListedOrder":
        case = order.case
        title = matter_of(order, sight)
        place = case.number
        if not is_redacted(order) and not is_apart(order):
            place = f"{case.number} · {place_for(case, sight)}"

        state = state_of(order)
        if order.state == OrderState.SENT:
            state += " · " + _("by %(day)s") % {"day": day(order.reply_on)}
        is_to_sign = order.state == OrderState.TO_SIGN
        if is_own and is_to_sign:
            state += " · " + _("goes to you yourself, another signs it")
        tick = f"{order.pk}:{case.number}"

        return cls(
            address=order.get_absolute_url(),
            name=order.number or title,
            below=f"{title} · {place}" if order.number else place,
            state=state,
            tick=tick if may_sign and is_to_sign else "",
            is_secret=case.is_secret and not is_redacted(order),
        )


class OrderList(OrderView):
    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("state", "alive")
        seen = orders_seen_by(self.user, today())
        by_tab = {name: seen.filter(state__in=states) for name, _label, states in TABS}
        if chosen not in by_tab:
            chosen = "alive"

        counts = capped_counts(by_tab)
        page = page_of(by_tab[chosen], ORDER, request.GET.get("after", ""))

        sight = self.sight()
        orders = [
            ListedOrder.of(
                order,
                sight,
                may_sign=may_sign_here(order, self.user, today()),
                is_own=is_ordered(order.case, self.user, today()),
            )
            for order in page.rows
        ]
        context = {
            "nav": "supervision",
            "orders": orders,
            "may_tick": any(order.tick for order in orders),
            "after": page.after,
            "tabs": self.tabs(chosen, counts),
        }
        return render(request, "supervision/orders.html", context)

    def tabs(self, chosen: str, counts: dict[str, int]) -> list[Tab]:
        here = {"request": self.request}
        tabs = []
        for name, label, _states in TABS:
            address = query_with(here, state=name, after="")
            tabs.append(Tab(address, label, name == chosen, counts[name]))

        return tabs
