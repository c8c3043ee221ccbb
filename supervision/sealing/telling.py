"""Letters to the auditors: the heads of the day, and that something does not fit."""

import logging
from datetime import datetime

from minshi import workdays
from supervision.models import (
    HistoryCheck,
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeState,
)
from villages.models import Post, User
from villages.rights import READ_AUDIT_LOG

logger = logging.getLogger(__name__)


def tell_auditors(check: HistoryCheck, at: datetime) -> int:
    """Put a letter to each auditor into the outbox, and return how many.

    Every day the heads, to be kept where this system does not reach; at once too what
    was found. It goes out whatever the hour: the 三员 have no inbox, as none of them
    sees a case.
    """
    auditors = _auditors(at)
    if not auditors:
        logger.error("No auditor has an address: the heads of the day go to nobody")

    kinds = [NoticeKind.HEADS]
    if check.found:
        logger.error("History does not fit in %s places", check.found)
        kinds.insert(0, NoticeKind.HISTORY)

    rows = [_letter(check, kind, user, at) for user in auditors for kind in kinds]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _auditors(at: datetime) -> list[User]:
    posts = Post.objects.current(workdays.local_day(at))
    posts = posts.filter(role__in=READ_AUDIT_LOG).select_related("user")
    users = {post.user_id: post.user for post in posts}
    return [user for user in users.values() if user.email and user.is_active]


def _letter(check: HistoryCheck, kind: NoticeKind, user: User, at: datetime) -> Notice:
    return Notice(
        key=f"check:{check.pk}:{kind}:{user.pk}:{NoticeChannel.EMAIL}",
        kind=kind,
        channel=NoticeChannel.EMAIL,
        recipient=user,
        history_check=check,
        is_urgent=True,
        state=NoticeState.WAITING,
        created_at=at,
        send_after=at,
    )
