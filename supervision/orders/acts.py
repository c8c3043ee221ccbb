"""Acts of people on an order: write it, sign it, take it back, answer it, check the
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
from cases.models.scope import Sight
from cases.privacy.table import without_added_names
from cases.workflow import Officer
from cases.workflow.guards import not_with_oneself
from minshi import workdays
from minshi.errors import (
    Faults,
    InputRefused,
    KeyReused,
    MoveRefused,
    NoSuchRight,
    said,
)
from minshi.idempotency import once
from minshi.text import clean_text, is_blank
from supervision.models import NoticeKind, OrderState, SentBack, SupervisionOrder, Told
from supervision.models.order import LIVE
from supervision.notices.outbox import Message, put_in_outbox
from supervision.notices.recipients import recipients_of
from supervision.orders.addressing import signers_asked, why_unsigned
from supervision.orders.drafting import (
    latest_reply_on,
    new_order,
    remind_at,
    suggested_reply_on,
)
from supervision.orders.ending import why_not_to_send
from supervision.orders.final import order_recorded, seal_order
from supervision.orders.locking import (
    CHECKERS,
    cancel,
    facts_for,
    facts_for_signer,
    lock_order,
    notify_of_order,
    take_back_requests_to_sign,
)
from supervision.orders.rights import (
    answers,
    is_ordered,
    may_check,
    reads_matter,
    signs,
    why_not_signed,
)
from supervision.orders.wording import check_text, check_words
from villages.models import Post


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
    """Write an order by hand, and return it.

    1. Lock the case, and check that the post oversees it.
    2. Return the order that a repeated `key` made before.
    3. Check that the case is open and has no order under way, and the words.
    4. Write the order.
    5. Sign it where the post may: then it goes out after the grace. Else notify those
       who sign.
    NoSuchRight: not a reviewer or supervisor over the case. KeyReused: the key came
    with other words, or for another case. MoveRefused: closed, with the officer
    themself, or an order is under way.
    InputRefused: no reason, no demand, a day that is past.
    """
    facts = facts_for(case, by, at)
    case = facts.case

    reason, demand = clean_text(reason), clean_text(demand)
    entered = (case.pk, reason, demand)
    as_entered = attrgetter("case_id", "reason", "demand")
    orders = SupervisionOrder.objects.all()
    if repeated := once(orders, key, entered, said_before=as_entered):
        return repeated

    if case.stage == Stage.CLOSED:
        raise MoveRefused(_("The matter is closed already."))
    if refusal := not_with_oneself(facts, by):
        raise MoveRefused(refusal)
    if under_way := SupervisionOrder.objects.filter(case=case, state__in=LIVE).first():
        raise MoveRefused(
            _("An order for it is under way: %(state)s.")
            % {"state": under_way.state_in_words}
        )
    check_words(at, reason=reason, demand=demand, reply_on=reply_on)
    _must_have_a_signer(case, by, at)

    order = new_order(
        case,
        reason=reason,
        reply_on=reply_on,
        at=at,
        demand=demand,
        by=by.post,
    )
    order.key = key
    order.remind_at = _next_reminder(case, at)
    _save_new(order)

    seal_order(order, by=by.post, at=at)

    if signs(case, by.post, workdays.local_day(at), writer=by.post):
        return sign_order(order, by=by, at=at)
    notify_of_order(order, NoticeKind.ORDER_TO_SIGN, (Told.SIGNER,), at)
    return order


def _must_have_a_signer(case: Case, by: Officer, at: datetime) -> None:
    """Refuse an order that nobody but whom it goes to could sign, and one of the county
    that nobody there signs.

    MoveRefused: so it is. Where nobody signs a town's at all, the town office is
    alarmed instead.
    """
    on = workdays.local_day(at)
    if signs(case, by.post, on, writer=by.post):
        return
    if signers_asked(case, on, writer=by.post):
        return

    if refusal := why_unsigned(case, on, writer=by.post):
        raise MoveRefused(refusal)


def _save_new(order: SupervisionOrder) -> None:
    """Save a new order.

    KeyReused: the key was just used for another case; the lock on this one lets nobody
    else write for it.
    """
    try:
        with transaction.atomic():
            order.save()
    except IntegrityError as error:
        raise KeyReused(
            _("This form was sent for another matter already. Send it again.")
        ) from error


@transaction.atomic
def sign_order(
    order: SupervisionOrder,
    *,
    by: Officer,
    at: datetime,
    demand: str | None = None,
    reply_on: date | None = None,
) -> SupervisionOrder:
    """Sign an order, with another demand or another day if given; it goes out when the
    grace is over.

    A draft that lay until its day was past is due by the rule again, from today.
    NoSuchRight: a post that may not sign, or not over the case, or of whom the order
    goes to. MoveRefused: signed or cancelled already, or its ground is gone.
    InputRefused: another demand, of one who may not read a secret matter.
    """
    order = lock_order(order, OrderState.TO_SIGN)
    facts = facts_for_signer(order, by, at)
    if refusal := why_not_signed(order, by.post, workdays.local_day(at)):
        raise NoSuchRight(refusal)
    if over := why_not_to_send(order, at):
        raise MoveRefused(over)

    if demand is None:
        demand = order.demand
    elif not facts.is_named(by.post):
        unread = _("The matter is secret: sign the order as it is written.")
        raise InputRefused.at(demand=unread)
    if not reply_on:
        reply_on = suggested_reply_on(order, at)
    check_words(at, reason=order.reason, demand=demand, reply_on=reply_on)

    _word_anew(order, demand.strip(), by, at)
    order.reply_on = reply_on
    order.town = by.post.town
    order.county_code = by.post.county_code
    order.signed_by = by.post
    order.signed_at = at
    order.send_at = at + timedelta(seconds=settings.ORDER_GRACE_SECONDS)
    order.state = OrderState.SIGNED
    order.remind_at = None
    with order_recorded(order, by=by.post, at=at):
        order.save()

    take_back_requests_to_sign(order, at)
    return order


def _word_anew(order: SupervisionOrder, demand: str, by: Officer, at: datetime) -> None:
    """Put another demand in the place of the one that was written.

    Its writer reads their own words as typed. Where they may not know who spoke, they
    stay the writer, and what whoever signs adds names nobody.
    """
    if demand == order.demand:
        return

    writer = order.demanded_by
    sight = Sight.of(writer.user, workdays.local_day(at)) if writer else None
    if writer is None or sight is None or sight.shows_speaker(order.case):
        order.demand = demand
        order.demanded_by = by.post
    else:
        order.demand = without_added_names(order.case, order.demand, demand)


@transaction.atomic
def cancel_order(
    order: SupervisionOrder,
    *,
    reason: str,
    by: Officer,
    at: datetime,
    seen: str = "",
) -> SupervisionOrder:
    """Take an order back before it goes out, and notify its writer where another does.

    Its signer needs no reason within the grace. `seen` is the state in which it was
    read, where that is known: who gives one back unsigned undoes no signature.
    NoSuchRight: not over the case, or the one it goes to. MoveRefused: it is sent, or
    signed since it was seen. InputRefused: no reason.
    """
    open_states = (OrderState.TO_SIGN, OrderState.SIGNED)
    as_seen = [state for state in open_states if state == seen]
    order = lock_order(order, *(as_seen or open_states))
    facts_for_signer(order, by, at)
    if is_ordered(order.case, by.user, workdays.local_day(at)):
        raise NoSuchRight(_("It goes to you yourself: another does this."))

    is_own = order.signed_by_id == by.post.pk
    reason = clean_text(reason)
    if is_blank(reason) and not is_own:
        raise InputRefused(_("Say why."), {"reason": _("Please fill this in.")})

    cancel(order, reason or _("taken back by the signer"), by.post, at)
    writer = order.raised_by
    if writer and writer.user_id != by.user.pk:
        _notify_one(order, NoticeKind.ORDER_UNSENT, writer, at)
    return order


@transaction.atomic
def reply_to_order(
    order: SupervisionOrder, text: str, *, by: Officer, at: datetime
) -> SupervisionOrder:
    """Answer an order, as whoever it was sent to or whoever has the case now, and
    notify those who check the answer.

    NoSuchRight: somebody else's order, or of a matter that they handed on and read no
    more. MoveRefused: it does not wait for an answer.
    InputRefused: no words, or too many.
    """
    order = lock_order(order, OrderState.SENT)

    on = workdays.local_day(at)
    is_theirs = (
        answers(order, by.post)
        and by.post.user_id == by.user.pk
        and by.post.is_current(on)
    )
    if not is_theirs or not reads_matter(order, by.user, on):
        raise NoSuchRight(_("This order was not sent to you."))
    text = clean_text(text)
    if is_blank(text):
        raise InputRefused(
            _("Write down what was done."), {"reply": _("Please fill this in.")}
        )
    check_text(reply=text)

    order.reply = text
    order.replied_by = by.post
    order.replied_at = at
    order.state = OrderState.REPLIED
    order.remind_at = _next_reminder(order.case, at)
    with order_recorded(order, by=by.post, at=at):
        order.save()

    notify_of_order(order, NoticeKind.ORDER_REPLIED, CHECKERS, at, nth=at.isoformat())
    return order


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
    """核验: close an order whose answer is good, or send the answer back with what is
    missing and another day.

    NoSuchRight: not over the case, or one who handled it in any round. MoveRefused: no
    answer waits. InputRefused: sent back without words, or to a day that is past.
    """
    order = lock_order(order, OrderState.REPLIED)
    facts = facts_for(order.case, by, at)

    if not may_check(order, by.post, facts):
        raise NoSuchRight(_("Whoever handled it does not check it."))
    check_text(finding=finding)

    order.finding = finding.strip()
    order.checked_by = by.post
    order.checked_at = at
    order.remind_at = None
    if good:
        order.state = OrderState.CLOSED
        with order_recorded(order, by=by.post, at=at):
            order.save()
        if order.replied_by:
            _notify_one(order, NoticeKind.ORDER_CLOSED, order.replied_by, at)
        return order

    _send_back(order, reply_on, by, at)
    return order


def _notify_one(
    order: SupervisionOrder,
    kind: NoticeKind,
    post: Post,
    at: datetime,
    *,
    nth: str = "",
    is_copy: bool = False,
) -> None:
    """Notify who wrote an order, or answered it, of what became of that. Where they
    have left, nobody is alarmed. `nth` sets apart the notices of a kind that an
    order may send more than once; a copy asks for nothing.
    """
    people = recipients_of([order.case], workdays.local_day(at))
    users = people.spared(order.case, [post])

    about = f"order:{order.pk}:{kind}"
    if nth:
        about = f"{about}:{nth}"

    messages = [
        Message(about, kind, user, order.case, order=order, is_copy=is_copy)
        for user in users
    ]
    put_in_outbox(messages, at=at)


def _send_back(
    order: SupervisionOrder, reply_on: date | None, by: Officer, at: datetime
) -> None:
    """Send an answer back that was checked and not good.

    1. Check that it is said what is missing, and the new day.
    2. Let the order wait for another answer.
    3. Record the answer that was not good.
    4. Notify whoever the order goes to, and who answered if they read the matter no
       more.
    """
    order.reply_on = reply_on or latest_reply_on(order.case, at)

    faults = Faults()
    with faults.noted():
        said(order.finding, finding=_("Say what is missing."))
    with faults.noted():
        check_words(
            at, reason=order.reason, demand=order.demand, reply_on=order.reply_on
        )
    faults.refuse()

    order.state = OrderState.SENT
    order.circulated_at = None
    with order_recorded(order, by=by.post, at=at):
        order.save()
        _store_sent_back(order, by, at)

    nth = at.isoformat()
    notify_of_order(order, NoticeKind.ORDER_BACK, (Told.OWNER, Told.HEAD), at, nth=nth)
    replier = order.replied_by
    if replier and not reads_matter(order, replier.user, workdays.local_day(at)):
        _notify_one(order, NoticeKind.ORDER_BACK, replier, at, nth=nth, is_copy=True)


def _store_sent_back(order: SupervisionOrder, by: Officer, at: datetime) -> None:
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


def _next_reminder(case: Case, at: datetime) -> datetime | None:
    calendar = deadlines.calendar_of(case.town_id, workdays.local_day(at))
    return remind_at(calendar, at)
