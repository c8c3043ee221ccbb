"""Opening a masked phone: the right to do so, and the trace it leaves (domain §3,
"Unmasked").
"""

from datetime import date, datetime

from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from minshi.errors import NoSuchRight, said
from villages.audit import record_audit
from villages.models import Post, Resident, User, Village
from villages.models.audit import AuditKind
from villages.rights import UNMASK


def may_unmask(user: User, on: date, village: Village) -> bool:
    """Tell whether a user may open personal values of a village: its secretary, or a
    supervisor above it.
    """
    return Village.objects.in_reach_of(user, on, UNMASK).filter(pk=village.pk).exists()


def open_phone(
    resident: Resident,
    *,
    by: User,
    post: Post,
    reason: str,
    at: datetime,
    request: HttpRequest | None = None,
) -> str:
    """Return a resident's phone in full and write who opened it, and why, to the audit
    log.

    NoSuchRight: `post` is not a current secretary's or supervisor's post of `by` that
    reaches the resident's village. InputRefused: no reason was given.
    """
    on = localtime(at).date()
    village = resident.household.group.village

    holds_post = post.user_id == by.pk and post.is_current(on) and post.role in UNMASK
    if not holds_post or not may_unmask(by, on, village):
        text = _("Only the village secretary and the supervisor open a phone number.")
        raise NoSuchRight(text)
    reason = said(reason, reason=_("Say why you need the number."))

    subject = _("phone of resident %(id)s, %(village)s, as %(role)s") % {
        "id": resident.pk,
        "village": village,
        "role": post.get_role_display(),
    }
    record_audit(
        AuditKind.UNMASK,
        at=at,
        user=by,
        subject=subject,
        reason=reason,
        request=request,
    )
    return resident.phone or ""
