"""What is open to whom: the acts on an order, and the orders within somebody's
sight.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from cases.models import Case
from cases.models.scope import Sight
from cases.workflow import Facts, Officer, read_facts
from cases.workflow.who import OVERSEERS, Handled
from minshi import workdays
from supervision.models import OrderState, SupervisionOrder
from supervision.models.order import UNSENT
from supervision.orders.acts import (
    cancel_order,
    check_reply,
    reply_to_order,
    sign_order,
)
from supervision.orders.rights import answers, may_check
from supervision.orders.talking import note_talk, was_circulated
from villages.models import Post, User

PEOPLE = tuple(
    f"{name}__user"
    for name in ("raised_by", "signed_by", "replied_by", "checked_by", "cancelled_by")
)


def act_on(
    order: SupervisionOrder,
    act: str,
    values: Mapping[str, Any],
    *,
    by: Officer,
    at: datetime,
) -> SupervisionOrder:
    """One of sign, cancel, reply, check and talk with its values, as a form or a call
    gives them.
    """
    if act == "sign":
        return sign_order(
            order,
            by=by,
            at=at,
            demand=values.get("demand"),
            reply_on=values.get("reply_on"),
        )
    if act == "cancel":
        return cancel_order(order, reason=values["reason"], by=by, at=at)
    if act == "reply":
        return reply_to_order(order, values["reply"], by=by, at=at)
    if act == "talk":
        held_on = values.get("held_on") or workdays.local_day(at)
        return note_talk(
            order,
            held_on=held_on,
            whom=values["whom"],
            agreed=values["agreed"],
            by=by,
            at=at,
        ).order
    return check_reply(
        order,
        good=values["good"],
        finding=values["finding"],
        reply_on=values.get("reply_on"),
        by=by,
        at=at,
    )


def acts_open_to(
    order: SupervisionOrder, user: User, at: datetime
) -> dict[str, Officer]:
    """What the user may do with the order now, and the post they would act from: the
    buttons and the API's choices.
    """
    facts, posts = read_facts(order.case, at), user.posts_on(workdays.local_day(at))
    over = [post for post in posts if post in OVERSEERS.may(facts, Handled.NOBODY)]
    state = order.state
    open_to: dict[str, Post | None] = {}
    if state == OrderState.TO_SIGN:
        open_to["sign"] = next((post for post in over if post.may_sign), None)
    if state in UNSENT:
        open_to["cancel"] = next(iter(over), None)
    if state == OrderState.SENT:
        open_to["reply"] = next((post for post in posts if answers(order, post)), None)
    if state == OrderState.REPLIED:
        open_to["check"] = next(
            (post for post in over if may_check(order, post, facts)), None
        )
    if order.number and over and was_circulated(order):
        open_to["talk"] = over[0]
    return {act: Officer(user, post) for act, post in open_to.items() if post}


def chasing_post(
    case: Case, user: User, at: datetime, facts: Facts | None = None
) -> Post | None:
    """The post from which the user may chase the case and write orders for it; one that
    signs comes first.
    """
    over = OVERSEERS.may(facts or read_facts(case, at), Handled.NOBODY)
    mine = [post for post in user.posts_on(workdays.local_day(at)) if post in over]
    return next(iter(sorted(mine, key=lambda post: not post.may_sign)), None)


def orders_seen_by(user: User, on: date) -> QuerySet[SupervisionOrder]:
    """The orders of the cases within the user's sight; before they go out for those
    alone who oversee the case.
    """
    seen = Case.objects.visible_to(user, on)
    over = seen.filter(Sight.of(user, on).overseen())
    orders = SupervisionOrder.objects.filter(
        Q(case__in=seen.values("pk"), sent_at__isnull=False)
        | Q(case__in=over.values("pk"))
    )
    return orders.select_related("case__town", "case__village", "town")
