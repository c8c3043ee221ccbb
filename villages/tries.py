"""Wrong tries at every secret: counted per account and per address, and refused for a
while (ASVS 2.2.1, 2.8).

django-axes stores and counts; which counts there are, and how full each may be, stands
here. Pages, API and the speakers' tracking page all look at a secret within `trying`,
after they have asked `wait_until`, and call `count_wrong` after a wrong one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.core import context
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minshi.counting import count_one, take_one_back
from minshi.crypto import blind_index
from villages.models import AuditRecord, User
from villages.models.audit import AuditKind
from villages.naming import account_name

PASSWORD = gettext_lazy("password")
OLD_PASSWORD = gettext_lazy("old password")
CODE = gettext_lazy("code of the authenticator app, or recovery code")
TRACKING_CODE = gettext_lazy("code on the receipt")

# Receipts are counted apart from accounts, by a name that no account can have.
RECEIPT = "receipt:"
LONGEST_NAME = 150  # characters, of an account
KNOWN_FOR = timedelta(days=30)  # an address from which the account logged in before
# How long a try counts as under way whose process died; no password takes as long.
UNDER_WAY = 60  # seconds
A_MOMENT = timedelta(minutes=1)  # to wait where too many tries are under way


@dataclass(frozen=True)
class Limits:
    """Wrong tries until a secret is refused: at one name from one address, at one name
    from anywhere, from one address at any name.
    """

    here: int
    name: int
    address: int


# One mobile network gives a whole county's telephones the same few addresses; and a
# speaker is not shut out by a few tries of others at their number.
OF_RECEIPTS = Limits(here=10, name=100, address=100)


# the try that is asked about, outside of `trying`
ONE_ALONE = {"here": 1, "name": 1, "address": 1}


@dataclass(frozen=True)
class Count:
    """The wrong tries of one kind: how many may be, the stored rows, and how many tries
    are under way that may turn out wrong, this one included.
    """

    most: int
    rows: list[AccessAttempt]
    under_way: int = 1

    @property
    def is_full(self) -> bool:
        """True where this try would be one more than may be."""
        return self.failures + self.under_way > self.most

    @property
    def failures(self) -> int:
        return sum(int(row.failures_since_start) for row in self.rows)

    def free_at(self, cool_off: timedelta) -> datetime | None:
        """Return when enough of the rows are forgotten; None: they are not too many."""
        left = self.failures
        free_at = None

        for row in sorted(self.rows, key=lambda row: row.attempt_time):
            if left < self.most:
                break
            left -= row.failures_since_start
            free_at = row.attempt_time + cool_off
        return free_at


def name_at_login(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the account name that was typed, in one case: allauth takes any, so that
    another case is no new try.
    """
    name = (
        (credentials or {}).get("username")
        or request.POST.get("login")
        or request.POST.get("username")
    )
    return account_name(str(name or "")).lower()[:LONGEST_NAME]


def counted_as(name: str) -> str:
    """Return the name by which the tries at an account are stored: a keyed hash, for
    often what was typed is a password in the wrong box. Numbers of matters stay.
    """
    name = name.lower()
    return name if name.startswith(RECEIPT) else blind_index(name, "account name")


