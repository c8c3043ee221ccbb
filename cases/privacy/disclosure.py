"""Opening the speaker's phone of a case: who may, and the trace it leaves (domain §3,
Unmasked).
"""

from collections.abc import Callable
from datetime import date, datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Stage
from cases.workflow import Facts
from cases.workflow.who import RATERS, Handled
from minshi import workdays
from minshi.errors import InputRefused, NoSuchRight
from villages.audit import record_audit
from villages.models import User
from villages.models.audit import AuditKind
from villages.rights import UNMASK_IN_TERRITORY, UNMASK_IN_VILLAGE


def opener(user: User, on: date) -> Callable[[Case], bool]:
    """Says of a case whether its names and phones may be opened: its village's
    secretary, a supervisor above it.

    No query beyond the posts, so that it may be asked of every row.
    """
    villages = user.reach(on, UNMASK_IN_VILLAGE).villages
    above = user.reach(on, UNMASK_IN_TERRITORY)
    return lambda case: (
        case.village_id in villages
        or case.town_id in above.towns
        or case.town.county_code in above.counties
    )


def may_open_phone(user: User, on: date, case: Case) -> bool:
    """As `opener`, and in 评 whoever the case is with: they have to call
    (docs/decisions.md).
    """
    calls_back = case.stage == Stage.RATE and case.owner_post_id in user.reach(on).posts
    return calls_back or opener(user, on)(case)


def may_print_receipt(user: User, case: Case, facts: Facts) -> bool:
    """The receipt holds the code that speaks for the villager: for its recorder, and
    for whoever may rate.

    Whoever handled the case in any round would rate their own work with it (domain §3,
    rate).
    """
    if case.recorded_by and case.recorded_by.user_id == user.pk:
        return True
    return any(post.user_id == user.pk for post in RATERS.may(facts, Handled.ANY_ROUND))


def open_speaker_phone(
    case: Case,
    *,
    by: User,
    reason: str,
    at: datetime,
    request: HttpRequest | None = None,
) -> str:
    """The speaker's phone in full; who opened it, and why, goes to the audit log.

    NoSuchRight for anybody whom `may_open_phone` does not name; InputRefused without a
    reason.
    """
    if not may_open_phone(by, workdays.local_day(at), case):
        text = _(
            "Only village secretary and supervisor open this number; for the call-back,"
            " whoever the matter is with."
        )
        raise NoSuchRight(text)
    if not reason.strip():
        raise InputRefused.at(reason=_("Say why you need the number."))
    subject = _("the speaker's phone of %(number)s") % {"number": case.number}
    record_audit(
        AuditKind.UNMASK,
        at=at,
        user=by,
        subject=subject,
        reason=reason.strip(),
        request=request,
    )
    return case.speaker_phone or ""
