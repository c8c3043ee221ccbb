"""The audit log: one function writes it, the auditor reads it."""

from datetime import datetime

from django.http import HttpRequest

from minshi.text import AnyPhone, blanked
from minshi.text.clauses import ELLIPSIS
from minshi.text.doors import AnyDoor
from villages.models import AuditRecord, User
from villages.models.audit import AuditKind
from villages.requests import client_address

DIGITS_OF_SEAL = 64
LONGEST = 200  # characters, of what happened and of a reason
LONGEST_TITLE = 130  # of them, with a seal and a space behind it


def without_numbers_and_doors(reason: str) -> str:
    """Return a reason without telephones, numbers of papers and doors, whoever's."""
    return blanked(reason, (AnyPhone(), AnyDoor()))


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

    Numbers and doors are blanked in the reason here, whoever's they are; the names of
    those it is about by whoever calls (cases/privacy/reasons.py).
    """
    reason = without_numbers_and_doors(reason)
    return AuditRecord.objects.create(
        kind=kind,
        at=at,
        user=user,
        subject=_printable(subject),
        reason=_printable(reason),
        address=client_address(request) if request else None,
    )


def record_sealed(
    kind: AuditKind, title: str, seal: str, *, at: datetime, user: User | None
) -> None:
    """Write that something was closed for good, with the keyed seal over all of it (64
    hex digits): what was put in, changed or taken away later no longer fits.
    """
    subject = f"{title[:LONGEST_TITLE]} {seal}"
    record_audit(kind, at=at, user=user, subject=subject)


def sealed_titles(kind: AuditKind) -> dict[str, str]:
    """Return what was closed by the seal over it: its title. One query."""
    records = AuditRecord.objects.filter(kind=kind).order_by("pk")

    titles = {}
    for subject in records.values_list("subject", flat=True):
        seal = subject[-DIGITS_OF_SEAL:]
        titles[seal] = subject[:-DIGITS_OF_SEAL].rstrip()
    return titles


def _printable(text: str) -> str:
    """Return at most 200 characters, the last an ellipsis where there were more, and
    without the NUL that PostgreSQL refuses: failed logins bring anything, and a reason
    may grow by what is blanked in it.
    """
    plain = text.replace("\0", "")
    if len(plain) <= LONGEST:
        return plain
    return plain[: LONGEST - len(ELLIPSIS)] + ELLIPSIS
