"""Notifying of every event once: what is not told yet, the notices of it, and the
watermark that bounds the search.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from cases.models import Event
from cases.workflow import Action
from minshi import workdays
from minshi.jobs import done_for
from supervision.models import EventFailure, EventSeen, Watermark
from supervision.notices.outbox import put_in_outbox
from supervision.notices.recipients import recipients_of
from supervision.notices.speaker import WORDS_AT, tell_speakers
from supervision.telling.by_hand import chased_by_hand
from supervision.telling.concerning import CONCERN_SOMEBODY, Telling
from supervision.telling.event_facts import read_event_facts

logger = logging.getLogger(__name__)
BATCH = 500
WITH_EVENT = ("case__town", "case__village", "user", "post__user")
PATIENCE = timedelta(days=1)  # that long an event that cannot be told is tried again
LAG = timedelta(hours=1)  # longer than any transaction that writes an event

TOLD_OF = CONCERN_SOMEBODY | WORDS_AT.keys()


def tell_events(at: datetime) -> tuple[int, list[str]]:
    """Write the notices of every event not seen yet. Return how many events, and those
    that could not be told, as case/sequence.

    Never by `id > last`: an event is seen when its row in EventSeen is there, written
    with its notices in one transaction; what fails stays unseen, and is tried again for
    a day. The watermark only bounds the search, an hour behind.
    """
    told = 0
    failed: list[Event] = []

    while True:
        failed_ids = [event.pk for event in failed]
        waiting = untold().exclude(pk__in=failed_ids).select_related(*WITH_EVENT)
        events = list(waiting[:BATCH])
        if not events:
            break

        count, bad = done_for(events, lambda rows: _tell(rows, at))
        told += count
        failed += bad

    if told or failed:
        _note_failures(failed, at)
    _raise_watermark(at)

    return told, [f"{event.case.number}/{event.sequence}" for event in failed]


def untold() -> QuerySet[Event]:
    """Return the events whose notices are not written yet, the oldest first."""
    floor = Watermark.objects.values_list("floor", flat=True).first() or 0
    seen = EventSeen.objects.filter(event=OuterRef("pk"))
    given_up = EventFailure.objects.filter(
        event=OuterRef("pk"), passed_over_at__isnull=False
    )

    unseen = Event.objects.filter(~Exists(seen), ~Exists(given_up), pk__gt=floor)
    to_tell = Q(action__in=TOLD_OF) | Q(data__has_key="promised_on")
    return unseen.filter(to_tell).order_by("pk")


def _note_failures(failed: Sequence[Event], at: datetime) -> None:
    """Record what failed and how often it was tried; after a day it is passed over, and
    the status page says so.

    For as long as it is tried the watermark stays below it, and every sweep looks
    through all that lies above.
    """
    waiting = EventFailure.objects.filter(passed_over_at=None)
    if not failed and not waiting.exists():
        return

    with transaction.atomic():
        waiting.exclude(event__in=failed).delete()  # told at last
        waiting.filter(event__in=failed).update(tries=F("tries") + 1)
        new = [EventFailure(event=event, since=at) for event in failed]
        EventFailure.objects.bulk_create(new, ignore_conflicts=True)
        given_up = waiting.filter(since__lte=at - PATIENCE).update(passed_over_at=at)

    if given_up:
        logger.error(
            "%s events could not be told for a day and are passed over", given_up
        )


def _tell(events: Sequence[Event], at: datetime) -> int:
    """Write the notices of the events that nobody has told yet, and return how many
    events they were.

    1. Lock other workers out. SKIP LOCKED is of no use here, for what is written is
       new: the unique row in EventSeen decides who tells.
    2. Note the events as seen.
    3. Read whom they concern; chasing by hand gets its step and order.
    4. Write the notices to officers, then those to speakers.
    """
    _lock_out_others()
    seen = EventSeen.objects.filter(event__in=events)
    seen_ids = set(seen.values_list("event_id", flat=True))
    fresh = [event for event in events if event.pk not in seen_ids]
    EventSeen.objects.bulk_create([EventSeen(event=event) for event in fresh])

    cases = {event.case_id: event.case for event in fresh}
    people = recipients_of(cases.values(), workdays.local_day(at))
    facts = read_event_facts(fresh, at)
    telling = Telling(people, facts, chased_by_hand(fresh, at))

    messages = []
    for event in fresh:
        messages += telling.messages(event)
    put_in_outbox(messages, at=at)
    tell_speakers(fresh, people, at)

    return len(fresh)


def _lock_out_others() -> Watermark:
    """Let one worker tell at a time: the watermark's row is the lock (SQLite has one
    writer anyway).
    """
    Watermark.objects.get_or_create(pk=1)
    return Watermark.objects.select_for_update().get(pk=1)


def _raise_watermark(at: datetime) -> None:
    """Raise the watermark once in a while; in between nothing is locked or written."""
    if Watermark.objects.filter(ceiling_at__gt=at - LAG).exists():
        return

    with transaction.atomic():
        mark = _lock_out_others()
        if mark.ceiling_at and mark.ceiling_at > at - LAG:
            return  # another worker was here a moment ago

        if mark.ceiling_at and not untold().filter(pk__lte=mark.ceiling).exists():
            mark.floor = mark.ceiling
            EventSeen.objects.filter(event__lte=mark.floor).delete()

        mark.ceiling = _last_event_id()
        mark.ceiling_at = at
        mark.save()


@transaction.atomic
def pass_over_the_past(at: datetime) -> None:
    """Notify nobody of what happened until now: for data made or taken over at once.

    Only who chased a matter by hand stays on record.
    """
    _lock_out_others()
    by_hand = untold().filter(action=Action.SUPERVISE)
    chased_by_hand(by_hand.select_related(*WITH_EVENT), at)

    last = _last_event_id()
    Watermark.objects.filter(pk=1).update(floor=last, ceiling=last, ceiling_at=at)
    EventSeen.objects.all().delete()


def _last_event_id() -> int:
    return Event.objects.aggregate(last=Max("pk"))["last"] or 0
