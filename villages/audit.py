"""The audit log: one function writes it, the auditor reads it."""

from datetime import datetime

from django.http import HttpRequest

from villages.models import AuditRecord, User
from villages.models.audit import AuditKind
from villages.requests import client_address


def record_audit(
    kind: AuditKind,
    *,
    at: datetime,
    user: User | None,
    subject: str = "",
    reason: str = "",
    request: HttpRequest | None = None,
) -> AuditRecord:
    """Write one append-only row: who did what, when, from where and why; never a
    personal value in clear.
    """
    return AuditRecord.objects.create(
        kind=kind,
        at=at,
        user=user,
        subject=_printable(subject),
        reason=_printable(reason),
        address=client_address(request) if request else None,
    )


def _printable(text: str) -> str:
    """Return at most 200 characters, without the NUL that PostgreSQL refuses: failed
    logins bring anything.
    """
    return text.replace("\0", "")[:200]
