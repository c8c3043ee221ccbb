"""Heads kept outside of the database: whoever cuts a log short there, or holds
INDEX_KEY and writes it anew, does not reach them.

`var/heads/heads.jsonl` has one line a day, only ever appended; each carries a seal over
itself and the line before. `var/heads/newest.json` has the heads of the minute: each
takes the place of the one before, as long as the database still has that.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from minshi.crypto import sealed
from supervision.models import Log, Seal
from supervision.sealing.guards import OF_UNREADABLE_ROWS

NAME = "heads.jsonl"
NEWEST = "newest.json"
# what a seal is over: a line of the one file is none of the other
OF_DAY = "heads"
OF_MINUTE = "newest heads"


@dataclass(frozen=True)
class Head:
    """The last seal of a log, and the number of rows under it and those before it."""

    log: Log
    sequence: int
    hash: str
    total: int

    def __str__(self) -> str:
        words = _("%(log)s: %(total)s rows, seal %(sequence)s, %(hash)s")
        return words % {
            "log": self.log.label,
            "total": self.total,
            "sequence": self.sequence,
            "hash": self.hash,
        }


@dataclass(frozen=True)
class Line:
    """The heads of one day, or of the minute, as they stand in the file."""

    day: str  # of the newest, with its minute
    heads: list[Head]
    previous: str
    seal: str


class Unreadable(Exception):
    """A line that is none of ours, by its number."""


def heads_now() -> list[Head]:
    """Return the head of every log that has a seal, of those that can be read."""
    found = []
    for log in Log:
        seals = Seal.objects.filter(log=log).order_by("-sequence")
        with suppress(*OF_UNREADABLE_ROWS):
            last = seals.values("sequence", "hash", "total").first()
            if last:
                sequence = int(last["sequence"])
                head = Head(log, sequence, str(last["hash"]), int(last["total"]))
                found.append(head)
    return found


def file_of_heads() -> Path:
    return Path(settings.VAR_DIR) / "heads" / NAME


def kept_lines() -> Iterator[Line]:
    """Yield the lines kept so far. Unreadable: one that was damaged or changed."""
    file = file_of_heads()
    if not file.exists():
        return

    previous = ""
    with file.open(encoding="utf-8", errors="replace") as rows:
        for nth, row in enumerate(rows, 1):
            line = _read(row, nth, OF_DAY)
            if line.previous != previous:
                raise Unreadable(str(nth))
            previous = line.seal
            yield line


def keep(heads: list[Head], day: date) -> None:
    """Append the line of a day, once, and see it onto the disk. Unreadable: the file
    was damaged; nothing is appended to it.
    """
    last = None
    for last in kept_lines():
        if last.day == day.isoformat():
            return

    _bring_seals_to_disk()
    line = Line(day.isoformat(), heads, last.seal if last else "", "")
    file = file_of_heads()
    file.parent.mkdir(parents=True, exist_ok=True)
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(opened, "a", encoding="utf-8") as rows:
        rows.write(_written(line, OF_DAY) + "\n")
        rows.flush()
        os.fsync(rows.fileno())


# --- the heads of the minute


def file_of_newest() -> Path:
    return file_of_heads().with_name(NEWEST)


def newest_line() -> Line | None:
    """Return the newest heads; None where none were kept. Unreadable: damaged."""
    file = file_of_newest()
    if not file.exists():
        return None

    return _read(file.read_text(encoding="utf-8", errors="replace"), 1, OF_MINUTE)


def keep_newest(at: datetime) -> None:
    """Put the heads of now in the place of the newest before, in one step.

    Those that the database no longer has stay, and bear witness against it; so does a
    damaged file, until somebody has looked.
    """
    try:
        before = newest_line()
    except Unreadable:
        return
    heads = heads_now()
    if heads == (before.heads if before else []):
        return
    if before and not all(is_there(head) for head in before.heads):
        return

    _bring_seals_to_disk()
    minute = f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    line = Line(minute, heads, "", "")
    file = file_of_newest()
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(
        "w", dir=file.parent, prefix=f".{NEWEST}-", encoding="utf-8", delete=False
    ) as draft:
        draft.write(_written(line, OF_MINUTE) + "\n")
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(file)


def is_there(head: Head) -> bool:
    """Return if the database still has the seal of a head."""
    seals = Seal.objects.filter(log=head.log, sequence=head.sequence)
    return seals.filter(hash=head.hash, total=head.total).exists()


def _bring_seals_to_disk() -> None:
    """See to it that no head outlives its seal where power fails.

    SQLite brings to the disk at a checkpoint only what was committed before; none can
    be made inside a transaction. PostgreSQL does so at every commit.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


# --- their form


def _written(line: Line, purpose: str) -> str:
    row = {
        "day": line.day,
        "heads": _columns(line),
        "previous": line.previous,
        "seal": _seal_of(line, purpose),
    }
    return json.dumps(row, ensure_ascii=False)


def _columns(line: Line) -> list[list[str | int]]:
    return [
        [str(head.log), head.sequence, head.hash, head.total] for head in line.heads
    ]


def _seal_of(line: Line, purpose: str) -> str:
    return sealed([line.previous, line.day, _columns(line)], purpose)


def _read(row: str, nth: int, purpose: str) -> Line:
    """Return a line that bears its own seal. Unreadable: it is none of ours."""
    try:
        words = json.loads(row)
        heads = [
            Head(Log(log), int(sequence), str(hash_), int(total))
            for log, sequence, hash_, total in words["heads"]
        ]
        line = Line(words["day"], heads, words["previous"], words["seal"])
        is_ours = line.seal == _seal_of(line, purpose)
    except OF_UNREADABLE_ROWS as error:
        raise Unreadable(str(nth)) from error

    if not is_ours:
        raise Unreadable(str(nth))
    return line
