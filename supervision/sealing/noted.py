"""The note of a check, with a seal of its own in the audit log: what was found on a
night cannot be taken out of it later.
"""

from datetime import datetime

from django.db import transaction

from minshi.crypto import moment_in_seal, sealed
from supervision.models import HistoryCheck
from villages.audit import record_sealed
from villages.models.audit import AuditKind


@transaction.atomic
def note_check(check: HistoryCheck, *, at: datetime) -> HistoryCheck:
    """Store the note of a check and record its seal, and return it."""
    check.save(force_insert=True)
    as_stored = HistoryCheck.objects.get(pk=check.pk)
    seal = seal_of_check(as_stored)
    record_sealed(AuditKind.CHECKED, str(as_stored), seal, at=at, user=None)
    return check


def seal_of_check(check: HistoryCheck) -> str:
    """Return the keyed seal over every column of the note of a check."""
    covered = [
        check.pk,
        moment_in_seal(check.at),
        check.cases,
        check.found,
        check.findings,
        check.heads,
        check.kept_on.isoformat() if check.kept_on else "",
    ]
    return sealed(covered, "check of history")
