"""督办单: raised by the ladder or by hand, signed, sent after a moment's grace,
answered, checked, closed.
"""

from supervision.orders.acts import (
    cancel_order,
    check_reply,
    raise_order,
    reply_to_order,
    sign_order,
)
from supervision.orders.addressing import (
    addressees_of,
    chasing_goes_to,
    signers_asked,
    why_unsigned,
)
from supervision.orders.drafting import (
    DraftReason,
    claim_cases,
    demand_in_words,
    draft_orders,
    latest_reply_on,
    standard_demand,
    suggested_days,
    suggested_reply_on,
)
from supervision.orders.ending import (
    end_orders_due,
    why_not_to_send,
    whys_not_to_send,
)
from supervision.orders.locking import requests_to_sign
from supervision.orders.opening import (
    PEOPLE,
    act_on,
    acts_open_to,
    chasing_post,
    orders_seen_by,
    to_be_answered_by,
    to_be_checked_by,
    to_be_signed_by,
    why_not_ordered,
)
from supervision.orders.reading import (
    is_apart,
    is_redacted,
    matter_of,
    reads_answer,
    redactor_of,
)
from supervision.orders.reminding import remind_of_orders_due
from supervision.orders.rights import is_ordered, signs
from supervision.orders.sending import send_orders_due
from supervision.orders.signing import may_sign_here, sign_all, signs_orders
from supervision.orders.talking import note_talk

__all__ = [
    "PEOPLE",
    "DraftReason",
    "act_on",
    "acts_open_to",
    "addressees_of",
    "cancel_order",
    "chasing_goes_to",
    "chasing_post",
    "check_reply",
    "claim_cases",
    "demand_in_words",
    "draft_orders",
    "end_orders_due",
    "is_apart",
    "is_ordered",
    "is_redacted",
    "latest_reply_on",
    "matter_of",
    "may_sign_here",
    "note_talk",
    "orders_seen_by",
    "raise_order",
    "reads_answer",
    "redactor_of",
    "remind_of_orders_due",
    "reply_to_order",
    "requests_to_sign",
    "send_orders_due",
    "sign_all",
    "sign_order",
    "signers_asked",
    "signs",
    "signs_orders",
    "standard_demand",
    "suggested_days",
    "suggested_reply_on",
    "to_be_answered_by",
    "to_be_checked_by",
    "to_be_signed_by",
    "why_not_ordered",
    "why_not_to_send",
    "why_unsigned",
    "whys_not_to_send",
]
