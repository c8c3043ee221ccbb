"""督办单: raised by the ladder or by hand, signed, sent after a moment's grace, answered, checked, closed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from cases import deadlines
from cases.models import Case, Event
from cases.models.choices import Rule, Stage, SupervisionLevel
from cases.workflow import Action, Facts, Officer, System, make_move, read_facts
from cases.workflow.inputs import still_open, unfinished
from cases.workflow.who import OVERSEERS, Handled
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, NoSuchRight, refuse_reuse
from minshi.jobs import done_for
from supervision.models import Notice, NoticeKind, OrderCounter, OrderState, SentBack, SupervisionOrder, Told
from supervision.models.order import LIVE
from supervision.outbox import Message, put_in_outbox, take_back
from supervision.recipients import recipients_of
from villages.models import Post, User

LONGEST = 2000
LATEST_REPLY = timedelta(days=60)
PEOPLE = tuple(f"{name}__user" for name in ("raised_by", "signed_by", "replied_by", "checked_by", "cancelled_by"))
SENDER = "orders"


def draft_orders(cases: Iterable[Case], *, at: datetime) -> dict[int, SupervisionOrder]:
    """An order to be signed for each case that has none under way, by case; written by the system.

    Three queries, and one for each town's way of counting.
    """
    cases = list(cases)
    busy = set(SupervisionOrder.objects.filter(case__in=cases, state__in=LIVE).values_list("case_id", flat=True))
    reply_days = dict[int, date]()
    drafts = []
    for case in cases:
        if case.pk in busy:
            continue
        if case.town_id not in reply_days:
            reply_days[case.town_id] = latest_reply_on(case, at)
        drafts.append(_draft(case, reason=_why(case), reply_on=reply_days[case.town_id], at=at))
    return {order.case_id: order for order in SupervisionOrder.objects.bulk_create(drafts)}


def _why(case: Case) -> str:
    return _("The speaker was dissatisfied twice") if case.needs_order else _("Long past its time limit")


def _draft(
    case: Case, *, reason: str, reply_on: date, at: datetime, demand: str = "", by: Post | None = None
) -> SupervisionOrder:
    """Unsaved; issued by the county where the case stands there, else by its town."""
    is_county = case.level == "county"
    return SupervisionOrder(
        case=case,
        town=None if is_county else case.town,
        county_code=case.town.county_code if is_county else "",
        reason=reason,
        demand=demand or standard_demand(),
        reply_on=reply_on,
        raised_at=at,
        raised_by=by,
    )


def standard_demand() -> str:
    return _("See to this matter at once, and answer in writing what was done and when it will be done.")


def latest_reply_on(case: Case, at: datetime) -> date:
    """The day a reply is due by the rule (domain §4), if the order goes out today."""
    return deadlines.counting_of(case.town_id, workdays.local_day(at)).last_day(Rule.ORDER, at)


def suggested_reply_on(order: SupervisionOrder, at: datetime) -> date:
    return max(order.reply_on, latest_reply_on(order.case, at)) if order.raised_by is None else order.reply_on


@transaction.atomic
def raise_order(
    case: Case, *, reason: str, demand: str, reply_on: date, key: UUID | None, by: Officer, at: datetime
) -> SupervisionOrder:
    """An order written by hand; of whoever may sign it is signed in the same step and goes out after the grace.

    A repeated `key` returns the order it made. NoSuchRight: not a reviewer or supervisor over the case. MoveRefused:
    closed, or an order is under way. InputRefused: no reason, no demand, a day that is past.
    """
    facts = _facts_for(case, by, at)
    case = facts.case
    if key and (known := SupervisionOrder.objects.filter(key=key, case=case).first()):
        refuse_reuse((known.reason, known.demand), (reason.strip(), demand.strip()))
        return known
    if case.stage == Stage.CLOSED:
        raise MoveRefused(_("The matter is closed already."))
    if known := SupervisionOrder.objects.filter(case=case, state__in=LIVE).first():
        raise MoveRefused(_("An order for it is under way: %(state)s.") % {"state": known.get_state_display()})
    _check_words(at, reason=reason, demand=demand, reply_on=reply_on)
    order = _draft(case, reason=reason.strip(), reply_on=reply_on, at=at, demand=demand.strip(), by=by.post)
    order.key = key
    order.save()
    if by.post.may_sign:
        return sign_order(order, by=by, at=at)
    _tell(order, NoticeKind.ORDER_TO_SIGN, (Told.SIGNER,), at)
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
    """Signs it, with other words or another day if given; it goes out when the grace is over.

    A draft that lay until its day was past is due by the rule again, from today.

    NoSuchRight: a post that may not sign, or not over the case. MoveRefused: signed or cancelled already.
    """
    order = _lock(order, OrderState.TO_SIGN)
    _facts_for(order.case, by, at)
    if not by.post.may_sign:
        raise NoSuchRight(_("Only a reviewer who may sign signs orders."))
    words = order.demand if demand is None else demand
    day = reply_on or suggested_reply_on(order, at)
    _check_words(at, reason=order.reason, demand=words, reply_on=day)
    order.demand, order.reply_on = words.strip(), day
    order.town, order.county_code = by.post.town, by.post.county_code
    order.signed_by, order.signed_at = by.post, at
    order.send_at = at + timedelta(seconds=settings.ORDER_GRACE_SECONDS)
    order.state = OrderState.SIGNED
    order.save()
    _signature_no_longer_asked(order, at)
    return order


@transaction.atomic
def cancel_order(order: SupervisionOrder, *, reason: str, by: Officer, at: datetime) -> SupervisionOrder:
    """Takes it back before it goes out; MoveRefused once it is sent. InputRefused without a reason.

    Its signer needs no reason within the grace.
    """
    order = _lock(order, OrderState.TO_SIGN, OrderState.SIGNED)
    _facts_for(order.case, by, at)
    is_own = order.signed_by_id == by.post.pk
    if not (reason.strip() or is_own):
        raise InputRefused(_("Say why."), {"reason": _("Please fill this in.")})
    _cancel(order, reason.strip() or _("taken back by the signer"), by.post, at)
    return order


def _cancel(order: SupervisionOrder, reason: str, by: Post | None, at: datetime) -> None:
    order.state, order.cancel_reason, order.cancelled_by, order.cancelled_at = OrderState.CANCELLED, reason, by, at
    order.save()
    _signature_no_longer_asked(order, at)


def send_orders_due(at: datetime) -> tuple[int, list[str]]:
    """Sends what was signed and whose grace is over, each in a transaction of its own.

    How many went out, and the cases whose order could not be sent.
    """
    due = SupervisionOrder.objects.filter(state=OrderState.SIGNED, send_at__lte=at).order_by("send_at", "pk")

    def send_one(rows: Sequence[int]) -> int:
        locked = due.select_for_update(skip_locked=True, of=("self",)).select_related("case__town", "town")
        order = locked.filter(pk=rows[0]).first()
        return int(order is not None and _send(order, at))

    numbers = dict(due.values_list("pk", "case__number"))
    done = [done_for([pk], send_one) for pk in numbers]
    return sum(count for count, _bad in done), [numbers[pk] for _count, bad in done for pk in bad]


def _send(order: SupervisionOrder, at: datetime) -> bool:
    """False where the matter was closed meanwhile: then nothing goes out."""
    case = Case.objects.select_for_update(of=("self",)).select_related("town").get(pk=order.case_id)
    if case.stage == Stage.CLOSED:
        _cancel(order, _("the matter was closed before it went out"), None, at)
        return False
    order.number = next_number(order, at)
    order.to_post_id, order.to_office_id = case.owner_post_id, case.owner_office_id
    order.state, order.sent_at = OrderState.SENT, at
    order.save()
    about = {"order": order.pk, "order_number": order.number, "until_on": str(order.reply_on)}
    case = make_move(
        case, Action.SUPERVISE, by=System(SENDER), at=at, note=order.reason, about=about,
        supervision_level=SupervisionLevel.ORDER,
    )  # fmt: skip
    order.case = case
    _tell(order, NoticeKind.ORDER, (Told.OWNER, Told.HEAD), at)
    return True


def next_number(order: SupervisionOrder, at: datetime) -> str:
    """白关镇督字〔2026〕3号: the next of the issuer's year, from its locked counter."""
    year, issuer = workdays.local_day(at).year, order.town.code if order.town else order.county_code
    OrderCounter.objects.get_or_create(issuer=issuer, year=year)
    counter = OrderCounter.objects.select_for_update().get(issuer=issuer, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    name = order.town.name if order.town else order.case.town.county_name
    with translation.override(settings.LANGUAGE_CODE):  # a document's number does not depend on who signs in which
        words = _("%(issuer)s supervision [%(year)s] No. %(sequence)s")
    return words % {"issuer": name, "year": year, "sequence": counter.last}


@transaction.atomic
def reply_to_order(order: SupervisionOrder, text: str, *, by: Officer, at: datetime) -> SupervisionOrder:
    """The answer of whom it was sent to, or of who has the matter now. InputRefused without words."""
    order = _lock(order, OrderState.SENT)
    if not answers(order, by.post) or by.post.user_id != by.user.pk or not by.post.is_current(workdays.local_day(at)):
        raise NoSuchRight(_("This order was not sent to you."))
    if not text.strip():
        raise InputRefused(_("Write down what was done."), {"reply": _("Please fill this in.")})
    _check_text(reply=text)
    order.reply, order.replied_by, order.replied_at, order.state = text.strip(), by.post, at, OrderState.REPLIED
    order.save()
    checkers = (Told.OVERSEER, Told.SIGNER)
    _tell(order, NoticeKind.ORDER_REPLIED, checkers, at, nth=at.isoformat())
    return order


def answers(order: SupervisionOrder, post: Post) -> bool:
    """Whether the post may answer it: sent to it or its office, or the matter is with it now."""
    case = order.case
    own = post.pk in (order.to_post_id, case.owner_post_id)
    return own or (post.office_id is not None and post.office_id in (order.to_office_id, case.owner_office_id))


@transaction.atomic
def check_reply(
    order: SupervisionOrder, *, good: bool, finding: str, by: Officer, at: datetime, reply_on: date | None = None
) -> SupervisionOrder:
    """核验: closes the order, or sends the answer back with what is missing and another day.

    NoSuchRight: not over the case, or one who handled it in any round.
    """
    order = _lock(order, OrderState.REPLIED)
    facts = _facts_for(order.case, by, at)
    if not _may_check(order, by.post, facts):
        raise NoSuchRight(_("Whoever handled it does not check it."))
    _check_text(finding=finding)
    order.finding, order.checked_by, order.checked_at = finding.strip(), by.post, at
    if good:
        order.state = OrderState.CLOSED
        order.save()
        return order
    if not finding.strip():
        raise InputRefused(_("Say what is missing."), {"finding": _("Please fill this in.")})
    order.reply_on = reply_on or latest_reply_on(order.case, at)
    _check_words(at, reason=order.reason, demand=order.demand, reply_on=order.reply_on)
    order.state, order.circulated_at = OrderState.SENT, None
    order.save()
    if order.replied_at and order.replied_by:  # which they are, in this state
        SentBack.objects.create(
            order=order, reply=order.reply, replied_at=order.replied_at, replied_by=order.replied_by,
            finding=order.finding, checked_at=at, checked_by=by.post,
        )  # fmt: skip
    _tell(order, NoticeKind.ORDER_BACK, (Told.OWNER, Told.HEAD), at, nth=at.isoformat())
    return order


def _tell(order: SupervisionOrder, kind: NoticeKind, who: tuple[str, ...], at: datetime, nth: str = "") -> None:
    people = recipients_of([order.case], workdays.local_day(at))
    kind, users = people.told_or_alarm(order.case, who, kind)
    about = ":".join(filter(None, ("order", str(order.pk), kind, nth)))
    put_in_outbox([Message(about, kind, user, order.case, order=order) for user in users], at=at)


def _signature_no_longer_asked(order: SupervisionOrder, at: datetime) -> None:
    take_back(Notice.objects.filter(order=order, kind=NoticeKind.ORDER_TO_SIGN), at)


def _facts_for(case: Case, by: Officer, at: datetime) -> Facts:
    """The case's facts, locked; NoSuchRight unless the post is one that oversees it (domain §2, supervisor)."""
    locked = Case.objects.select_for_update(of=("self",)).select_related("town").get(pk=case.pk)
    facts = read_facts(locked, at)
    if by.post.user_id != by.user.pk or by.post not in OVERSEERS.may(facts, Handled.NOBODY):
        raise NoSuchRight(_("Only a reviewer or supervisor over this matter does this."))
    return facts


def _lock(order: SupervisionOrder, *states: OrderState) -> SupervisionOrder:
    """MoveRefused unless the order is in one of the states."""
    locked = SupervisionOrder.objects.select_for_update(of=("self",)).select_related(
        "case__town", "case__village", "town", "replied_by"
    )
    order = locked.get(pk=order.pk)
    if order.state not in states:
        raise MoveRefused(_("That was done a moment ago: %(state)s.") % {"state": order.get_state_display()})
    return order


def _check_words(at: datetime, *, reason: str, demand: str, reply_on: date) -> None:
    missing = {
        name: _("Please fill this in.") for name, text in (("reason", reason), ("demand", demand)) if not text.strip()
    }
    if missing:
        raise InputRefused(_("Something is missing."), missing)
    _check_text(demand=demand)
    on = workdays.local_day(at)
    if not on <= reply_on <= on + LATEST_REPLY:
        far = _("An answer is due within %(days)s days.") % {"days": LATEST_REPLY.days}
        words = _("That day is past.") if reply_on < on else far
        raise InputRefused(words, {"reply_on": words})


def _check_text(**texts: str) -> None:
    long = {name: _("This is too long.") for name, text in texts.items() if len(text) > LONGEST}
    if long:
        raise InputRefused(_("This is too long."), long)
    gaps = {name: still_open(gap) for name, text in texts.items() if (gap := unfinished(text))}
    if gaps:
        raise InputRefused(next(iter(gaps.values())), gaps)


def chased_today(case: Case, at: datetime) -> Event | None:
    """The last 督办 of the case within the past day, for the warning before another."""
    since = at - timedelta(days=1)
    return Event.objects.filter(case=case, action=Action.SUPERVISE, at__gte=since).select_related("user").last()


def act_on(
    order: SupervisionOrder, act: str, values: Mapping[str, Any], *, by: Officer, at: datetime
) -> SupervisionOrder:
    """One of sign, cancel, reply and check with its values, as a form or a call gives them."""
    if act == "sign":
        return sign_order(order, by=by, at=at, demand=values.get("demand"), reply_on=values.get("reply_on"))
    if act == "cancel":
        return cancel_order(order, reason=values["reason"], by=by, at=at)
    if act == "reply":
        return reply_to_order(order, values["reply"], by=by, at=at)
    return check_reply(
        order, good=values["good"], finding=values["finding"], reply_on=values.get("reply_on"), by=by, at=at
    )


def acts_open_to(order: SupervisionOrder, user: User, at: datetime) -> dict[str, Officer]:
    """What the user may do with the order now, and the post they would act from: the buttons and the API's choices."""
    facts, posts = read_facts(order.case, at), user.posts_on(workdays.local_day(at))
    over = [post for post in posts if post in OVERSEERS.may(facts, Handled.NOBODY)]
    state = order.state
    open_to: dict[str, Post | None] = {}
    if state == OrderState.TO_SIGN:
        open_to["sign"] = next((post for post in over if post.may_sign), None)
    if state in (OrderState.TO_SIGN, OrderState.SIGNED):
        open_to["cancel"] = next(iter(over), None)
    if state == OrderState.SENT:
        open_to["reply"] = next((post for post in posts if answers(order, post)), None)
    if state == OrderState.REPLIED:
        open_to["check"] = next((post for post in over if _may_check(order, post, facts)), None)
    return {act: Officer(user, post) for act, post in open_to.items() if post}


def _may_check(order: SupervisionOrder, post: Post, facts: Facts) -> bool:
    """Neither whoever handled it in any round nor whoever wrote the answer (domain §3, handled)."""
    is_replier = order.replied_by is not None and order.replied_by.user_id == post.user_id
    return not is_replier and post.user_id not in facts.handlers(ever=True)


def chasing_post(case: Case, user: User, at: datetime, facts: Facts | None = None) -> Post | None:
    """The post from which the user may chase the case and write orders for it; one that signs comes first."""
    over = OVERSEERS.may(facts or read_facts(case, at), Handled.NOBODY)
    mine = [post for post in user.posts_on(workdays.local_day(at)) if post in over]
    return next(iter(sorted(mine, key=lambda post: not post.may_sign)), None)


def orders_seen_by(user: User, on: date) -> QuerySet[SupervisionOrder]:
    """The orders of the cases within the user's sight."""
    seen = Case.objects.visible_to(user, on)
    orders = SupervisionOrder.objects.filter(case__in=seen.values("pk"))
    return orders.select_related("case__town", "case__village", "town")
