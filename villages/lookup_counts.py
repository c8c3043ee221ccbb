"""How often neighbours are looked up: limited by minute and by day, and one line a day
and user in the audit log.
"""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from minshi.errors import TOO_MANY_REQUESTS, RuleBroken
from villages.audit import record_audit
from villages.lookup import FoundResident, find_residents, neighbourhood_of
from villages.models import LookupCount, User
from villages.models.audit import AuditKind

LOOKUP_SCOPE = "lookup"  # of the throttle: THROTTLE_LOOKUP


class TooMany(RuleBroken):
    """A user looked more neighbours up than anybody at a counter needs to."""

    status = TOO_MANY_REQUESTS
    code = "throttled"


def look_up(
    text: str, *, by: User, on: date, only_in: int | None = None
) -> list[FoundResident]:
    """Return the neighbours whom a user finds by a text, and count it: what every page
    and endpoint calls. TooMany: see `count_lookup`.
    """
    if not text.strip():
        return []

    count_lookup(by, on)
    where = neighbourhood_of(by, on)
    return find_residents(
        text,
        where.villages,
        groups=where.groups,
        only_in=only_in,
        tails_in=where.own_villages,
    )


def count_lookup(user: User, on: date) -> None:
    """Count one answer. TooMany: LOOKUPS_A_DAY were given that day."""
    of_day = LookupCount.objects.filter(user=user, day=on)
    if of_day.filter(count__lt=settings.LOOKUPS_A_DAY).update(count=F("count") + 1):
        return

    _row, is_new = LookupCount.objects.get_or_create(
        user=user, day=on, defaults={"count": 1}
    )
    if not is_new:
        raise TooMany(_("You looked up very many people today. Go on tomorrow."))


def record_lookups(at: datetime, until: date) -> int:
    """Write the days before `until` to the audit log, one line a user and day; return
    how many. Run twice, it writes nothing twice.
    """
    count = 0
    due = LookupCount.objects.filter(is_recorded=False, day__lt=until)
    for row in due.select_related("user"):
        count += _record(row, at)
    return count


@transaction.atomic
def _record(row: LookupCount, at: datetime) -> int:
    claimed = LookupCount.objects.filter(pk=row.pk, is_recorded=False)
    if not claimed.update(is_recorded=True):
        return 0

    words = ngettext(
        "%(count)s time on %(day)s", "%(count)s times on %(day)s", row.count
    )
    record_audit(
        AuditKind.LOOKED_UP,
        at=at,
        user=row.user,
        subject=words % {"count": row.count, "day": row.day},
    )
    return 1
