"""The acts on an order that are open to somebody, and the orders within their sight."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Level
from cases.models.scope import Sight, within
from cases.workflow import Facts, Officer, read_facts
from cases.workflow.guards import not_with_oneself
from cases.workflow.standing import is_with
from cases.workflow.who import OVERSEERS, Handled
from minshi import workdays
from supervision.models import OrderState, SupervisionOrder
from supervision.models.order import UNSENT, sent_to
from supervision.orders.acts import (
    cancel_order,
    check_reply,
    reply_to_order,
    sign_order,
)
from supervision.orders.ending import why_not_to_send
from supervision.orders.reading import is_apart
from supervision.orders.rights import (
    answers,
    is_ordered,
    may_check,
    signers_of,
    signs,
)
from supervision.orders.talking import note_talk, was_circulated
from villages.models import Post, User
from villages.models.posts import Reach

PEOPLE = (
    "raised_by__user",
    "signed_by__user",
    "replied_by__user",
    "checked_by__user",
    "cancelled_by__user",
)
# as `is_of_county`, of rows
OF_TOWN = ~Q(case__level=Level.COUNTY) & (
    Q(raised_by=None) | Q(raised_by__county_code="")
)


def act_on(
    order: SupervisionOrder,
    act: str,
    values: Mapping[str, Any],
    *,
    by: Officer,
    at: datetime,
) -> SupervisionOrder:
    """Carry out one act and return the order: sign, cancel, reply, talk (note a talk
    held about it), or check (the reply).

    `values` are those of its form or API call.
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
        seen = values.get("seen", "")
        return cancel_order(order, reason=values["reason"], by=by, at=at, seen=seen)
    if act == "reply":
        return reply_to_order(order, values["reply"], by=by, at=at)
    if act == "talk":
        held_on = values.get("held_on") or workdays.local_day(at)
        talk = note_talk(
            order,
            held_on=held_on,
            whom=values["whom"],
            agreed=values["agreed"],
            by=by,
            at=at,
        )
        return talk.order

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
    """Return the acts that the user may do now, each with the post they would act from.

    These are the buttons of a page and the choices of the API.
    """
    facts = read_facts(order.case, at)
    on = workdays.local_day(at)
    posts = user.posts_on(on)
    overseers = OVERSEERS.may(facts, Handled.NOBODY)
    overseeing = [post for post in posts if post in overseers]

    signers = signers_of(facts, on, writer=order.raised_by)
    signing = [post for post in posts if post in signers]
    is_own = is_ordered(order.case, user, on)

    open_to: dict[str, Post | None] = {}
    if order.state == OrderState.TO_SIGN and not why_not_to_send(order, at):
        open_to["sign"] = _first(signing)
    if order.state in UNSENT and not is_own:
        open_to["cancel"] = _first([*overseeing, *signing])
    if order.state == OrderState.SENT and not is_apart(order):
        open_to["reply"] = _first(post for post in posts if answers(order, post))
    if order.state == OrderState.REPLIED:
        open_to["check"] = _first(
            post for post in overseeing if may_check(order, post, facts)
        )
    if order.number and overseeing and not is_own and was_circulated(order):
        open_to["talk"] = _first(overseeing)

    return {act: Officer(user, post) for act, post in open_to.items() if post}


def _first(posts: Iterable[Post]) -> Post | None:
    return next(iter(posts), None)


def chasing_post(
    case: Case, user: User, at: datetime, facts: Facts | None = None
) -> Post | None:
    """Return the post from which the user may chase the case and write orders for it;
    one that signs comes first. None where the case is with the user themself.
    """
    if is_with(case, user):
        return None
    on = workdays.local_day(at)
    overseeing = _overseeing(facts or read_facts(case, at), user)

    signing = [post for post in overseeing if signs(case, post, on, writer=post)]
    return _first(signing) or _first(overseeing)


def why_not_ordered(
    case: Case, user: User, at: datetime, facts: Facts | None = None
) -> str:
    """Return the reason against writing an order for the case, which is the user's to
    write but for it: it is closed, or with themself.

    "": nothing is against it, or it is not theirs at all.
    """
    facts = facts or read_facts(case, at)
    overseeing = _overseeing(facts, user)
    if not overseeing:
        return ""
    if not case.is_open:
        return _("The matter is closed already.")
    return str(not_with_oneself(facts, Officer(user, overseeing[0])) or "")


