"""One-time passwords of the accounts that a list opened: printed once, on strips to be
folded and handed out.

Until then they wait encrypted beside the row that opened the account; printing removes
them, and so do taking the list back and the end of its 30 days. Of strips that were
lost the accounts get new ones, all at once, as long as nobody has logged in by them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from villages.accounts import OneTimePassword, password_stamp, renew_password
from villages.audit import record_audit
from villages.imports.entries import undo_of
from villages.models import ImportRow, ImportRun, Post, User
from villages.models.audit import AuditKind

PASSWORD = "password"  # noqa: S105 - the name of a value, none itself
STAMP = "stamp"  # of the password that the list gave last, see `password_stamp`


@dataclass(frozen=True)
class Strip:
    """A strip of paper for whoever has a new account."""

    user: User
    posts: list[str]
    password: str


@dataclass(frozen=True)
class Opened:
    """A row that opened an account, with what undoes it, and the account."""

    row: ImportRow
    undo: dict[str, Any]
    user: User | None  # it is gone

    @property
    def is_waiting(self) -> bool:
        """Whether its one-time password waits to be printed."""
        return PASSWORD in self.undo and self.has(self.user)

    @property
    def is_renewable(self) -> bool:
        """Whether its strip was printed, and nobody has logged in by it."""
        return PASSWORD not in self.undo and self.is_unused_by(self.user)

    def is_unused_by(self, user: User | None) -> bool:
        """Tell whether an open account still has the password of its strip, and was
        never used.
        """
        is_open = user is not None and user.is_active and user.last_login is None
        return is_open and self.has(user)

    def has(self, user: User | None) -> bool:
        """Tell whether an account still has the one-time password that the list gave
        it: neither its own nor one that it was given by hand since.
        """
        if user is None or not user.must_change_password:
            return False
        stamp = password_stamp(user)
        return bool(self.undo.get(STAMP, stamp) == stamp)  # rows of before have none

    def write_back(self) -> ImportRow:
        self.row.undo = json.dumps(self.undo, ensure_ascii=False)
        return self.row


def waiting_passwords(run: ImportRun) -> int:
    """Return how many one-time passwords of a list were not printed yet."""
    return sum(each.is_waiting for each in _opened(run, User.objects.all()))


def renewable_passwords(run: ImportRun) -> int:
    """Return of how many accounts the strips were printed and not used yet."""
    return sum(each.is_renewable for each in _opened(run, User.objects.all()))


@transaction.atomic
def take_passwords(
    run: ImportRun, *, by: User, at: datetime, request: HttpRequest | None = None
) -> list[Strip]:
    """Return the strips of the accounts that still have their one-time password, and
    forget the passwords. A second time there are none.
    """
    ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    posts = Prefetch("posts", Post.objects.with_places().in_order())
    opened = _opened(run, User.objects.prefetch_related(posts))

    strips = []
    taken = []
    for each in opened:
        if each.user and each.is_waiting:
            password = each.undo[PASSWORD]
            strips.append(Strip(each.user, _posts_of(each.user), password))
        if each.undo.pop(PASSWORD, None):
            taken.append(each.write_back())
    ImportRow.objects.bulk_update(taken, ["undo"])

    if strips:
        words = _("printed %(count)s one-time passwords: %(list)s")
        subject = words % {"count": len(strips), "list": run.file_name}
        record_audit(AuditKind.PRINT, at=at, user=by, subject=subject, request=request)
    return strips


def renew_some(
    run: ImportRun, passwords: Sequence[OneTimePassword], at: datetime
) -> int:
    """Give the next accounts whose strips were printed and not used the passwords, and
    return how many accounts were looked at; 0: none is left. Inside a transaction.

    Whoever logs in at this very moment keeps theirs.
    """
    opened = _opened(run, User.objects.all())
    due = [each for each in opened if each.is_renewable][: len(passwords)]
    keys = [each.undo["account"] for each in due]
    locked = User.objects.select_for_update().order_by("pk").in_bulk(keys)

    given = []
    for each, password in zip(due, passwords, strict=False):
        user = locked.get(each.undo["account"])
        if user is None or not each.is_unused_by(user):
            continue
        renew_password(user, password, at)
        each.undo[PASSWORD] = password.text
        each.undo[STAMP] = password_stamp(user)
        given.append(each.write_back())
    ImportRow.objects.bulk_update(given, ["undo"])
    return len(due)


def _posts_of(user: User) -> list[str]:
    return [
        f"{post.place} {post.get_role_display()}".strip() for post in user.posts.all()
    ]


def _opened(run: ImportRun, users: "QuerySet[User]") -> list[Opened]:
    """Return the rows of a list that opened an account. Two queries, and those of the
    accounts.
    """
    rows = run.rows.filter(is_entered=True).order_by("nth")
    undone = [(row, undo_of(row)) for row in rows]
    opening = [(row, undo) for row, undo in undone if "account" in undo]

    there = users.in_bulk([undo["account"] for _row, undo in opening])
    return [Opened(row, undo, there.get(undo["account"])) for row, undo in opening]
