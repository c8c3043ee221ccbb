"""One function writes the audit log; the auditor reads it."""

from datetime import datetime

from axes.helpers import get_client_ip_address
from django.http import HttpRequest

from villages.models import AuditRecord, User
from villages.models.audit import AuditKind


def record_audit(  # noqa: PLR0913 - one row, its columns
    kind: AuditKind,
    *,
    at: datetime,
    user: User | None,
    subject: str = "",
    reason: str = "",
    request: HttpRequest | None = None,
) -> AuditRecord:
    """Writes one append-only row: who did what, when, from where and why; never a personal value in clear."""
    address = get_client_ip_address(request) if request else None  # behind PROXY_COUNT proxies, as axes counts
    return AuditRecord.objects.create(
        kind=kind, at=at, user=user, subject=_printable(subject), reason=_printable(reason), address=address or None
    )


def _printable(text: str) -> str:
    """At most 200 characters, without the NUL that PostgreSQL refuses: failed logins bring anything."""
    return text.replace("\0", "")[:200]
