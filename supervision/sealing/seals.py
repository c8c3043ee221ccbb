"""Sealing the rows of the logs, a minute after they were written."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain, islice

from django.db import IntegrityError, transaction

from minshi.crypto import moment_in_seal, sealed
from supervision.installation import brought_up_at
from supervision.models import Log, Seal
from supervision.sealing.guards import OF_UNREADABLE_ROWS
from supervision.sealing.heads import file_of_newest, keep_newest
from supervision.sealing.logs import SOURCES
from supervision.sealing.spans import merged, spans_in, text_of

BATCH = 500
# A row that a slow transaction commits late has a lower key than others sealed before
# it: for so long it is still looked for.
LATE = timedelta(hours=1)
WIDE = 1000  # keys of a span that is worth a condition of its own


def seal_logs(at: datetime) -> int:
    """Seal the rows of every log that are under no seal yet, and return how many; keep
    the newest heads outside of the database.

    In batches, each in a transaction of its own. Safe to run twice at once: a seal that
    another worker has just made is not made again. A value that cannot be read stops
    the sealing of its own log alone, and is raised once all others are sealed. Newest
    heads that somebody took away are not begun anew before the check has found it.
    """
    count = 0
    unreadable: Exception | None = None
    for log in Log:
        try:
            while sealed_now := _seal_next(log, at):
                count += sealed_now
        except OF_UNREADABLE_ROWS as error:
            unreadable = error
    if not newest_are_missing(at) or brought_up_at() > at - LATE:
        keep_newest(at)

    if unreadable is not None:
        raise unreadable
    return count


def newest_are_missing(at: datetime) -> bool:
    """Tell whether there are no newest heads, beside seals over an hour old."""
    if file_of_newest().exists():
        return False
    return Seal.objects.filter(at__lte=at - LATE).exists()


def _seal_next(log: Log, at: datetime) -> int:
    """Seal up to BATCH rows; return how many, 0 where none waits or another is at it.

    The last seal is read first: rows that somebody seals meanwhile are under one of the
    same sequence, and one of the two is refused.
    """
    last = Seal.objects.filter(log=log).order_by("-sequence").first()
    keys = list(islice(_waiting(log, last, at), BATCH))
    if not keys:
        return 0

    seal = Seal(
        log=log,
        sequence=last.sequence + 1 if last else 1,
        rows=text_of(keys),
        count=len(keys),
        total=(last.total if last else 0) + len(keys),
        highest=max(keys[-1], last.highest if last else 0),
        digest=digest_of(log, keys, SOURCES[log].read(keys)),
        previous_hash=last.hash if last else "",
        at=at,
    )
    seal.hash = hash_of(seal)
    try:
        with transaction.atomic():
            seal.save(force_insert=True)
    except IntegrityError:
        return 0
    return len(keys)


def _waiting(log: Log, last: Seal | None, at: datetime) -> Iterator[int]:
    """Yield the keys of the rows under no seal, lowest first.

    Looked for above what was sealed an hour ago.
    """
    rows = SOURCES[log].rows()
    if last is None:
        yield from rows.values_list("pk", flat=True)[:BATCH]
        return

    recent = Seal.objects.filter(
        log=log, sequence__lte=last.sequence, at__gt=at - LATE
    ).values_list("rows", flat=True)
    rows = rows.filter(pk__gt=floor_of(log, at))
    narrow: set[int] = set()
    spans = chain.from_iterable(spans_in(text) for text in recent)
    for first, end in merged(spans):
        if end - first >= WIDE:
            rows = rows.exclude(pk__range=(first, end))
        else:
            narrow.update(range(first, end + 1))

    for key in rows.values_list("pk", flat=True).iterator():
        if key not in narrow:
            yield key


def floor_of(log: Log, at: datetime) -> int:
    """Return the highest key that was sealed an hour ago: below it no row is new."""
    old = Seal.objects.filter(log=log, at__lte=at - LATE)
    highest = old.order_by("-sequence").values_list("highest", flat=True).first()
    return highest or 0


def digest_of(log: Log, keys: list[int], rows: Mapping[int, list[object]]) -> str:
    """Return the seal over rows that were read, in the order of their keys."""
    return sealed([rows[key] for key in keys], f"rows of {log}")


def hash_of(seal: Seal) -> str:
    columns = [
        seal.previous_hash,
        seal.log,
        seal.sequence,
        seal.rows,
        seal.count,
        seal.total,
        seal.highest,
        seal.digest,
        moment_in_seal(seal.at),
    ]
    return sealed(columns, "seal")
