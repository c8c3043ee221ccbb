"""Notices about the program itself, to those who audit it; they are about no case."""

from collections.abc import Sequence
from datetime import date, datetime

from minshi import workdays
from supervision.models import (
    HistoryCheck,
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeState,
)
from supervision.notices.hours import Hours
from villages.models import Post, User
from villages.rights import READ_AUDIT_LOG

EVERYWHERE = (NoticeChannel.INBOX, NoticeChannel.EMAIL)


def notify_auditors(
    kind: NoticeKind,
    *,
    about: str,
    day: date | None,
    at: datetime,
    check: HistoryCheck | None = None,
    is_urgent: bool = False,
    channels: Sequence[NoticeChannel] = EVERYWHERE,
) -> int:
    """Put a notice into the inbox of every auditor, and into a letter where there is an
    address; return how many were asked for.

    `about` with recipient and channel is the key by which it is sent once. `check` is
    the comparison with history that it tells of. A letter waits for the next working
    morning, unless it is urgent.
    """
    hours = Hours(at)
    on = workdays.local_day(at)

    rows = []
    for user in _auditors(on):
        for channel in channels:
            if channel == NoticeChannel.EMAIL and not user.email:
                continue
            row = _notice(kind, channel, user, about, hours)
            row.day = day
            row.history_check = check
            row.is_urgent = is_urgent
            if channel == NoticeChannel.EMAIL:
                row.send_after = hours.first_for(channel, None, is_urgent=is_urgent)
            rows.append(row)

    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _auditors(on: date) -> list[User]:
    posts = Post.objects.current(on).filter(role__in=READ_AUDIT_LOG)
    users = {post.user_id: post.user for post in posts.select_related("user")}
    return list(users.values())


def _notice(
    kind: NoticeKind, channel: NoticeChannel, user: User, about: str, hours: Hours
) -> Notice:
    is_inbox = channel == NoticeChannel.INBOX
    return Notice(
        key=f"{about}:{user.pk}:{channel}",
        kind=kind,
        channel=channel,
        recipient=user,
        state=NoticeState.SENT if is_inbox else NoticeState.WAITING,
        created_at=hours.at,
        send_after=hours.at,
        sent_at=hours.at if is_inbox else None,
    )
