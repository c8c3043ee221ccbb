"""约谈: a talk with whom an order was about that was not answered in time, noted beside
the order (domain §4).
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.workflow import Officer
from minshi import workdays
from minshi.errors import InputRefused, MoveRefused
from supervision.models import ChaseStep, OrderTalk, SupervisionOrder
from supervision.orders.locking import facts_for, lock_order
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
    """Notes a talk that was held; the same noted twice is noted once.

    NoSuchRight: not a reviewer or supervisor over the case. MoveRefused: the order was
    never circulated, or another outcome of that very talk is noted. InputRefused:
    nobody or nothing named, a day before it went out or to come.
    """
    order = lock_order(order)
    facts_for(order.case, by, at)
    if order.sent_at is None or not was_circulated(order):
        raise MoveRefused(_("A talk is held about an order that was circulated."))
    must_say(whom=whom, agreed=agreed)
    check_text(whom=whom, agreed=agreed)
    if not workdays.local_day(order.sent_at) <= held_on <= workdays.local_day(at):
        to_come = held_on > workdays.local_day(at)
        words = (
            _("That day is still to come.")
            if to_come
            else _("The order had not gone out yet on that day.")
        )
        raise InputRefused.at(held_on=words)
    fresh = {"agreed": agreed.strip(), "noted_at": at, "noted_by": by.post}
    talk, is_new = OrderTalk.objects.get_or_create(
        order=order, held_on=held_on, whom=whom.strip(), defaults=fresh
    )
    if not is_new and talk.agreed != agreed.strip():
        raise MoveRefused(_("What was agreed with them on that day is noted already."))
    return talk


def was_circulated(order: SupervisionOrder) -> bool:
    """Also where the answer given since was sent back, and it may be circulated once
    more.
    """
    return order.chases.filter(step=ChaseStep.CIRCULATE).exists()
