"""An act on an order that is sent when it is not open any more: what was typed is shown
to be copied, with what happened meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cases.privacy.redactor import Redactor
from cases.views.late import Typed
from minshi.errors import Text
from supervision.models import OrderState, SupervisionOrder
from supervision.views.order_history import Entry


@dataclass(frozen=True)
class LateAct:
    action: Text
    typed: list[Typed]
    seen: int | None  # when the page of its form was drawn, in seconds; None: unknown

    def missed(self, history: Iterable[Entry]) -> list[Entry]:
        """Return what was done with the order since its page was drawn."""
        missed = []
        for entry in history:
            at = entry.at.timestamp() if entry.at else 0
            if self.seen is not None and at >= self.seen:
                missed.append(entry)

        return missed


def as_it_stands(order: SupervisionOrder, act: str, redact: Redactor) -> dict[str, Any]:
    """Return what an order says by now in the fields of an act, as its reader may read
    it: to compare with more would answer guesses at a name that is blanked.
    """
    if act == "sign":
        demand = redact(order.demand, post=order.demanded_by_id)
        return {"demand": demand, "reply_on": order.reply_on}
    if act == "cancel":
        return {"reason": redact(order.cancel_reason, post=order.cancelled_by_id)}
    if act == "reply":
        return {"reply": redact(order.reply, post=order.replied_by_id)}
    if act == "check":
        return {
            "good": "good" if order.state == OrderState.CLOSED else "back",
            "finding": redact(order.finding, post=order.checked_by_id),
            "reply_on": order.reply_on,
        }
    return {}
