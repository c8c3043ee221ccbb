"""约谈: a talk with whoever left an order without an answer in time, noted with the
order (domain §4).
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.workflow import Officer
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from supervision.models import ChaseStep, OrderTalk, SupervisionOrder
from supervision.orders.final import order_recorded
from supervision.orders.locking import facts_for, lock_order
from supervision.orders.rights import is_ordered
from supervision.orders.wording import check_text, must_say


@transaction.atomic
def note_talk(
    order: SupervisionOrder,
    *,
    held_on: date,
    whom: str,
    agreed: str,
    by: Officer,
    at: datetime,
) -> OrderTalk:
    """Note a talk that was held, and return it; the same talk noted twice stands once.

    1. Lock the order and its case, and check that the post oversees it.
    2. Check that the order was circulated, the words and the day.
    3. Write the talk, or find it written.
    NoSuchRight: not over the case, or the one it goes to. MoveRefused: the order was
    never circulated, or another outcome of that very talk is noted. InputRefused:
    nobody or nothing named, a day before it went out or to come.
    """
    order = lock_order(order)
    facts_for(order.case, by, at)
    if is_ordered(order.case, by.user, workdays.local_day(at)):
        raise NoSuchRight(_("It goes to you yourself: another does this."))

    if order.sent_at is None or not was_circulated(order):
        raise MoveRefused(_("A talk is held about an order that was circulated."))
    must_say(whom=whom, agreed=agreed)
    check_text(whom=whom, agreed=agreed)
    if held_on > workdays.local_day(at):
        raise InputRefused.at(held_on=_("That day is still to come."))
    if held_on < workdays.local_day(order.sent_at):
        raise InputRefused.at(held_on=_("The order had not gone out yet on that day."))

    agreed = agreed.strip()
    same = {"order": order, "held_on": held_on, "whom": whom.strip()}
    talk = OrderTalk.objects.filter(**same).first()
    if talk and talk.agreed != agreed:
        raise MoveRefused(_("What was agreed with them on that day is noted already."))
    if talk:
        return talk

    with order_recorded(order, by=by.post, at=at):
        return OrderTalk.objects.create(
            **same, agreed=agreed, noted_at=at, noted_by=by.post
        )


def was_circulated(order: SupervisionOrder) -> bool:
    """Return True for an order that was ever circulated, even where an answer came
    since and was sent back, so that it may be circulated once more.
    """
    return order.chases.filter(step=ChaseStep.CIRCULATE).exists()
