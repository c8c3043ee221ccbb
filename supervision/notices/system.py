"""Notices about the program itself, to those who audit it; they are about no case."""

from datetime import date, datetime

from minshi import workdays
from supervision.models import Notice, NoticeChannel, NoticeKind, NoticeState
from supervision.notices.hours import Hours
from villages.models import Post, User
from villages.rights import READ_AUDIT_LOG


def notify_auditors(
    kind: NoticeKind, *, about: str, day: date | None, at: datetime
) -> int:
    """Put a notice into the inbox of every auditor, and into a letter where there is an
    address; return how many were asked for.

    `about` with recipient and channel is the key by which it is sent once.
    """
    hours = Hours(at)
    on = workdays.local_day(at)
    rows = []
    for user in _auditors(on):
        channels = [NoticeChannel.INBOX]
        if user.email:
            channels.append(NoticeChannel.EMAIL)
        for channel in channels:
            rows.append(_notice(kind, channel, user, f"{about}", day, hours))

    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _auditors(on: date) -> list[User]:
    posts = Post.objects.current(on).filter(role__in=READ_AUDIT_LOG)
    users = {post.user_id: post.user for post in posts.select_related("user")}
    return list(users.values())


def _notice(
    kind: NoticeKind,
    channel: NoticeChannel,
    user: User,
    about: str,
    day: date | None,
    hours: Hours,
) -> Notice:
    is_inbox = channel == NoticeChannel.INBOX
    return Notice(
        key=f"{about}:{user.pk}:{channel}",
        kind=kind,
        channel=channel,
        recipient=user,
        day=day,
        state=NoticeState.SENT if is_inbox else NoticeState.WAITING,
        created_at=hours.at,
        send_after=hours.first_for(channel, None, is_urgent=False),
        sent_at=hours.at if is_inbox else None,
    )
