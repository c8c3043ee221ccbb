"""What waits in the outbox goes out: claimed for a while, sent together for each recipient, tried again, given up."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from minshi import workdays
from supervision.channels import SENDERS, NotSent
from supervision.models import Channel, Notice, NoticeState
from supervision.recipients import recipients_of
from supervision.speaker import call_instead
from villages.models import User

LEASE = timedelta(minutes=5)  # a worker that dies while sending: another takes it up after that
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
MOST_AT_ONCE = 100
WAITS = (NoticeState.WAITING, NoticeState.FAILED)


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
    due.filter(tries__gt=len(BACKOFF)).update(state=NoticeState.DEAD, error=_("Every try was broken off."))
    first = due.order_by("send_after", "pk").select_for_update(skip_locked=True, of=("self",)).first()
    if first is None:
        return []
    same = due.filter(channel=first.channel, recipient=first.recipient_id, robot=first.robot_id)
    if first.channel == Channel.SMS:
        same = same.filter(pk=first.pk)  # each has a speaker of its own
    rows = same.order_by("pk").select_for_update(skip_locked=True, of=("self",))
    locked = list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])
    Notice.objects.filter(pk__in=locked).update(send_after=at + LEASE, tries=F("tries") + 1)
    claimed = Notice.objects.filter(pk__in=locked).order_by("pk")
    return list(claimed.worded().select_related("recipient", "robot"))


def _send(notices: list[Notice], at: datetime, done: Delivery) -> None:
    """A fault of ours ends the job as failed; the claim runs out, and after the last try the notice is given up."""
    rows = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
    try:
        if told := _still_theirs(notices, at):
            SENDERS[notices[0].channel](told)
    except NotSent as refusal:
        for notice in notices:
            _note_failure(notice, str(refusal), at, done, for_good=refusal.for_good)
    else:
        done.sent += rows.update(state=NoticeState.SENT, sent_at=at, error="")


def _still_theirs(notices: list[Notice], at: datetime) -> list[Notice]:
    """Those of one recipient's notices whose matter they may still know of; what left their sight is not sent."""
    user = notices[0].recipient
    if user is None:
        return notices
    seen = Case.objects.counted_for(user, workdays.local_day(at))
    kept = set(seen.filter(pk__in=[notice.case_id for notice in notices]).values_list("pk", flat=True))
    return [notice for notice in notices if notice.case_id in kept]


def _note_failure(notice: Notice, reason: str, at: datetime, done: Delivery, *, for_good: bool) -> None:
    given_up = for_good or notice.tries > len(BACKOFF)
    done.dead, done.failed = done.dead + given_up, done.failed + (not given_up)
    Notice.objects.filter(pk=notice.pk).update(
        state=NoticeState.DEAD if given_up else NoticeState.FAILED,
        send_after=at if given_up else at + BACKOFF[notice.tries - 1],
        error=reason[:200],
    )
    if given_up and notice.channel == Channel.SMS:
        call_instead(notice, recipients_of([notice.case], workdays.local_day(at)), at)


def undelivered(user: User, on: date) -> QuerySet[Notice]:
    """What did not go out, of matters within the sight of an overseer."""
    cases = Case.objects.visible_to(user, on).values("pk")
    stuck = Notice.objects.filter(state__in=(NoticeState.DEAD, NoticeState.FAILED), case__in=cases)
    return stuck.worded().select_related("recipient", "robot")


def send_again(notices: QuerySet[Notice], at: datetime) -> int:
    """What was given up is tried anew, at once; how many."""
    return notices.filter(state=NoticeState.DEAD).update(state=NoticeState.WAITING, tries=0, send_after=at, error="")
