"""What lets a person in beside a log-in: the hash of a password and how long it holds,
and the secret of a second factor. Each change is sealed in the audit log, so that one
which SQL made is found (villages/finals.py); a seal tells nothing of what it covers.
"""

from collections.abc import Collection
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.utils.translation import pgettext_lazy

from villages.finals import (
    Columns,
    Final,
    as_recorded,
    last_seals,
    locked_as_recorded,
    seal_all,
    seal_final,
)
from villages.models import User
from villages.models.people import OF_PASSWORD
from villages.named import ACCOUNT

# with its account it goes, which has a record of its own; a one-time password is to be
# changed, and none holds longer than 90 days
PASSWORD = Final(
    "password",
    Columns(User, OF_PASSWORD),
    may_go=True,
    label=pgettext_lazy("sealed", "password of an account"),
)
# what changes as it is used is left out
FACTOR = Final(
    "second-factor",
    Columns(
        Authenticator,
        ("user_id", "type", "created_at", "data__secret", "data__seed"),
    ),
    label=pgettext_lazy("sealed", "second factor"),
)
LET_IN = (PASSWORD, FACTOR)


def seal_account(user: User, *, at: datetime, by: User | None) -> None:
    """Record a new account with its password. It comes last in the change."""
    seal_final(ACCOUNT, user, at=at, user=by)
    seal_final(PASSWORD, user, at=at, user=by)


def seal_accounts(keys: Collection[int], *, at: datetime) -> None:
    """Record many new accounts with their passwords."""
    seal_all(ACCOUNT, keys, at=at)
    seal_all(PASSWORD, keys, at=at)


def seal_password(user: User, *, at: datetime, by: User | None) -> None:
    """Record a password as it is stored, in the place of one that was recorded, or how
    long it holds.
    """
    seal_final(PASSWORD, user, at=at, user=by)


def was_recorded(user: User) -> bool:
    """Tell whether the stored password of an account is the one that was recorded last,
    and let nobody else store another until the transaction is over.
    """
    return bool(locked_as_recorded(PASSWORD, [user.pk]))


def is_as_recorded(user: User) -> bool:
    """Tell whether the stored password of an account is the one recorded last."""
    return bool(as_recorded(PASSWORD, [user.pk]))


def is_another_than_recorded(user: User) -> bool:
    """Tell whether a password was recorded, and another is stored."""
    return bool(last_seals(PASSWORD, [user.pk])) and not is_as_recorded(user)
