"""What of supervision waits for somebody: orders to be signed, on their start page;
calls to be made, in the draft of a hand-over.
"""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lists.desk import DeskWork
from cases.lists.paging import capped_counts
from cases.lists.shift import listed
from cases.models.choices import Confidentiality
from cases.models.scope import concerns_a_cadre
from minshi import workdays
from supervision.notices.calls import ORDER, calls_of
from supervision.orders import to_be_signed_by
from supervision.reports.ledger import reports_in_sight
from villages.duty.drafting import ShiftDone
from villages.models import DutyShift, Post, User
from villages.rights import SIGN_REPORTS


def orders_to_sign(user: User, at: datetime) -> list[DeskWork]:
    """Return the orders that wait for a signature. One query for whoever signs, none
    for everybody else.
    """
    on = workdays.local_day(at)
    if not any(post.may_sign for post in user.posts_on(on)):
        return []

    counts = capped_counts({"to_sign": to_be_signed_by(user, on)})
    address = f"{reverse('supervision:orders')}?state=to_sign"
    return [DeskWork(_("Orders to sign"), address, counts["to_sign"])]


def reports_to_sign(user: User, at: datetime) -> list[DeskWork]:
    """Return the monthly reports that wait for a signature. One query for a supervisor,
    none for everybody else.
    """
    on = workdays.local_day(at)
    if not user.holds(on, *SIGN_REPORTS):
        return []

    to_sign = reports_in_sight(user, on).newest().filter(signed_at=None)
    counts = capped_counts({"reports": to_sign})
    words = _("Monthly reports to sign")
    return [DeskWork(words, reverse("supervision:reports"), counts["reports"])]


def calls_waiting(user: User, at: datetime) -> list[DeskWork]:
    """Return the calls to speakers that the user has to make, if there are any. One
    query, one more of whoever has another post in a village.
    """
    counts = capped_counts({"calls": calls_of(user, at)})
    if not counts["calls"]:
        return []
    return [DeskWork(_("Calls to make"), reverse("supervision:calls"), counts["calls"])]


def calls_to_make(
    shift: DutyShift, _on_duty: Sequence[Post], user: User, at: datetime
) -> ShiftDone:
    """Tell which speakers of the shift's village are still to be called, by the number
    of their matter alone. One query, two more of whoever has no post at its counter.

    Whom the next shift may not know is called by others.
    """
    calls = calls_of(user, at).filter(
        ~concerns_a_cadre("case"),
        case__village=shift.village_id,
        case__confidentiality=Confidentiality.NORMAL,
    )
    numbers = [call.case.number for call in calls.order_by(*ORDER)]
    if not numbers:
        return ShiftDone()

    names = listed(list(dict.fromkeys(numbers)))
    return ShiftDone([_("Speakers still to be called: %(cases)s.") % {"cases": names}])
