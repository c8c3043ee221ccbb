"""How often neighbours are looked up: limited by minute and by day, and one line a day
and user in the audit log.
"""

from datetime import date, datetime
from math import ceil
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from minshi.errors import TOO_MANY_REQUESTS, RuleBroken
from minshi.pace import Pace
from villages.audit import record_audit
from villages.lookup import FoundResident, find_residents, neighbourhood_of
from villages.models import LookupCount, User
from villages.models.audit import AuditKind


class TooMany(RuleBroken):
    """A user looked more neighbours up than anybody at a counter needs to."""

    status = TOO_MANY_REQUESTS
    code = "throttled"


class _Pace(Pace):
    """The pace of one account, wherever it asks (THROTTLE_LOOKUP)."""

    scope = "lookup"

    def __init__(self, user: User) -> None:
        super().__init__()
        self.user = user

    def get_cache_key(self, _request: Any, _view: Any) -> str:
        return str(self.cache_format % {"scope": self.scope, "ident": self.user.pk})

    def is_kept(self) -> bool:
        """Count one more; False where it is one too many, which is not counted."""
        # what asks is the account: no request and no view is looked at
        return bool(self.allow_request(cast("Any", None), cast("Any", None)))


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
    """Count one answer that names neighbours. TooMany: see `check_pace`, or
    LOOKUPS_A_DAY were given that day.
    """
    check_pace(user)

    if _counted(user, on):
        return
    LookupCount.objects.get_or_create(user=user, day=on, defaults={"count": 0})
    if not _counted(user, on):
        raise TooMany(_("You looked up very many people today. Go on tomorrow."))


def _counted(user: User, on: date) -> bool:
    """Count one more; False where there is no row of the day yet, or it is full."""
    of_day = LookupCount.objects.filter(user=user, day=on)
    with_room = of_day.filter(count__lt=settings.LOOKUPS_A_DAY)
    return bool(with_room.update(count=F("count") + 1))


def check_pace(user: User) -> None:
    """TooMany: an account looks up faster than anybody types (THROTTLE_LOOKUP)."""
    pace = _Pace(user)
    if pace.is_kept():
        return

    seconds = ceil(pace.wait() or 1)
    text = _("Too many at once. Try again in %(seconds)s seconds.")
    raise TooMany(text % {"seconds": seconds}, retry_after=seconds)


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
