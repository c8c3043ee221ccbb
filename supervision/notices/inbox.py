"""A user's own inbox: their notices, newest first, and those not read yet."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Case
from cases.models.scope import Sight
from minshi import workdays
from supervision.models import Channel, Notice, NoticeKind, NoticeState
from villages.models import User

ORDER = ("-created_at", "-id")


def inbox_of(user: User, at: datetime) -> QuerySet[Notice]:
    """Return a user's notices of the matters they may know of; `in_sight` on each says
    if they may read the matter.

    What left their sight, or has come to concern them, leaves the inbox too; but
    whoever had a matter until it was taken back reads that it was, by its number.
    """
    on = workdays.local_day(at)
    readable = Case.objects.visible_to(user, on).filter(pk=OuterRef("case"))

    may_know = Q(case__in=Case.objects.counted_for(user, on).values("pk"))
    in_conflict = Case.objects.filter(Sight.of(user, on).in_conflict())
    may_know |= Q(kind=NoticeKind.TAKEN_BACK) & ~Q(case__in=in_conflict.values("pk"))

    notices = Notice.objects.filter(may_know, recipient=user, channel=Channel.INBOX)
    return notices.annotate(in_sight=Exists(readable)).worded()


def unread_of(user: User, at: datetime) -> QuerySet[Notice]:
    return inbox_of(user, at).filter(state=NoticeState.SENT)


def mark_read(user: User, notices: QuerySet[Notice], at: datetime) -> int:
    """Mark as read those notices that are the user's own and unread; return how many
    they were.
    """
    own = Notice.objects.filter(
        recipient=user, channel=Channel.INBOX, state=NoticeState.SENT
    )
    return own.filter(pk__in=notices.values("pk")).update(
        state=NoticeState.READ, read_at=at
    )
