"""What people do with an order: write it, sign it, take it back, answer it, check the
answer.
"""

from datetime import date, datetime, timedelta
from operator import attrgetter
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases import deadlines
from cases.models import Case
from cases.models.choices import Stage
from cases.workflow import Officer
from minshi import workdays
from minshi.errors import (
    InputRefused,
    KeyReused,
    MoveRefused,
    NoSuchRight,
)
from minshi.idempotency import once
from supervision.models import NoticeKind, OrderState, SentBack, SupervisionOrder, Told
from supervision.models.order import LIVE
from supervision.notices.outbox import Message, put_in_outbox
from supervision.notices.recipients import recipients_of
from supervision.orders.drafting import (
    latest_reply_on,
    new_order,
    remind_at,
    suggested_reply_on,
)
from supervision.orders.locking import (
    CHECKERS,
    cancel,
    facts_for,
    lock_order,
    signature_no_longer_asked,
    tell_of_order,
)
from supervision.orders.rights import answers, may_check
from supervision.orders.wording import check_text, check_words


@transaction.atomic
def raise_order(
    case: Case,
    *,
    reason: str,
    demand: str,
    reply_on: date,
    key: UUID | None,
    by: Officer,
    at: datetime,
) -> SupervisionOrder:
    """An order written by hand; of whoever may sign it is signed in the same step and
    goes out after the grace.

    A repeated `key` returns the order it made. NoSuchRight: not a reviewer or
    supervisor over the case. KeyReused: the key came with other words, or for another
    case. MoveRefused: closed, or an order is under way. InputRefused: no reason, no
    demand, a day that is past.
    """
    facts = facts_for(case, by, at)
    case = facts.case
    said = (case.pk, reason.strip(), demand.strip())
    written = attrgetter("case_id", "reason", "demand")
    if known := once(SupervisionOrder.objects.all(), key, said, said_before=written):
        return known
    if case.stage == Stage.CLOSED:
        raise MoveRefused(_("The matter is closed already."))
    if known := SupervisionOrder.objects.filter(case=case, state__in=LIVE).first():
        raise MoveRefused(
            _("An order for it is under way: %(state)s.")
            % {"state": known.get_state_display()}
        )
    check_words(at, reason=reason, demand=demand, reply_on=reply_on)
    order = new_order(
        case,
        reason=reason.strip(),
        reply_on=reply_on,
        at=at,
        demand=demand.strip(),
        by=by.post,
    )
    order.key = key
    order.remind_at = _remind_at(case, at)
    _save_new(order)
    if by.post.may_sign:
        return sign_order(order, by=by, at=at)
    tell_of_order(order, NoticeKind.ORDER_TO_SIGN, (Told.SIGNER,), at)
    return order


@transaction.atomic
def sign_order(
    order: SupervisionOrder,
    *,
    by: Officer,
    at: datetime,
    demand: str | None = None,
    reply_on: date | None = None,
) -> SupervisionOrder:
    """Signs it, with other words or another day if given; it goes out when the grace is
    over.

    A draft that lay until its day was past is due by the rule again, from today.

    NoSuchRight: a post that may not sign, or not over the case. MoveRefused: signed or
    cancelled already.
    """
    order = lock_order(order, OrderState.TO_SIGN)
    facts_for(order.case, by, at)
    if not by.post.may_sign:
        raise NoSuchRight(_("Only a reviewer who may sign signs orders."))
    words = order.demand if demand is None else demand
    day = reply_on or suggested_reply_on(order, at)
    check_words(at, reason=order.reason, demand=words, reply_on=day)
    order.demand, order.reply_on = words.strip(), day
    order.town, order.county_code = by.post.town, by.post.county_code
    order.signed_by, order.signed_at = by.post, at
    order.send_at = at + timedelta(seconds=settings.ORDER_GRACE_SECONDS)
    order.state, order.remind_at = OrderState.SIGNED, None
    order.save()
    signature_no_longer_asked(order, at)
    return order


