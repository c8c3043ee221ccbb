"""Somebody's own inbox: what they were told, newest first, and what of it they have not
read.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Case
from cases.models.scope import Sight
from minshi import workdays
from supervision.models import Channel, Notice, NoticeKind, NoticeState
from villages.models import User

ORDER = ("-created_at", "-id")


def inbox_of(user: User, at: datetime) -> QuerySet[Notice]:
    """The user's notices of matters that are theirs to know of; `in_sight` says whether
    they may read the matter.

    What left their sight, or has come to concern them, leaves the inbox too; but
    whoever had a matter until it was taken back reads that it was, by its number.
    """
    on = workdays.local_day(at)
    opened = Case.objects.visible_to(user, on).filter(pk=OuterRef("case"))
    known = Q(case__in=Case.objects.counted_for(user, on).values("pk"))
    known |= Q(kind=NoticeKind.TAKEN_BACK) & ~Q(
        case__in=Case.objects.filter(Sight.of(user, on).in_conflict()).values("pk")
    )
    notices = Notice.objects.filter(known, recipient=user, channel=Channel.INBOX)
    return notices.annotate(in_sight=Exists(opened)).worded()


def unread_of(user: User, at: datetime) -> QuerySet[Notice]:
    return inbox_of(user, at).filter(state=NoticeState.SENT)


def mark_read(user: User, notices: QuerySet[Notice], at: datetime) -> int:
    """Those of them that are the user's own and unread; how many were."""
    own = Notice.objects.filter(
        recipient=user, channel=Channel.INBOX, state=NoticeState.SENT
    )
    return own.filter(pk__in=notices.values("pk")).update(
        state=NoticeState.READ, read_at=at
    )
