"""Somebody's own inbox: what they were told, newest first, and what of it they have not read."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Case
from minshi import workdays
from supervision.models import Channel, Notice, NoticeState
from villages.models import User

ORDER = ("-created_at", "-id")


def inbox_of(user: User, at: datetime) -> QuerySet[Notice]:
    """The user's notices of matters that are theirs to know of; `in_sight` says whether they may read the matter.

    What left their sight, or has come to concern them, leaves the inbox too.
    """
    on = workdays.local_day(at)
    opened = Case.objects.visible_to(user, on).filter(pk=OuterRef("case"))
    notices = Notice.objects.filter(
        recipient=user, channel=Channel.INBOX, case__in=Case.objects.counted_for(user, on).values("pk")
    )
    return notices.annotate(in_sight=Exists(opened)).worded()


def unread_of(user: User, at: datetime) -> QuerySet[Notice]:
    return inbox_of(user, at).filter(state=NoticeState.SENT)


def mark_read(user: User, notices: QuerySet[Notice], at: datetime) -> int:
    """Those of them that are the user's own and unread; how many were."""
    own = Notice.objects.filter(recipient=user, channel=Channel.INBOX, state=NoticeState.SENT)
    return own.filter(pk__in=notices.values("pk")).update(state=NoticeState.READ, read_at=at)
