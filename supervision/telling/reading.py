"""Every event is told once: what is not told yet, the telling of it, and the watermark
that bounds the search.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from cases.models import Event
from minshi import workdays
from minshi.jobs import done_for
from supervision.models import EventFailure, EventSeen, Watermark
from supervision.notices.outbox import put_in_outbox
from supervision.notices.recipients import recipients_of
from supervision.notices.speaker import WORDS_AT, tell_speakers
from supervision.telling.by_hand import chased_by_hand
from supervision.telling.concerning import CONCERN_SOMEBODY, Telling
from supervision.telling.surroundings import read_surroundings

logger = logging.getLogger(__name__)
BATCH = 500
WITH_EVENT = ("case__town", "case__village", "user", "post__user")
PATIENCE = timedelta(days=1)  # that long an event that cannot be told is tried again
LAG = timedelta(hours=1)  # longer than any transaction that writes an event

TOLD_OF = CONCERN_SOMEBODY | WORDS_AT.keys()


def tell_events(at: datetime) -> tuple[int, list[str]]:
    """Writes the notices of every event not seen yet; how many events, and those that
    could not be told.

    Never by `id > last`: an event is seen when its row in EventSeen is there, written
    with its notices in one transaction; what fails stays unseen, and is tried again for
    a day. The watermark only bounds the search, an hour behind.
    """
    told, failed = 0, list[Event]()
    while events := list(
        untold()
        .exclude(pk__in=[event.pk for event in failed])
        .select_related(*WITH_EVENT)[:BATCH]
    ):
        count, bad = done_for(events, lambda rows: _tell(rows, at))
        told += count
        failed += bad
    if told or failed:
        _note_failures(failed, at)
    _raise_watermark(at)
    return told, [f"{event.case.number}/{event.sequence}" for event in failed]


def untold() -> QuerySet[Event]:
    """The events whose notices are not written yet."""
    floor = Watermark.objects.values_list("floor", flat=True).first() or 0
    seen = EventSeen.objects.filter(event=OuterRef("pk"))
    given_up = EventFailure.objects.filter(
        event=OuterRef("pk"), passed_over_at__isnull=False
    )
    return (
        Event.objects.filter(~Exists(seen), ~Exists(given_up), pk__gt=floor)
        .filter(Q(action__in=TOLD_OF) | Q(data__has_key="promised_on"))
        .order_by("pk")
    )


def _note_failures(failed: Sequence[Event], at: datetime) -> None:
    """What failed is kept with how often it was tried; after a day it is passed over,
    and the status page says so.

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
    """SKIP LOCKED is of no use here, for what is written is new: the unique row decides
    who tells.
    """
    _lock_out_others()
    known = set(
        EventSeen.objects.filter(event__in=events).values_list("event_id", flat=True)
    )
    fresh = [event for event in events if event.pk not in known]
    EventSeen.objects.bulk_create([EventSeen(event=event) for event in fresh])
    people = recipients_of(
        {event.case_id: event.case for event in fresh}.values(), workdays.local_day(at)
    )
    telling = Telling(people, read_surroundings(fresh, at), chased_by_hand(fresh, at))
    put_in_outbox(
        [message for event in fresh for message in telling.messages(event)], at=at
    )
    tell_speakers(fresh, people, at)
    return len(fresh)


def _lock_out_others() -> Watermark:
    """One teller at a time: the watermark's row is the lock (SQLite has one writer
    anyway).
    """
    Watermark.objects.get_or_create(pk=1)
    return Watermark.objects.select_for_update().get(pk=1)


def _raise_watermark(at: datetime) -> None:
    """Once in a while; in between nothing is locked or written."""
    if Watermark.objects.filter(ceiling_at__gt=at - LAG).exists():
        return
    with transaction.atomic():
        mark = _lock_out_others()
        if (
            mark.ceiling_at and mark.ceiling_at > at - LAG
        ):  # another teller was here a moment ago
            return
        if mark.ceiling_at and not untold().filter(pk__lte=mark.ceiling).exists():
            mark.floor = mark.ceiling
            EventSeen.objects.filter(event__lte=mark.floor).delete()
        mark.ceiling, mark.ceiling_at = (
            Event.objects.aggregate(last=Max("pk"))["last"] or 0,
            at,
        )
        mark.save()


@transaction.atomic
def pass_over_the_past(at: datetime) -> None:
    """What happened until now is told to nobody: for data made or taken over at
    once.
    """
    _lock_out_others()
    last = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    Watermark.objects.filter(pk=1).update(floor=last, ceiling=last, ceiling_at=at)
    EventSeen.objects.all().delete()
