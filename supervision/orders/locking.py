"""Steps that acts on orders share: lock the rows, notify those who have to do with the
order, cancel it and end it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from cases.models import Case
from cases.workflow import Facts, Officer, read_facts
from cases.workflow.who import OVERSEERS, Handled
from minshi import workdays
from minshi.errors import MoveRefused, NoSuchRight
from supervision.models import Notice, NoticeKind, OrderState, SupervisionOrder, Told
from supervision.notices.outbox import Message, put_in_outbox, take_back
from supervision.notices.recipients import Recipients, recipients_of
from supervision.orders.final import order_recorded
from supervision.orders.rights import is_of_county, signers_of, users_to_answer
from villages.models import Post

POSTS = ("raised_by", "replied_by")
CHECKERS = (Told.OVERSEER, Told.SIGNER)
# who has the matter is to answer; who is above them is only to know
TO_BE_ANSWERED = (NoticeKind.ORDER, NoticeKind.ORDER_BACK)


def notify_of_order(
    order: SupervisionOrder,
    kind: NoticeKind,
    who: Iterable[str],
    at: datetime,
    nth: str = "",
) -> None:
    """Notify the people of an order; where there is nobody, alarm the town office.

    `nth` sets apart the notices of a kind that an order may send more than once.
    """
    people = recipients_of([order.case], workdays.local_day(at))
    put_in_outbox(_messages_of(order, kind, who, people, nth), at=at)


def requests_to_sign(order: SupervisionOrder, people: Recipients) -> list[Message]:
    """Return the messages that ask the signers of a case to sign an order for it."""
    return _messages_of(order, NoticeKind.ORDER_TO_SIGN, (Told.SIGNER,), people)


def _messages_of(
    order: SupervisionOrder,
    kind: NoticeKind,
    who: Iterable[str],
    people: Recipients,
    nth: str = "",
) -> list[Message]:
    of_county = is_of_county(order.case, order.raised_by)
    kind, users = people.told_or_alarm(order.case, who, kind, of_county=of_county)
    about = f"order:{order.pk}:{kind}"
    if nth:
        about = f"{about}:{nth}"

    answering = users_to_answer(order) if kind in TO_BE_ANSWERED else set()
    messages = []
    for user in users:
        is_copy = kind in TO_BE_ANSWERED and user.pk not in answering
        message = Message(about, kind, user, order.case, order=order, is_copy=is_copy)
        messages.append(message)
    return messages


def take_back_requests_to_sign(order: SupervisionOrder, at: datetime) -> None:
    take_back(Notice.objects.filter(order=order, kind=NoticeKind.ORDER_TO_SIGN), at)


def facts_for(case: Case, by: Officer, at: datetime) -> Facts:
    """Lock a case and return its facts.

    NoSuchRight: the post is not one that oversees it (domain §2, supervisor).
    """
    facts = _locked_facts(case, at)
    _must_be_among(OVERSEERS.may(facts, Handled.NOBODY), by)
    return facts


def facts_for_signer(order: SupervisionOrder, by: Officer, at: datetime) -> Facts:
    """Lock the case of an order and return its facts, for one who oversees it or, of a
    secret matter that they may not read, signs the order.

    NoSuchRight: the post is neither.
    """
    facts = _locked_facts(order.case, at)
    overseers = OVERSEERS.may(facts, Handled.NOBODY)
    signers = signers_of(facts, workdays.local_day(at), writer=order.raised_by)
    _must_be_among([*overseers, *signers], by)
    return facts


def _locked_facts(case: Case, at: datetime) -> Facts:
    locked = Case.objects.select_for_update(of=("self",), no_key=True)
    case = locked.select_related("town").get(pk=case.pk)
    return read_facts(case, at)


def _must_be_among(posts: list[Post], by: Officer) -> None:
    if by.post.user_id != by.user.pk or by.post not in posts:
        raise NoSuchRight(
            _("Only a reviewer or supervisor over this matter does this.")
        )


def lock_order(order: SupervisionOrder, *states: OrderState) -> SupervisionOrder:
    """Lock an order and return it as it stands now. It is locked before its case.

    MoveRefused: it is in none of the states, where some are named.
    """
    rows = SupervisionOrder.objects.select_for_update(of=("self",), no_key=True)
    locked = rows.select_related("case__town", "case__village", "town", *POSTS)
    order = locked.get(pk=order.pk)

    if states and order.state not in states:
        raise MoveRefused(
            _("That was done a moment ago: %(state)s.")
            % {"state": order.state_in_words}
        )
    return order


def cancel(order: SupervisionOrder, reason: str, by: Post | None, at: datetime) -> None:
    """Cancel an order that has not gone out; `by` is None where the system does."""
    order.state = OrderState.CANCELLED
    order.cancel_reason = reason
    order.cancelled_by = by
    order.cancelled_at = at
    order.remind_at = None
    with order_recorded(order, by=by, at=at):
        order.save()

    take_back_requests_to_sign(order, at)


def end(order: SupervisionOrder, reason: str, at: datetime) -> None:
    """End an order that went out, with its matter: nobody answers or checks it any
    more, and the notices that ask for it are taken back.
    """
    order.state = OrderState.ENDED
    order.end_reason = reason
    order.ended_at = at
    order.remind_at = None
    with order_recorded(order, by=None, at=at):
        order.save()

    take_back(Notice.objects.filter(order=order), at)
