"""Opening of a speaker's phone: the right to do so, and the trace it leaves (domain §3,
Unmasked); and the trace that reading a 保密 matter leaves.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Confidentiality, Stage
from cases.models.scope import Sight
from cases.privacy.reasons import reason_about
from cases.workflow import Facts
from cases.workflow.who import RATERS, Handled
from minshi import workdays
from minshi.errors import NoSuchRight, said
from villages.audit import record_audit
from villages.models import AuditRecord, Role, User
from villages.models.audit import AuditKind
from villages.rights import UNMASK_IN_TERRITORY, UNMASK_IN_VILLAGE

# pictures load as they are scrolled to, and words of a step are typed for a while
PAGE_STAYS_OPEN = timedelta(hours=1)


def opener(user: User, on: date) -> Callable[[Case], bool]:
    """Return what tells of a case whether the user may open its names and phones.

    Its village's secretary may, and a supervisor above it. No query beyond the posts,
    so that it may be asked of every row.
    """
    villages = user.reach(on, UNMASK_IN_VILLAGE).villages
    above = user.reach(on, UNMASK_IN_TERRITORY)

    def may_open(case: Case) -> bool:
        return (
            case.village_id in villages
            or case.town_id in above.towns
            or case.town.county_code in above.counties
        )

    return may_open


def may_open_phone(user: User, on: date, case: Case) -> bool:
    """Tell whether the user may open the speaker's phone.

    As `opener`, and in 评 whoever the case is with: they have to call
    (docs/decisions.md).
    """
    if case.stage == Stage.RATE and case.owner_post_id in user.reach(on).posts:
        return True
    return opener(user, on)(case)


def may_print_receipt(user: User, case: Case, facts: Facts) -> bool:
    """Tell whether the user may print the receipt: its recorder while in that post; an
    officer on duty who handled nothing of it; once there is something to rate, whoever
    may rate. Of a 隐名 or 保密 matter none of them who may not know who spoke.

    It shows the code that speaks for the villager. Whoever handled the case in any
    round would rate their own work with it (domain §3, rate), and so would whoever
    reads it first and handles the case then. On the page behind it they would read who
    of those they name there is blanked.
    """
    on = workdays.local_day(facts.at)
    if not Sight.of(user, on).shows_speaker(case):
        return False
    if case.recorded_by_id in user.reach(on).posts:
        return True

    raters = RATERS.may(facts, Handled.ANY_ROUND)
    roles = {post.role for post in raters if post.user_id == user.pk}
    if case.stage in (Stage.RATE, Stage.CLOSED):
        return bool(roles)
    return Role.DUTY_OFFICER in roles


def note_reading(case: Case, *, by: User, at: datetime, request: HttpRequest) -> None:
    """Record in the audit log who read a 保密 matter, its files or its papers.

    Nothing of any other matter. A step that is refused, a preview and a part of a page
    show it as well: they are traced with the page they belong to, unless that was long
    ago. At most one query to ask.
    """
    if case.confidentiality != Confidentiality.SECRET:
        return
    # a part of a page is read with it
    is_part = "HX-Request" in request.headers
    is_page = request.method in ("GET", "HEAD") and not is_part
    if is_page or not _read_a_moment_ago(case, by, at):
        _record_reading(case, by, at, request)


def note_readings(
    cases: Iterable[Case], *, by: User, at: datetime, request: HttpRequest
) -> None:
    """Record who read the words of 保密 matters where they stand among other things, in
    a ledger or on an agenda; as `note_small_picture`, by one query for all of them.
    """
    secret = {
        case.number for case in cases if case.confidentiality == Confidentiality.SECRET
    }
    if not secret:
        return
    noted = _noted_a_moment_ago(secret, by, at).values_list("subject", flat=True)
    for number in sorted(secret.difference(noted)):
        record_audit(AuditKind.READ, at=at, user=by, subject=number, request=request)


def note_small_picture(
    case: Case, *, by: User, at: datetime, request: HttpRequest
) -> None:
    """Record who saw a small picture of a 保密 matter, as `note_reading`, unless they
    read the matter a moment ago: a page shows dozens of them. One query.
    """
    if case.confidentiality != Confidentiality.SECRET:
        return
    if not _read_a_moment_ago(case, by, at):
        _record_reading(case, by, at, request)


def _read_a_moment_ago(case: Case, user: User, at: datetime) -> bool:
    return _noted_a_moment_ago([case.number], user, at).exists()


def _noted_a_moment_ago(
    numbers: Iterable[str], user: User, at: datetime
) -> QuerySet[AuditRecord]:
    return AuditRecord.objects.filter(
        kind=AuditKind.READ,
        user=user,
        subject__in=numbers,
        at__range=(at - PAGE_STAYS_OPEN, at),
    )


def _record_reading(case: Case, user: User, at: datetime, request: HttpRequest) -> None:
    record_audit(AuditKind.READ, at=at, user=user, subject=case.number, request=request)


def may_show_speaker(user: User, on: date, case: Case) -> bool:
    """Tell whether the user may have the name that a ledger masks shown: as `opener`,
    where who spoke is not hidden from them.
    """
    knows = Sight.of(user, on).shows_speaker(case)
    return knows and bool(case.speaker_name) and opener(user, on)(case)


@dataclass(frozen=True)
class ShownSpeaker:
    """Who spoke, as it stands in the matter."""

    name: str
    phone: str
    address: str


def show_speaker(
    case: Case,
    *,
    by: User,
    reason: str,
    at: datetime,
    request: HttpRequest | None = None,
) -> ShownSpeaker:
    """Return who spoke, unmasked, and record in the audit log who had them shown and
    why: one name, not a ledger of them (ux 2.8).

    Raises NoSuchRight for anybody who `may_show_speaker` says may not, InputRefused
    without a reason.
    """
    if not may_show_speaker(by, workdays.local_day(at), case):
        raise NoSuchRight(_("Only village secretary and supervisor see this name."))
    reason = said(reason, reason=_("Say why you need the name."))
    reason = reason_about(case, by, workdays.local_day(at), reason)

    subject = _("the speaker's name of %(number)s") % {"number": case.number}
    record_audit(
        AuditKind.UNMASK,
        at=at,
        user=by,
        subject=subject,
        reason=reason,
        request=request,
    )
    return ShownSpeaker(
        case.speaker_name, case.speaker_phone or "", case.speaker_address
    )


def phones_of(case: Case) -> list[tuple[str, str]]:
    """Return name and phone of everybody who spoke and left one, the speaker first."""
    people = [(case.speaker_name, case.speaker_phone or "")]
    people += [(person.name, person.phone or "") for person in case.others]
    return [(name, phone) for name, phone in people if phone]


def open_phones(
    case: Case,
    *,
    by: User,
    reason: str,
    at: datetime,
    request: HttpRequest | None = None,
) -> list[tuple[str, str]]:
    """Return the phones of all who spoke in full, and record in the audit log who
    opened them and why.

    Raises NoSuchRight for anybody who `may_open_phone` says may not, InputRefused
    without a reason.
    """
    if not may_open_phone(by, workdays.local_day(at), case):
        text = _(
            "Only village secretary and supervisor open this number; for the call-back,"
            " whoever the matter is with."
        )
        raise NoSuchRight(text)
    reason = said(reason, reason=_("Say why you need the number."))
    reason = reason_about(case, by, workdays.local_day(at), reason)

    subject = _("the speaker's phone of %(number)s") % {"number": case.number}
    record_audit(
        AuditKind.UNMASK,
        at=at,
        user=by,
        subject=subject,
        reason=reason,
        request=request,
    )
    return phones_of(case)
