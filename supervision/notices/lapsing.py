"""Dropping messages that are no longer true, or that their recipient may no longer
read.
"""

from collections.abc import Sequence
from datetime import date, datetime

from cases.models import Case
from minshi import workdays
from supervision.models import Chase, Notice, NoticeKind, OrderState
from supervision.models.notice_kinds import OF_SYSTEM
from supervision.notices.groups import told_in_groups
from villages.models import User
from villages.rights import READ_AUDIT_LOG

BY_CLOCK = frozenset({NoticeKind.YELLOW, NoticeKind.OVERDUE, NoticeKind.URGE})
OF_ORDER = {
    NoticeKind.ORDER_TO_SIGN: OrderState.TO_SIGN,
    NoticeKind.ORDER: OrderState.SENT,
    NoticeKind.ORDER_BACK: OrderState.SENT,
    NoticeKind.CIRCULATE: OrderState.SENT,
    NoticeKind.ORDER_REPLIED: OrderState.REPLIED,
}
OF_OPEN = frozenset(
    {
        NoticeKind.PART,
        NoticeKind.RULE,
        NoticeKind.CHASED,
        NoticeKind.RED_LINE_LATE,
    }
)
# of what was said after closing: nothing of it waits once the matter is open again
OF_CLOSED = frozenset({NoticeKind.REOPEN_ASKED, NoticeKind.UNANSWERED})


def still_to_send(notices: Sequence[Notice], at: datetime) -> list[Notice]:
    """Return which of one recipient's notices on one channel are to be sent.

    They are still true, and their recipient may still know of their cases. Those to a
    user carry `in_sight`. At most two queries.
    """
    true_ones = [notice for notice in notices if _is_true(notice)]
    on = workdays.local_day(at)
    if not true_ones:
        return []

    first = true_ones[0]
    if first.recipient:
        return _knowable_by(first.recipient, true_ones, on)
    if first.robot:
        named = told_in_groups([notice.matter for notice in true_ones], on)
        return [notice for notice in true_ones if notice.case_id in named]
    return true_ones


def _knowable_by(user: User, notices: list[Notice], on: date) -> list[Notice]:
    """Return the notices whose cases a user may know of, and note on each if the user
    may read its case. Two queries.

    Notices about the program are for whoever is an auditor now.
    """
    of_system = any(notice.kind in OF_SYSTEM for notice in notices)
    is_auditor = of_system and user.holds(on, *READ_AUDIT_LOG)

    pks = [notice.case_id for notice in notices if notice.case_id]
    counted = Case.objects.counted_for(user, on).filter(pk__in=pks)
    may_know = set(counted.values_list("pk", flat=True))

    visible = Case.objects.visible_to(user, on).filter(pk__in=may_know)
    readable = set(visible.values_list("pk", flat=True))

    for notice in notices:
        vars(notice)["in_sight"] = notice.case_id in readable

    knowable = []
    for notice in notices:
        is_of_system = notice.kind in OF_SYSTEM
        if is_auditor if is_of_system else notice.case_id in may_know:
            knowable.append(notice)
    return knowable


def _is_true(notice: Notice) -> bool:
    """Return if what a notice says is still so."""
    if notice.kind in OF_SYSTEM:  # it says what happened on a day
        return True

    case = notice.matter
    chase = notice.chase
    order = notice.order
    kind = notice.kind

    if kind in BY_CLOCK and chase:  # done in time after all, or given more time
        return chase.clock.stopped_at is None and chase.clock.due_at == chase.due_at

    if kind == NoticeKind.CHASED and chase and not _is_still_with(case, chase):
        return False

    if kind in OF_ORDER and order:  # signed, answered or taken back meanwhile
        return order.state == OF_ORDER[NoticeKind(kind)]

    if kind == NoticeKind.YOURS and notice.event:
        return case.is_open and case.stage == notice.event.target

    if kind in OF_CLOSED:
        return not case.is_open

    return _is_promise_kept(notice, case) and (kind not in OF_OPEN or case.is_open)


def _is_still_with(case: Case, chase: Chase) -> bool:
    """Return if a case is with whom it was as it was chased; older steps do not tell
    whom that was.
    """
    chased = (chase.to_post_id, chase.to_office_id)
    return chased in ((None, None), (case.owner_post_id, case.owner_office_id))


def _is_promise_kept(notice: Notice, case: Case) -> bool:
    """Return if the answer is still owed by the day that the notice promises; true of
    notices that promise none.
    """
    owed = case.reply_by
    if notice.kind == NoticeKind.PROMISED:
        return owed is not None and owed == notice.day
    return notice.kind != NoticeKind.ACCEPTED or owed is not None
