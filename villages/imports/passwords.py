"""One-time passwords of the accounts that a list opened: printed once, on strips to be
folded and handed out.

Until then they wait encrypted beside the row that opened the account; printing removes
them, and so do taking the list back and the end of its 30 days.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.translation import gettext as _

from villages.audit import record_audit
from villages.imports.entries import undo_of
from villages.models import ImportRow, ImportRun, Post, User
from villages.models.audit import AuditKind

PASSWORD = "password"  # noqa: S105 - the name of a value, none itself


@dataclass(frozen=True)
class Strip:
    """A strip of paper for whoever has a new account."""

    user: User
    posts: list[str]
    password: str


def waiting_passwords(run: ImportRun) -> int:
    """Return how many one-time passwords of a list were not printed yet."""
    return len(_unprinted(run))


@transaction.atomic
def take_passwords(
    run: ImportRun, *, by: User, at: datetime, request: HttpRequest | None = None
) -> list[Strip]:
    """Return the strips of the accounts that still have their one-time password, and
    forget the passwords. A second time there are none.
    """
    ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    rows = _unprinted(run)
    keys = [undo["account"] for _row, undo in rows]
    posts = Prefetch("posts", Post.objects.with_places().in_order())
    users = User.objects.prefetch_related(posts).in_bulk(keys)

    strips = []
    for row, undo in rows:
        password = undo.pop(PASSWORD)
        row.undo = json.dumps(undo, ensure_ascii=False)
        user = users.get(undo["account"])
        if user is not None and user.must_change_password:
            strips.append(Strip(user, _posts_of(user), password))
    ImportRow.objects.bulk_update([row for row, _undo in rows], ["undo"])

    if strips:
        words = _("printed %(count)s one-time passwords: %(list)s")
        subject = words % {"count": len(strips), "list": run.file_name}
        record_audit(AuditKind.PRINT, at=at, user=by, subject=subject, request=request)
    return strips


def _posts_of(user: User) -> list[str]:
    return [
        f"{post.place} {post.get_role_display()}".strip() for post in user.posts.all()
    ]


def _unprinted(run: ImportRun) -> list[tuple[ImportRow, dict[str, str]]]:
    found = []
    for row in run.rows.filter(is_entered=True).order_by("nth"):
        undo = undo_of(row)
        if PASSWORD in undo:
            found.append((row, undo))
    return found
