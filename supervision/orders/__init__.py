"""督办单: raised by the ladder or by hand, signed, sent after a moment's grace, answered, checked, closed."""

from supervision.orders.acts import cancel_order, check_reply, raise_order, reply_to_order, sign_order
from supervision.orders.drafting import (
    Asked,
    claim_cases,
    draft_orders,
    latest_reply_on,
    standard_demand,
    suggested_reply_on,
)
from supervision.orders.locking import ask_to_sign
from supervision.orders.opening import PEOPLE, act_on, acts_open_to, chased_today, chasing_post, orders_seen_by
from supervision.orders.sending import send_orders_due

__all__ = [
    "PEOPLE",
    "Asked",
    "act_on",
    "acts_open_to",
    "ask_to_sign",
    "cancel_order",
    "chased_today",
    "chasing_post",
    "check_reply",
    "claim_cases",
    "draft_orders",
    "latest_reply_on",
    "orders_seen_by",
    "raise_order",
    "reply_to_order",
    "send_orders_due",
    "sign_order",
    "standard_demand",
    "suggested_reply_on",
]
