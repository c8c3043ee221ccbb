"""A user's own inbox: their notices, newest first, and those not read yet."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Case
from cases.models.choices import Stage
from cases.models.scope import Sight
from cases.workflow import Action
from minshi import workdays
from supervision.models import Notice, NoticeChannel, NoticeKind, NoticeState
from supervision.models.notice_kinds import OF_SYSTEM
from supervision.models.order import sent_to
from supervision.notices.carried_out import still_asked
from villages.models import User

ORDER = ("-created_at", "-id")
OF_THEIR_ORDER = (NoticeKind.ORDER, NoticeKind.ORDER_BACK, NoticeKind.ORDER_CLOSED)


def inbox_of(user: User, at: datetime) -> QuerySet[Notice]:
    """Return the notices in a user's inbox; `in_sight` on each says if they may read
    its case.

    A notice leaves the inbox when its case leaves the user's sight, or comes to concern
    them. But "taken back from you" stays with whoever had the case until then, and what
    was told of an order with whom that was sent to, by its number, unless the case
    concerns them.
    """
    on = workdays.local_day(at)
    readable = Case.objects.visible_to(user, on).filter(pk=OuterRef("case"))
    known = Case.objects.counted_for(user, on)
    sight = Sight.of(user, on)
    concerning_them = Case.objects.filter(sight.in_conflict())

    is_known = Q(case__in=known.values("pk"))
    is_taken_back = Q(kind=NoticeKind.TAKEN_BACK)
    is_of_their_order = Q(kind__in=OF_THEIR_ORDER) & sent_to(sight.reach, "order__")
    stays = is_taken_back | is_of_their_order
    concerns_them = Q(case__in=concerning_them.values("pk"))
    is_of_system = Q(kind__in=OF_SYSTEM)
    may_know = is_known | (stays & ~concerns_them) | is_of_system

    notices = Notice.objects.filter(
        may_know, ~_needs_no_call(), recipient=user, channel=NoticeChannel.INBOX
    )
    return notices.annotate(in_sight=Exists(readable)).worded()


def _needs_no_call() -> Q:
    """Match notices that ask for a call which is not to be made any more: their matter
    was closed meanwhile. Of one taken back the speaker is told all the same.
    """
    tells = Q(kind=NoticeKind.CALL) & ~Q(event__action=Action.WITHDRAW)
    asks_for_rating = Q(kind=NoticeKind.YOURS, event__target=Stage.RATE)
    is_of_closed = Q(case__stage=Stage.CLOSED, event__isnull=False)
    return is_of_closed & (tells | asks_for_rating)


def asked_of(user: User, at: datetime) -> QuerySet[Notice]:
    """Return the unread notices but those whose act was carried out meanwhile."""
    return still_asked(unread_of(user, at))


def unread_of(user: User, at: datetime) -> QuerySet[Notice]:
    return inbox_of(user, at).filter(state=NoticeState.SENT)


def mark_read(user: User, notices: QuerySet[Notice], at: datetime) -> int:
    """Mark as read those notices that are the user's own and unread; return how many
    they were.
    """
    own = Notice.objects.filter(
        recipient=user, channel=NoticeChannel.INBOX, state=NoticeState.SENT
    )
    return own.filter(pk__in=notices.values("pk")).update(
        state=NoticeState.READ, read_at=at
    )
