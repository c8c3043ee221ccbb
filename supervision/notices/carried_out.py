"""Notices that ask for an act which was carried out meanwhile, or is no longer asked
for: the start page, the unread ones and their number leave them out, the inbox keeps
them.
"""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cases.models import Afterword, HandBack, TimeRequest
from cases.models.choices import RequestState, Stage
from cases.workflow import Action
from supervision.models import Call, Notice, NoticeKind
from supervision.notices.lapsing import BY_CLOCK, OF_CLOSED, OF_OPEN, OF_ORDER

# what reached the end is answered by nobody
CLOSED = Q(case__stage=Stage.CLOSED)


def still_asked(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    """Leave out the notices whose act was carried out; those that ask for none stay.

    No query more: what holds of a matter now is looked up beside each notice.
    """
    return notices.exclude(
        _moved_on() | _ruled_on() | _called() | _in_time() | _of_orders() | _of_ends()
    )


def _moved_on() -> Q:
    """Match what was handed to somebody at a stage that the matter has left, and parts
    of a matter that is no longer worked on.
    """
    left = ~Q(case__stage=F("event__target")) | ~Q(case__round=F("event__round"))
    yours = Q(kind=NoticeKind.YOURS, event__isnull=False) & left
    part = Q(kind=NoticeKind.PART) & ~Q(case__stage=Stage.HANDLE)
    return yours | part


def _ruled_on() -> Q:
    """Match requests for a ruling where none is open any more."""
    requests = TimeRequest.objects.filter(
        case=OuterRef("case"), state=RequestState.OPEN
    )
    parts = HandBack.objects.filter(
        assignment__case=OuterRef("case"), state=RequestState.OPEN
    )
    return Q(~Exists(requests), ~Exists(parts), kind=NoticeKind.RULE)


def _called() -> Q:
    """Match calls that were made, or whose place another took."""
    to_make = Call.objects.to_make().filter(event=OuterRef("event"))
    return Q(~Exists(to_make), kind=NoticeKind.CALL)


def _in_time() -> Q:
    """Match what is chased no more: done after all, or given more time."""
    is_stopped = Q(chase__clock__stopped_at__isnull=False)
    has_more_time = ~Q(chase__clock__due_at=F("chase__due_at"))
    by_clock = Q(kind__in=BY_CLOCK, chase__clock__isnull=False)
    return by_clock & (is_stopped | has_more_time)


def _of_orders() -> Q:
    """Match what a supervision order asked for in a state that it has left."""
    found = Q(pk__in=[])
    for kind, state in OF_ORDER.items():
        found |= Q(kind=kind, order__isnull=False) & ~Q(order__state=state)
    return found


def _of_ends() -> Q:
    """Match what only an open matter asks for, or only a closed one."""
    waiting = Afterword.objects.filter(case=OuterRef("case"), answered_at=None)
    urges = Q(kind=NoticeKind.SPEAKER, event__action=Action.URGE)
    of_open = (Q(kind__in=OF_OPEN) | urges) & CLOSED
    of_closed = Q(kind__in=OF_CLOSED) & (~CLOSED | Q(~Exists(waiting)))
    return of_open | of_closed