def name_to_count(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return what django-axes stores in the place of the account name."""
    return counted_as(name_at_login(request, credentials))


class Tries(AxesDatabaseHandler):
    """django-axes with three counts instead of one."""

    def get_failures(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """Return how many counts are full; AXES_FAILURE_LIMIT is one of them."""
        counts = _counts(request, name_at_login(request, credentials))
        return sum(count.is_full for count in counts)


@contextmanager
def trying(request: HttpRequest, name: str) -> Iterator[None]:
    """Count a try at an account's secret as under way while the secret is compared.

    Put around question, comparison and count of one try. The place is taken before
    anything is asked, so that of many tries at the same moment no more are looked at
    than would be one after another: a try counts as under way until it is stored as a
    wrong one, and never as neither.
    """
    AxesProxyHandler.update_request(request)
    places = _places(request, counted_as(name))
    under_way = {kind: count_one(place, UNDER_WAY) for kind, place in places.items()}
    vars(request)["tries_under_way"] = under_way

    try:
        yield
    finally:
        del vars(request)["tries_under_way"]
        for place in places.values():
            take_one_back(place)


def _places(request: HttpRequest, name: str) -> dict[str, str]:
    """Return the names of the counts of tries under way, by kind as in `Limits`."""
    address = request.axes_ip_address  # type: ignore[attr-defined]
    kind = "receipts" if name.startswith(RECEIPT) else "accounts"
    return {
        "here": f"try:{name}:{address}",
        "name": f"try:{name}",
        "address": f"try:{kind}:{address}",
    }


def wait_until(request: HttpRequest, name: str) -> datetime | None:
    """Return when a secret of this account may be tried again; None: now."""
    AxesProxyHandler.update_request(request)
    cool_off = get_cool_off(request)
    at = request.axes_attempt_time  # type: ignore[attr-defined]

    full = [count for count in _counts(request, name) if count.is_full]
    times = [count.free_at(cool_off) or at + A_MOMENT for count in full]
    return max(times, default=None)


@dataclass(frozen=True)
class WrongTries:
    """The wrong tries at an account that are not forgotten yet."""

    failures: int
    shut_until: datetime | None  # for whoever tried them; None: it may be tried


def wrong_tries_at(name: str, at: datetime) -> WrongTries:
    """Return the wrong tries at an account from anywhere. One query.

    It counts as shut where it is for one address at least. Addresses from which too
    many accounts were tried are left out: to unlock one does not open them.
    """
    return wrong_tries_of([name], at)[name]


def wrong_tries_of(names: Iterable[str], at: datetime) -> dict[str, WrongTries]:
    """Return the wrong tries at each account, as `wrong_tries_at`. One query."""
    stored_as = {name: counted_as(name) for name in names}
    cool_off = get_cool_off()
    attempts = AccessAttempt.objects.filter(
        username__in=stored_as.values(), attempt_time__gte=at - cool_off
    )

    rows = defaultdict(list)
    for row in attempts.defer("get_data", "post_data"):
        rows[row.username].append(row)
    return {
        name: _of_account(rows[stored], cool_off) for name, stored in stored_as.items()
    }


def _of_account(rows: list[AccessAttempt], cool_off: timedelta) -> WrongTries:
    """Read the wrong tries at an account from its rows."""
    limits = _limits_of_accounts()
    by_address = defaultdict(list)
    for row in rows:
        by_address[row.ip_address].append(row)
    anywhere = Count(limits.name, rows)
    counts = [anywhere, *(Count(limits.here, here) for here in by_address.values())]

    times = [until for count in counts if (until := count.free_at(cool_off))]
    return WrongTries(anywhere.failures, max(times, default=None))


def count_wrong(request: HttpRequest, name: str, secret: Any) -> None:
    """Count a wrong try, and note it in the audit log (by the signal)."""
    user_login_failed.send(
        sender=__name__,
        credentials={"username": name, "secret": secret},
        request=request,
    )


@contextmanager
def guarded(user: User, secret: Any) -> Iterator[None]:
    """Refuse a secret of a form while too many were wrong, and count a wrong one.

    Put around the comparison alone: a value of the wrong form is no try.
    """
    request = context.request
    with trying(request, user.username):
        if wait_until(request, user.username):
            # django-axes answers in place of the page (villages.login.locked_out)
            request.axes_locked_out = True
            request.axes_credentials = {"username": user.username}
            raise ValidationError(_("Too many wrong tries."))

        try:
            yield
        except ValidationError:
            count_wrong(request, user.username, secret)
            raise


def words_of(until: datetime, at: datetime) -> str:
    """Say when one may try again, at what time and in how many minutes."""
    minutes = minutes_left(until, at)
    text = _("Too many wrong tries. Try again after %(time)s, in %(minutes)s min.")
    return text % {"time": time_of(until), "minutes": minutes}


def time_of(until: datetime) -> str:
    """Return the time of day when one may try again, in whole minutes: of the minute
    that has begun then the end.
    """
    last_moment = localtime(until) - timedelta(microseconds=1)
    return f"{last_moment + timedelta(minutes=1):%H:%M}"


def minutes_left(until: datetime, at: datetime) -> int:
    """Return the minutes to wait, the one that has begun included; at least one."""
    seconds = max((until - at).total_seconds(), 1)
    return int(-(-seconds // 60))


def _counts(request: HttpRequest, name: str) -> list[Count]:
    """Return the counts that a try at this account from this address adds to. One
    query.
    """
    stored_as = counted_as(name)
    address = request.axes_ip_address  # type: ignore[attr-defined]
    since = request.axes_attempt_time - get_cool_off(request)  # type: ignore[attr-defined]
    is_receipt = stored_as.startswith(RECEIPT)
    limits = OF_RECEIPTS if is_receipt else _limits_of_accounts()

    attempts = AccessAttempt.objects.filter(
        Q(username=stored_as) | Q(ip_address=address), attempt_time__gte=since
    )
    of_name, of_address, here = [], [], []
    for row in attempts.defer("get_data", "post_data"):
        if row.username == stored_as:
            of_name.append(row)
        if row.ip_address == address:
            is_same_kind = str(row.username).startswith(RECEIPT) == is_receipt
            if is_same_kind:
                of_address.append(row)
        if row.username == stored_as and row.ip_address == address:
            here.append(row)

    under_way = vars(request).get("tries_under_way", ONE_ALONE)
    counts = [
        Count(limits.here, here, under_way["here"]),
        Count(limits.address, of_address, under_way["address"]),
    ]
    anywhere = Count(limits.name, of_name, under_way["name"])
    if anywhere.is_full and not _is_known_here(name, address, since):
        counts.append(anywhere)
    return counts


def _limits_of_accounts() -> Limits:
    return Limits(settings.TRIES, settings.TRIES_ACCOUNT, settings.TRIES_ADDRESS)


def _is_known_here(name: str, address: str | None, at: datetime) -> bool:
    """Tell whether the account logged in from this address before: nobody shuts a
    cadre out of the office by trying from elsewhere.
    """
    return AuditRecord.objects.filter(
        kind=AuditKind.LOGIN,
        user__username__iexact=name,
        address=address,
        at__gte=at - KNOWN_FOR,
    ).exists()