@transaction.atomic
def cancel_order(
    order: SupervisionOrder, *, reason: str, by: Officer, at: datetime
) -> SupervisionOrder:
    """Takes it back before it goes out; MoveRefused once it is sent. InputRefused
    without a reason.

    Its signer needs no reason within the grace.
    """
    order = lock_order(order, OrderState.TO_SIGN, OrderState.SIGNED)
    facts_for(order.case, by, at)
    is_own = order.signed_by_id == by.post.pk
    if not (reason.strip() or is_own):
        raise InputRefused(_("Say why."), {"reason": _("Please fill this in.")})
    cancel(order, reason.strip() or _("taken back by the signer"), by.post, at)
    return order


@transaction.atomic
def reply_to_order(
    order: SupervisionOrder, text: str, *, by: Officer, at: datetime
) -> SupervisionOrder:
    """The answer of whom it was sent to, or of who has the matter now. InputRefused
    without words.
    """
    order = lock_order(order, OrderState.SENT)
    if (
        not answers(order, by.post)
        or by.post.user_id != by.user.pk
        or not by.post.is_current(workdays.local_day(at))
    ):
        raise NoSuchRight(_("This order was not sent to you."))
    if not text.strip():
        raise InputRefused(
            _("Write down what was done."), {"reply": _("Please fill this in.")}
        )
    check_text(reply=text)
    order.reply, order.replied_by, order.replied_at, order.state = (
        text.strip(),
        by.post,
        at,
        OrderState.REPLIED,
    )
    order.remind_at = _remind_at(order.case, at)
    order.save()
    tell_of_order(order, NoticeKind.ORDER_REPLIED, CHECKERS, at, nth=at.isoformat())
    return order


def _save_new(order: SupervisionOrder) -> None:
    """KeyReused: the key went to another matter's order this very moment; who writes
    for this one is locked out.
    """
    try:
        with transaction.atomic():
            order.save()
    except IntegrityError as error:
        raise KeyReused(
            _("This form was sent for another matter already. Send it again.")
        ) from error


def _tell_the_replier(order: SupervisionOrder, at: datetime) -> None:
    """By a word of courtesy: where they have gone, nobody is alarmed."""
    posts = [order.replied_by] if order.replied_by else []
    users = recipients_of([order.case], workdays.local_day(at)).spared(
        order.case, posts
    )
    kind = NoticeKind.ORDER_CLOSED
    messages = [
        Message(f"order:{order.pk}:{kind}", kind, user, order.case, order=order)
        for user in users
    ]
    put_in_outbox(messages, at=at)


def _remind_at(case: Case, at: datetime) -> datetime | None:
    return remind_at(deadlines.calendar_of(case.town_id, workdays.local_day(at)), at)


@transaction.atomic
def check_reply(
    order: SupervisionOrder,
    *,
    good: bool,
    finding: str,
    by: Officer,
    at: datetime,
    reply_on: date | None = None,
) -> SupervisionOrder:
    """核验: closes the order, or sends the answer back with what is missing and another
    day.

    NoSuchRight: not over the case, or one who handled it in any round.
    """
    order = lock_order(order, OrderState.REPLIED)
    facts = facts_for(order.case, by, at)
    if not may_check(order, by.post, facts):
        raise NoSuchRight(_("Whoever handled it does not check it."))
    check_text(finding=finding)
    order.finding, order.checked_by, order.checked_at = finding.strip(), by.post, at
    order.remind_at = None
    if good:
        order.state = OrderState.CLOSED
        order.save()
        _tell_the_replier(order, at)
        return order
    if not finding.strip():
        raise InputRefused(
            _("Say what is missing."), {"finding": _("Please fill this in.")}
        )
    order.reply_on = reply_on or latest_reply_on(order.case, at)
    check_words(at, reason=order.reason, demand=order.demand, reply_on=order.reply_on)
    order.state, order.circulated_at = OrderState.SENT, None
    order.save()
    if order.replied_at and order.replied_by:  # which they are, in this state
        SentBack.objects.create(
            order=order,
            reply=order.reply,
            replied_at=order.replied_at,
            replied_by=order.replied_by,
            finding=order.finding,
            checked_at=at,
            checked_by=by.post,
        )
    tell_of_order(
        order, NoticeKind.ORDER_BACK, (Told.OWNER, Told.HEAD), at, nth=at.isoformat()
    )
    return order
