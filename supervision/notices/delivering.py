"""What waits in the outbox goes out: claimed for a while, sent together for each
recipient, tried again, given up.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from minshi import workdays
from minshi.jobs import SomeFailed, done_for
from minshi.workdays import WorkCalendar
from supervision.models import Call, Channel, Notice, NoticeState
from supervision.notices.channels import SENDERS, NotSent, TooMany, Unanswered
from supervision.notices.hours import Hours
from supervision.notices.lapsing import still_to_send
from supervision.notices.recipients import recipients_of
from supervision.notices.speaker import call_instead
from villages.models import User

# a worker that dies while sending: another takes it up after that
LEASE = timedelta(minutes=5)
# of a run: the next minute's goes on, and the sweep has its turn in between
LONGEST = timedelta(seconds=30)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
A_MINUTE = timedelta(minutes=1)
MOST_AT_ONCE = 100
WAITS = (NoticeState.WAITING, NoticeState.FAILED)
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


@dataclass
class Delivery:
    """How many notices went out, wait for another try, were given up, and say what is
    no longer so.
    """

    sent: int = 0
    failed: int = 0
    dead: int = 0
    dropped: int = 0


@dataclass
class Run:
    """One run: the clock that dates each claim, what it did so far, and which channels
    nobody answers on.
    """

    clock: Clock
    done: Delivery = field(default_factory=Delivery)
    away: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    calendars: dict[int, WorkCalendar] = field(default_factory=dict)


def deliver(
    at: datetime, clock: Clock | None = None, longest: timedelta | None = LONGEST
) -> Delivery:
    """Sends what is due, all that one recipient has on a channel together; safe to run
    twice at once.

    A claim is committed before anything is sent, and runs out by itself: nothing is
    lost by a crash, and a message is sent twice only where the crash falls between the
    other side's taking it and our noting it (docs/decisions.md). Each claim is dated by
    `clock`, which goes on while others answer slowly; without one time stands still. A
    run ends after `longest`, and leaves a channel alone whose server does not answer.
    SomeFailed at the end: faults of ours, which stop nobody else's notices.
    """
    run = Run(clock or (lambda: at))
    while longest is None or run.clock() - at < longest:
        notices = _claim(run)
        if notices is None:
            break
        _send(run, notices)
    if run.faults:
        raise SomeFailed(run.faults)
    return run.done


@transaction.atomic
def _claim(run: Run) -> list[int] | None:
    """The oldest that is due and whatever else its recipient has on that channel;
    theirs until the lease runs out.

    None: nothing is due. Empty: another worker had them, or the hour is none to write
    at; there may be more. The rows are waited for, in one order, and not skipped: else
    two workers would tear one person's letter in two.
    """
    at = run.clock()
    due = Notice.objects.filter(state__in=WAITS, send_after__lte=at).exclude(
        channel__in=(Channel.INBOX, *run.away)
    )
    first = due.order_by("send_after", "pk").first()
    if first is None:
        return None
    same = due.filter(
        channel=first.channel, recipient=first.recipient_id, robot=first.robot_id
    )
    if first.channel == Channel.SMS:
        same = same.filter(pk=first.pk)  # each has a speaker of its own
    rows = same.order_by("pk").select_for_update(of=("self",))
    held = rows.values_list("pk", "case__town_id", "is_urgent")[:MOST_AT_ONCE]
    hours, claimed = Hours(at, run.calendars), list[int]()
    for pk, town, is_urgent in list(held):
        moment = hours.open_for(first.channel, town, is_urgent=is_urgent)
        if moment > at:
            Notice.objects.filter(pk=pk).update(send_after=moment)
        else:
            claimed.append(pk)
    Notice.objects.filter(pk__in=claimed).update(
        send_after=at + LEASE, tries=F("tries") + 1
    )
    return claimed


def _send(run: Run, claimed: list[int]) -> None:
    """All together, and where a fault of ours breaks that off each by itself, so that
    one stops no other.

    A database that is gone is no fault of a notice: it ends the run, and the claims run
    out.
    """
    try:
        _send_together(run, claimed)
    except (OperationalError, InterfaceError):
        raise
    # as minshi.jobs: whatever a notice raises is logged, and the run ends as failed
    except Exception as fault:
        logger.exception("%s notices could not be sent", len(claimed))
        for pk in claimed if len(claimed) > 1 else ():
            _send(run, [pk])
        if len(claimed) == 1:
            run.faults.append(f"notice {claimed[0]}")
            _put_off(
                run,
                Notice.objects.filter(pk=claimed[0], tries__lte=len(BACKOFF)),
                NotSent(type(fault).__name__),
            )


def _send_together(run: Run, claimed: list[int]) -> None:
    rows = Notice.objects.filter(pk__in=claimed, state__in=WAITS)
    _give_up(
        run, rows.filter(tries__gt=len(BACKOFF) + 1), _("Every try was broken off.")
    )
    fresh = (
        rows.order_by("pk")
        .worded()
        .select_related("recipient", "robot", "chase__clock")
    )
    kept = still_to_send(list(fresh), run.clock())
    told = [notice.pk for notice in kept]
    run.done.dropped += rows.exclude(pk__in=told).update(state=NoticeState.DROPPED)
    if not kept:
        return
    try:
        count = SENDERS[kept[0].channel](kept)
    except NotSent as refusal:
        _note_refusal(run, rows.filter(pk__in=told), refusal, kept[0].channel)
        return
    at = run.clock()
    run.done.sent += rows.filter(pk__in=told[:count]).update(
        state=NoticeState.SENT, sent_at=at, error=""
    )
    # they follow in another message
    rows.filter(pk__in=told[count:]).update(send_after=at, tries=F("tries") - 1)


def _note_refusal(
    run: Run, rows: QuerySet[Notice], refusal: NotSent, channel: str
) -> None:
    if isinstance(refusal, Unanswered):
        run.away.add(channel)
    if isinstance(refusal, TooMany):
        rows.update(tries=F("tries") - 1)
    is_last = Q() if refusal.for_good else Q(tries__gt=len(BACKOFF))
    _give_up(run, rows.filter(is_last), str(refusal))
    _put_off(run, rows.exclude(is_last) if is_last else rows.none(), refusal)


def _put_off(run: Run, rows: QuerySet[Notice], refusal: NotSent) -> None:
    """Another try, later each time."""
    at = run.clock()
    for pk, tries in list(rows.values_list("pk", "tries")):
        wait = A_MINUTE if isinstance(refusal, TooMany) else BACKOFF[tries - 1]
        run.done.failed += Notice.objects.filter(pk=pk).update(
            state=NoticeState.FAILED, send_after=at + wait, error=str(refusal)[:200]
        )


def _give_up(run: Run, rows: QuerySet[Notice], reason: str) -> None:
    """No more tries; a message to a speaker becomes a call, and where that fails is
    given up all the same.
    """
    at = run.clock()
    for pk in list(rows.values_list("pk", flat=True)):
        _count, failed = done_for([pk], lambda pks: _call_instead(pks[0], at))
        run.faults += [f"notice {pk}" for pk in failed]
        run.done.dead += Notice.objects.filter(pk=pk).update(
            state=NoticeState.DEAD, error=reason[:200]
        )


def _call_instead(pk: int, at: datetime) -> int:
    message = Notice.objects.filter(pk=pk, channel=Channel.SMS).worded().first()
    if message:
        call_instead(message, recipients_of([message.case], workdays.local_day(at)), at)
    return int(message is not None)


def undelivered(user: User, on: date) -> QuerySet[Notice]:
    """What did not go out, of matters within the sight of an overseer; `is_called`: a
    call took its place.
    """
    cases = Case.objects.visible_to(user, on).values("pk")
    stuck = Notice.objects.filter(
        state__in=(NoticeState.DEAD, NoticeState.FAILED), case__in=cases
    )
    calls = Call.objects.filter(event=OuterRef("event"))
    return (
        stuck.annotate(is_called=Exists(calls))
        .worded()
        .select_related("recipient", "robot")
    )


def send_again(notices: QuerySet[Notice], at: datetime) -> int:
    """What was given up is tried anew, at once; how many."""
    return notices.filter(state=NoticeState.DEAD).update(
        state=NoticeState.WAITING, tries=0, send_after=at, error=""
    )
