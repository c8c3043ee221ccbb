"""What of supervision waits for somebody on their start page: orders to be signed."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lists.desk import DeskWork
from cases.lists.paging import capped_counts
from minshi import workdays
from supervision.models import OrderState
from supervision.orders import orders_seen_by
from villages.models import User


def orders_to_sign(user: User, at: datetime) -> list[DeskWork]:
    """Return the orders that wait for a signature. One query for whoever signs, none
    for everybody else.
    """
    on = workdays.local_day(at)
    if not any(post.may_sign for post in user.posts_on(on)):
        return []

    to_sign = orders_seen_by(user, on).filter(state=OrderState.TO_SIGN)
    counts = capped_counts({"to_sign": to_sign})
    address = f"{reverse('supervision:orders')}?state=to_sign"
    return [DeskWork(_("Orders to sign"), address, counts["to_sign"])]
