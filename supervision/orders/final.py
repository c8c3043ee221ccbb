"""Orders as they stand, from when they are written: every change is sealed."""

from datetime import datetime

from supervision.models import OrderTalk, SentBack, SupervisionOrder
from villages.finals import Columns, Final, seal_final
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
    """Record the order as it stands now. It comes last in the change."""
    seal_final(ORDER, order, at=at, user=by.user if by else None)
