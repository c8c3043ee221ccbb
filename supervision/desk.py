"""What of supervision waits for somebody: on their start page, and in the draft of a
hand-over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lists.desk import DeskWork
from cases.lists.paging import capped_counts
from cases.lists.red_lines import oversees
from cases.lists.shift import listed
from cases.models.choices import Confidentiality
from cases.models.scope import concerns_a_cadre
from minshi import workdays
from supervision.notices.calls import ORDER, calls_of
from supervision.orders import to_be_answered_by, to_be_checked_by, to_be_signed_by
from supervision.reports.ledger import reports_in_sight
from villages.duty.drafting import ShiftDone
from villages.models import DutyShift, Post, User
from villages.rights import SIGN_REPORTS


@dataclass(frozen=True)
class Kind:
    """A kind of work, by the address at which it is done."""

    words: str
    address: str
    rows: QuerySet[Any]
    is_always: bool = False  # named where there is none as well


def work_of_supervision(user: User, at: datetime) -> list[DeskWork]:
    """Return the calls, orders and monthly reports that wait for a user. One query, one
    more of whoever has another post in a village.

    What is nobody's every day is named only where there is some.
    """
    on = workdays.local_day(at)
    orders = reverse("supervision:orders")
    kinds = [
        Kind(_("Calls to make"), reverse("supervision:calls"), calls_of(user, at)),
        Kind(
            _("Orders to answer"), f"{orders}?state=sent", to_be_answered_by(user, on)
        ),
    ]
    if oversees(user, on):
        to_check = to_be_checked_by(user, on)
        kinds.append(Kind(_("Orders to check"), f"{orders}?state=replied", to_check))
    if any(post.may_sign for post in user.posts_on(on)):
        to_sign = to_be_signed_by(user, on)
        address = f"{orders}?state=to_sign"
        kinds.append(Kind(_("Orders to sign"), address, to_sign, is_always=True))
    if user.holds(on, *SIGN_REPORTS):
        reports = reports_in_sight(user, on).newest().filter(signed_at=None)
        address = reverse("supervision:reports")
        words = _("Monthly reports to sign")
        kinds.append(Kind(words, address, reports, is_always=True))

    counts = capped_counts({kind.address: kind.rows for kind in kinds})
    return [
        DeskWork(kind.words, kind.address, counts[kind.address])
        for kind in kinds
        if kind.is_always or counts[kind.address]
    ]


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
