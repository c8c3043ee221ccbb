"""Orders as they stand, from when they are written: every change is sealed."""

from contextlib import AbstractContextManager
from datetime import datetime

from supervision.models import OrderTalk, SentBack, SupervisionOrder
from villages.finals import Columns, Final, change_recorded, seal_final
from villages.models import Post

ORDER = Final(
    "order",
    Columns(
        SupervisionOrder,
        (
            "case_id",
            "key",
            "state",
            "number",
            "town_id",
            "county_code",
            "reason",
            "demand",
            "demanded_by_id",
            "reply_on",
            "to_post_id",
            "to_office_id",
            "raised_at",
            "raised_by_id",
            "signed_at",
            "signed_by_id",
            "send_at",
            "sent_at",
            "reply",
            "replied_at",
            "replied_by_id",
            "finding",
            "checked_at",
            "checked_by_id",
            "cancelled_at",
            "cancelled_by_id",
            "cancel_reason",
            "ended_at",
            "end_reason",
            "circulated_at",
        ),
    ),
    parts=(
        Columns(
            SentBack,
            (
                "reply",
                "replied_at",
                "replied_by_id",
                "finding",
                "checked_at",
                "checked_by_id",
            ),
            of="order",
        ),
        Columns(
            OrderTalk,
            ("held_on", "whom", "agreed", "noted_at", "noted_by_id"),
            of="order",
        ),
    ),
)


def seal_order(order: SupervisionOrder, *, by: Post | None, at: datetime) -> None:
    """Record a new order as it stands. It comes last in the change."""
    seal_final(ORDER, order, at=at, user=by.user if by else None)


def order_recorded(
    order: SupervisionOrder, *, by: Post | None, at: datetime
) -> AbstractContextManager[None]:
    """Record an order as what is done meanwhile makes it."""
    return change_recorded(ORDER, order, at=at, user=by.user if by else None)
