"""What waits in the outbox goes out: claimed for a while, sent together for each recipient, tried again, given up."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from cases.models import Case
from minshi import workdays
from supervision.channels import SENDERS, NotSent
from supervision.models import Channel, Notice, NoticeState
from villages.models import User

LEASE = timedelta(minutes=5)  # a worker that dies while sending: another takes it up after that
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
MOST_AT_ONCE = 100
WAITS = (NoticeState.WAITING, NoticeState.FAILED)
logger = logging.getLogger(__name__)


@dataclass
class Delivery:
    """How many notices went out, wait for another try, and were given up."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


def deliver(at: datetime) -> Delivery:
    """Sends what is due, all that one recipient has on a channel together; safe to run twice at once.

    A claim is committed before anything is sent, and runs out by itself: nothing is lost by a crash, and a message is
    sent twice only where the crash falls between the other side's taking it and our noting it (README, Decisions).
    """
    done = Delivery()
    while notices := _claim(at):
        _send(notices, at, done)
    return done


@transaction.atomic
def _claim(at: datetime) -> list[Notice]:
    """The oldest that is due and whatever else its recipient has on that channel; theirs until the lease runs out."""
    due = Notice.objects.filter(state__in=WAITS, send_after__lte=at).exclude(channel=Channel.INBOX)
    first = due.order_by("send_after", "pk").select_for_update(skip_locked=True, of=("self",)).first()
    if first is None:
        return []
    same = due.filter(channel=first.channel, recipient=first.recipient_id, robot=first.robot_id)
    rows = same.order_by("pk").select_for_update(skip_locked=True, of=("self",))
    locked = list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])
    Notice.objects.filter(pk__in=locked).update(send_after=at + LEASE, tries=F("tries") + 1)
    claimed = Notice.objects.filter(pk__in=locked).order_by("pk")
    return list(claimed.select_related("recipient", "robot", "chase", "order", "event", "case__village", "case__town"))


def _send(notices: list[Notice], at: datetime, done: Delivery) -> None:
    told = [notice for notice in notices if _still_theirs(notice, at)]
    rows = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
    try:
        if told:
            SENDERS[notices[0].channel](told)
    except NotSent as refusal:
        for notice in notices:
            _note_failure(notice, str(refusal), at, done, for_good=refusal.for_good)
    except Exception as error:  # a fault of ours in one message never stops the rest
        logger.exception("A notice could not be sent")
        for notice in notices:
            _note_failure(notice, type(error).__name__, at, done, for_good=False)
    else:
        done.sent += rows.update(state=NoticeState.SENT, sent_at=at, error="")


def _still_theirs(notice: Notice, at: datetime) -> bool:
    """Whether the recipient may still know of the matter; what left their sight meanwhile is not sent."""
    if notice.recipient is None:
        return True
    seen = Case.objects.counted_for(notice.recipient, workdays.local_day(at))
    return seen.filter(pk=notice.case_id).exists()


def _note_failure(notice: Notice, reason: str, at: datetime, done: Delivery, *, for_good: bool) -> None:
    given_up = for_good or notice.tries > len(BACKOFF)
    done.dead, done.failed = done.dead + given_up, done.failed + (not given_up)
    Notice.objects.filter(pk=notice.pk).update(
        state=NoticeState.DEAD if given_up else NoticeState.FAILED,
        send_after=at if given_up else at + BACKOFF[notice.tries - 1],
        error=reason[:200],
    )


def undelivered(user: User, on: date) -> QuerySet[Notice]:
    """What did not go out, of matters within the sight of an overseer."""
    cases = Case.objects.visible_to(user, on).values("pk")
    stuck = Notice.objects.filter(state__in=(NoticeState.DEAD, NoticeState.FAILED), case__in=cases)
    return stuck.select_related("recipient", "robot", "case__town", "chase", "order", "event")


def send_again(notices: QuerySet[Notice], at: datetime) -> int:
    """What was given up is tried anew, at once; how many."""
    return notices.filter(state=NoticeState.DEAD).update(state=NoticeState.WAITING, tries=0, send_after=at, error="")
