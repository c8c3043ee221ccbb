"""What a letter or message waits to say and is no longer so, or no longer its reader's
to know: it is not sent.
"""

from collections.abc import Sequence
from datetime import date, datetime

from cases.models import Case
from minshi import workdays
from supervision.models import Notice, NoticeKind, OrderState
from supervision.notices.groups import told_in_groups
from villages.models import User

BY_CLOCK = frozenset({NoticeKind.YELLOW, NoticeKind.OVERDUE, NoticeKind.URGE})
OF_ORDER = {
    NoticeKind.ORDER_TO_SIGN: OrderState.TO_SIGN,
    NoticeKind.ORDER: OrderState.SENT,
    NoticeKind.ORDER_BACK: OrderState.SENT,
    NoticeKind.CIRCULATE: OrderState.SENT,
    NoticeKind.ORDER_REPLIED: OrderState.REPLIED,
}
OF_OPEN = frozenset({NoticeKind.PART, NoticeKind.RULE, NoticeKind.CHASED})


def still_to_send(notices: Sequence[Notice], at: datetime) -> list[Notice]:
    """Of one recipient's notices on one channel those that still hold, each with
    `in_sight`. At most two queries.
    """
    so, on = [notice for notice in notices if _is_so(notice)], workdays.local_day(at)
    if not so:
        return []
    if user := so[0].recipient:
        return _known_to(user, so, on)
    if so[0].robot:
        named = told_in_groups([notice.case for notice in so], on)
        return [notice for notice in so if notice.case_id in named]
    return so


def _known_to(user: User, notices: list[Notice], on: date) -> list[Notice]:
    pks = [notice.case_id for notice in notices]
    known = set(
        Case.objects.counted_for(user, on)
        .filter(pk__in=pks)
        .values_list("pk", flat=True)
    )
    readable = set(
        Case.objects.visible_to(user, on)
        .filter(pk__in=known)
        .values_list("pk", flat=True)
    )
    for notice in notices:
        vars(notice)["in_sight"] = notice.case_id in readable
    return [notice for notice in notices if notice.case_id in known]


def _is_so(notice: Notice) -> bool:
    case, chase, order, kind = notice.case, notice.chase, notice.order, notice.kind
    if kind in BY_CLOCK and chase:  # done in time after all, or given more time
        return chase.clock.stopped_at is None and chase.clock.due_at == chase.due_at
    if kind in OF_ORDER and order:  # signed, answered or taken back meanwhile
        return order.state == OF_ORDER[NoticeKind(kind)]
    if kind == NoticeKind.YOURS and notice.event:
        return case.is_open and case.stage == notice.event.target
    return _is_promise_kept(notice) and (kind not in OF_OPEN or case.is_open)


def _is_promise_kept(notice: Notice) -> bool:
    """A speaker is told a day as long as an answer is owed by it."""
    owed = notice.case.reply_by
    if notice.kind == NoticeKind.PROMISED:
        return owed is not None and owed == notice.day
    return notice.kind != NoticeKind.ACCEPTED or owed is not None