def _overseeing(facts: Facts, user: User) -> list[Post]:
    overseers = OVERSEERS.may(facts, Handled.NOBODY)
    return [post for post in user.posts_on(facts.on) if post in overseers]


def orders_seen_by(user: User, on: date) -> QuerySet[SupervisionOrder]:
    """Return the orders for cases within the user's sight. Until they go out, only
    those who oversee the case see them.

    Whoever signs reads the orders of secret matters that do not name them too, where
    they wait for a signature or for what became of it: `redacted` is true of them.
    Whom an order was sent to reads it once they handed its matter on, and nothing of
    the matter: `apart` is true of it.
    """
    sight = Sight.of(user, on)
    visible = Case.objects.visible_by(sight)
    overseen = visible.filter(sight.overseen())

    is_sent = Q(case__in=visible.values("pk"), sent_at__isnull=False)
    is_overseen = Q(case__in=overseen.values("pk"))
    seen = is_sent | is_overseen

    redacted: Value | Exists = Value(False)
    signing = [post for post in user.posts_on(on) if post.may_sign]
    if signing:
        counted = Case.objects.counted_for(user, on)
        unread = counted.filter(within(Reach.of(signing)), Q(redacted=True))
        is_theirs = (
            _waits_for(signing) | Q(signed_by__in=signing) | Q(cancelled_by__in=signing)
        )
        seen |= is_theirs & Q(case__in=unread.values("pk"))
        redacted = Exists(unread.filter(pk=OuterRef("case")))

    concerning_them = Case.objects.filter(sight.in_conflict())
    seen |= sent_to(sight.reach) & ~Q(case__in=concerning_them.values("pk"))
    known = visible.filter(pk=OuterRef("case"))
    apart = ExpressionWrapper(
        Q(~Exists(known)) & sent_to(sight.reach), output_field=BooleanField()
    )

    orders = SupervisionOrder.objects.filter(seen)
    orders = orders.annotate(redacted=redacted, apart=apart)
    return orders.select_related(
        "case__town", "case__village", "case__owner_post", "town", "raised_by"
    )


def _waits_for(signing: Iterable[Post]) -> Q:
    """Match the orders that wait for a signature of posts such as these."""
    waits = Q(state=OrderState.TO_SIGN)
    if any(post.county_code for post in signing):
        return waits
    return waits & OF_TOWN


def to_be_signed_by(user: User, on: date) -> QuerySet[SupervisionOrder]:
    """Return the orders that wait for a signature this user may give, if any of their
    posts signs: not those that go to them.
    """
    posts = user.posts_on(on)
    offices = [post.office_id for post in posts if post.office_id]
    signing = [post for post in posts if post.may_sign]

    to_sign = orders_seen_by(user, on).filter(_waits_for(signing))
    others = to_sign.exclude(case__owner_post__user=user)
    return others.exclude(case__owner_office__in=offices)


def to_be_answered_by(user: User, on: date) -> QuerySet[SupervisionOrder]:
    """Return the orders that wait for an answer of this user or of their office."""
    reach = user.reach(on)
    theirs = Q(to_post__in=reach.posts) | Q(to_office__in=reach.offices)
    theirs |= Q(case__owner_post__in=reach.posts)
    theirs |= Q(case__owner_office__in=reach.offices)
    seen = orders_seen_by(user, on).filter(Q(apart=False))
    return seen.filter(theirs, state=OrderState.SENT)


def to_be_checked_by(user: User, on: date) -> QuerySet[SupervisionOrder]:
    """Return the answered orders that this user oversees and did not answer."""
    sight = Sight.of(user, on)
    overseen = Case.objects.visible_by(sight).filter(sight.overseen())
    answered = orders_seen_by(user, on).filter(state=OrderState.REPLIED)
    others = answered.exclude(replied_by__user=user)
    return others.filter(case__in=overseen.values("pk"))
