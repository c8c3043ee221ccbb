"""Sending what waits in the outbox: claimed for a while, sent together for each
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
from supervision.models import Call, Notice, NoticeChannel, NoticeState
from supervision.notices.channels import SENDERS, NotSent, TooMany, Unanswered
from supervision.notices.hours import Hours
from supervision.notices.lapsing import still_to_send
from supervision.notices.recipients import recipients_of
from supervision.notices.speaker import call_instead
from villages.models import User

# once it is over, another worker takes up what a dead one had claimed
LEASE = timedelta(minutes=5)
# a run's length: the next minute's run goes on, the sweep has its turn in between
LONGEST = timedelta(seconds=30)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
A_MINUTE = timedelta(minutes=1)
MOST_AT_ONCE = 100
WAITS = (NoticeState.WAITING, NoticeState.FAILED)
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


@dataclass
class Delivery:
    """The numbers of notices that a run dealt with, by what became of them."""

    sent: int = 0
    failed: int = 0  # they wait for another try
    dead: int = 0  # given up
    dropped: int = 0  # no longer true, or no longer their recipient's to know


@dataclass
class Run:
    """One run of the delivery and what it did so far."""

    clock: Clock  # dates each claim
    done: Delivery = field(default_factory=Delivery)
    unanswered: set[str] = field(default_factory=set)  # channels whose server is away
    faults: list[str] = field(default_factory=list)  # of ours, in words
    calendars: dict[int | None, WorkCalendar] = field(default_factory=dict)


def deliver(
    at: datetime, clock: Clock | None = None, longest: timedelta | None = LONGEST
) -> Delivery:
    """Send what is due, all that one recipient has on a channel together.

    1. Claim the notices of one recipient on one channel, and commit the claim.
    2. Send them outside of any transaction.
    3. Note what went out; what failed waits longer each time.
    4. Go on with the next recipient, until nothing is due or `longest` is over.

    Safe to run twice at once. A claim runs out by itself: nothing is lost by a crash,
    and a message is sent twice only where the crash falls between the other side's
    taking it and our noting it (docs/decisions.md). Each claim is dated by `clock`,
    which goes on while others answer slowly; without one time stands still. A channel
    whose server does not answer is left alone for the rest of the run.
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
    """Claim the notice that is due longest and whatever else its recipient has on that
    channel, until the lease runs out.

    None: nothing is due. Empty: another worker had them, or the hour is none to write
    at; there may be more. The rows are waited for, in one order, and not skipped: else
    two workers would tear one person's letter in two.
    """
    at = run.clock()
    due = Notice.objects.filter(state__in=WAITS, send_after__lte=at).exclude(
        channel__in=(NoticeChannel.INBOX, *run.unanswered)
    )
    first = due.order_by("send_after", "pk").first()
    if first is None:
        return None

    same = due.filter(
        channel=first.channel, recipient=first.recipient_id, robot=first.robot_id
    )
    if first.channel == NoticeChannel.SMS:
        same = same.filter(pk=first.pk)  # each has a speaker of its own
    locked = same.order_by("pk").select_for_update(of=("self",))
    rows = locked.values_list("pk", "case__town_id", "is_urgent")[:MOST_AT_ONCE]

    hours = Hours(at, run.calendars)
    claimed: list[int] = []
    for pk, town, is_urgent in list(rows):
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
    """Send all together; where a fault of ours breaks that off, send each by itself, so
    that one stops no other.

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

        if len(claimed) > 1:
            for pk in claimed:
                _send(run, [pk])
        elif len(claimed) == 1:
            run.faults.append(f"notice {claimed[0]}")
            may_try_again = Notice.objects.filter(
                pk=claimed[0], tries__lte=len(BACKOFF)
            )
            _put_off(run, may_try_again, NotSent(type(fault).__name__))


def _send_together(run: Run, claimed: list[int]) -> None:
    """Send the claimed notices of one recipient as one message.

    1. Give up those whose every try was broken off.
    2. Drop those that are no longer to be sent.
    3. Send the others, and note how many the message took; the rest follow in another.
    """
    rows = Notice.objects.filter(pk__in=claimed, state__in=WAITS)
    tried_too_often = rows.filter(tries__gt=len(BACKOFF) + 1)
    _give_up(run, tried_too_often, _("Every try was broken off."))

    fresh = rows.order_by("pk").worded()
    fresh = fresh.select_related("recipient", "robot", "chase__clock")
    notices = still_to_send(list(fresh), run.clock())
    pks = [notice.pk for notice in notices]
    run.done.dropped += rows.exclude(pk__in=pks).update(state=NoticeState.DROPPED)
    if not notices:
        return

    channel = notices[0].channel
    try:
        count = SENDERS[channel](notices)
    except NotSent as refusal:
        _note_refusal(run, rows.filter(pk__in=pks), refusal, channel)
        return

    at = run.clock()
    run.done.sent += rows.filter(pk__in=pks[:count]).update(
        state=NoticeState.SENT, sent_at=at, error=""
    )
    # they follow in another message
    rows.filter(pk__in=pks[count:]).update(send_after=at, tries=F("tries") - 1)


def _note_refusal(
    run: Run, rows: QuerySet[Notice], refusal: NotSent, channel: str
) -> None:
    """Give up the notices whose last try this was, and put off the others."""
    if isinstance(refusal, Unanswered):
        run.unanswered.add(channel)
    if isinstance(refusal, TooMany):
        rows.update(tries=F("tries") - 1)

    if refusal.for_good:
        _give_up(run, rows, str(refusal))
        return

    is_last = Q(tries__gt=len(BACKOFF))
    _give_up(run, rows.filter(is_last), str(refusal))
    _put_off(run, rows.exclude(is_last), refusal)


def _put_off(run: Run, rows: QuerySet[Notice], refusal: NotSent) -> None:
    """Set the moment of another try, later each time."""
    at = run.clock()

    for pk, tries in list(rows.values_list("pk", "tries")):
        wait = A_MINUTE if isinstance(refusal, TooMany) else BACKOFF[tries - 1]
        run.done.failed += Notice.objects.filter(pk=pk).update(
            state=NoticeState.FAILED, send_after=at + wait, error=str(refusal)[:200]
        )


def _give_up(run: Run, rows: QuerySet[Notice], reason: str) -> None:
    """End the tries; a message to a speaker becomes a call, and where that fails is
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
    """Ask somebody to call the speaker whom a message did not reach.

    Return 1, or 0 where the notice is no message to a speaker.
    """
    message = Notice.objects.filter(pk=pk, channel=NoticeChannel.SMS).worded().first()
    if message is None or message.case is None:
        return 0

    recipients = recipients_of([message.matter], workdays.local_day(at))
    call_instead(message, recipients, at)
    return 1


def undelivered(user: User, on: date) -> QuerySet[Notice]:
    """Return the notices that did not go out, of the matters that an overseer sees.

    `is_called` on each: a call took its place.
    """
    cases = Case.objects.visible_to(user, on).values("pk")
    stuck = Notice.objects.filter(
        state__in=(NoticeState.DEAD, NoticeState.FAILED), case__in=cases
    )
    calls = Call.objects.filter(event=OuterRef("event"))

    marked = stuck.annotate(is_called=Exists(calls)).worded()
    return marked.select_related("recipient", "robot")


def send_again(notices: QuerySet[Notice], at: datetime) -> int:
    """Try anew, at once, what was given up; return how many there were."""
    return notices.filter(state=NoticeState.DEAD).update(
        state=NoticeState.WAITING, tries=0, send_after=at, error=""
    )
