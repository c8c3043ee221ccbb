"""Signing several orders at once, each in a transaction of its own and with its own
result.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from cases.models import Case
from cases.workflow.batch import in_words
from minshi import workdays
from minshi.errors import MoveRefused, NoSuchRight, RuleBroken
from supervision.models import OrderState, SupervisionOrder
from supervision.orders.acts import sign_order
from supervision.orders.ending import why_not_to_send
from supervision.orders.opening import acts_open_to
from supervision.orders.rights import why_not_signed
from villages.models import User


@dataclass(frozen=True)
class Signed:
    """An order that was to be signed, and why it was not."""

    order: SupervisionOrder
    refusal: str = ""  # in the user's words; empty where it is signed

    @property
    def case(self) -> Case:
        return self.order.case


def may_sign_here(order: SupervisionOrder, user: User, on: date) -> bool:
    """Return True for a user of whom some post signs an order that they see."""
    posts = user.posts_on(on)
    return any(not why_not_signed(order, post, on) for post in posts)


def signs_orders(user: User, on: date) -> bool:
    """Return True for a user with a post that may sign; over which matters, each order
    says by itself.
    """
    return any(post.may_sign for post in user.posts_on(on))


def sign_all(
    orders: Iterable[SupervisionOrder], *, user: User, at: datetime
) -> list[Signed]:
    """Sign each order as it is written, from the first of the user's posts that may.

    Whoever fails does not stop the others. An order that this user signed already
    counts as signed, so that sending the whole batch again is harmless.
    """
    return [_sign_one(order, user, at) for order in orders]


def _sign_one(order: SupervisionOrder, user: User, at: datetime) -> Signed:
    if _is_signed_by(order, user):
        return Signed(order)

    officer = acts_open_to(order, user, at).get("sign")
    try:
        if officer is None:
            raise _why_not(order, user, at)
        signed = sign_order(order, by=officer, at=at)
    except RuleBroken as refusal:
        return Signed(order, in_words(refusal))
    return Signed(signed)


def _is_signed_by(order: SupervisionOrder, user: User) -> bool:
    if order.state == OrderState.TO_SIGN or order.cancelled_at:
        return False
    return order.signed_by is not None and order.signed_by.user_id == user.pk


def _why_not(order: SupervisionOrder, user: User, at: datetime) -> RuleBroken:
    """Return the refusal of an order that this user may not sign now."""
    if order.state != OrderState.TO_SIGN:
        return RuleBroken(
            _("That was done a moment ago: %(state)s.")
            % {"state": order.get_state_display()}
        )
    if not signs_orders(user, workdays.local_day(at)):
        return NoSuchRight(_("Only a reviewer who may sign signs orders."))
    for post in user.posts_on(workdays.local_day(at)):
        refusal = why_not_signed(order, post, workdays.local_day(at))
        if post.may_sign and refusal:
            return NoSuchRight(refusal)
    if over := why_not_to_send(order, at):
        return MoveRefused(over)
    return NoSuchRight(_("Only a reviewer or supervisor over this matter does this."))
