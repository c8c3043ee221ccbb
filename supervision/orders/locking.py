"""What every act on an order begins and ends with: its rows locked, and who hears of
it.
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
from villages.models import Post

CHECKERS = (Told.OVERSEER, Told.SIGNER)


def tell_of_order(
    order: SupervisionOrder,
    kind: NoticeKind,
    who: Iterable[str],
    at: datetime,
    nth: str = "",
) -> None:
    people = recipients_of([order.case], workdays.local_day(at))
    put_in_outbox(messages_of(order, kind, who, people, nth), at=at)


def ask_to_sign(
    order: SupervisionOrder, people: Recipients, nth: str = ""
) -> list[Message]:
    return messages_of(order, NoticeKind.ORDER_TO_SIGN, (Told.SIGNER,), people, nth)


def messages_of(
    order: SupervisionOrder,
    kind: NoticeKind,
    who: Iterable[str],
    people: Recipients,
    nth: str = "",
) -> list[Message]:
    kind, users = people.told_or_alarm(order.case, who, kind)
    about = ":".join(filter(None, ("order", str(order.pk), kind, nth)))
    return [Message(about, kind, user, order.case, order=order) for user in users]


def signature_no_longer_asked(order: SupervisionOrder, at: datetime) -> None:
    take_back(Notice.objects.filter(order=order, kind=NoticeKind.ORDER_TO_SIGN), at)


def facts_for(case: Case, by: Officer, at: datetime) -> Facts:
    """The case's facts, locked; NoSuchRight unless the post is one that oversees it
    (domain §2, supervisor).
    """
    locked = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("town")
        .get(pk=case.pk)
    )
    facts = read_facts(locked, at)
    if by.post.user_id != by.user.pk or by.post not in OVERSEERS.may(
        facts, Handled.NOBODY
    ):
        raise NoSuchRight(
            _("Only a reviewer or supervisor over this matter does this.")
        )
    return facts


def lock_order(order: SupervisionOrder, *states: OrderState) -> SupervisionOrder:
    """MoveRefused unless the order is in one of the states, if any are named. An order
    is locked before its case.
    """
    locked = SupervisionOrder.objects.select_for_update(
        of=("self",), no_key=True
    ).select_related("case__town", "case__village", "town", "replied_by")
    order = locked.get(pk=order.pk)
    if states and order.state not in states:
        raise MoveRefused(
            _("That was done a moment ago: %(state)s.")
            % {"state": order.get_state_display()}
        )
    return order


def cancel(order: SupervisionOrder, reason: str, by: Post | None, at: datetime) -> None:
    order.state, order.cancel_reason, order.cancelled_by, order.cancelled_at = (
        OrderState.CANCELLED,
        reason,
        by,
        at,
    )
    order.remind_at = None
    order.save()
    signature_no_longer_asked(order, at)


def end(order: SupervisionOrder, reason: str, at: datetime) -> None:
    """With its matter, after it went out: nobody answers or checks it any more, and
    what asks them to is taken back.
    """
    order.state, order.end_reason, order.ended_at, order.remind_at = (
        OrderState.ENDED,
        reason,
        at,
        None,
    )
    order.save()
    take_back(Notice.objects.filter(order=order), at)
