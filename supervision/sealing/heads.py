"""The heads of a day, kept outside of the database: whoever cuts a log short there, or
holds INDEX_KEY and writes it anew, does not reach them.

`var/heads/heads.jsonl` has one line a day, only ever appended; each carries a seal over
itself and the line before.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from minshi.crypto import sealed
from supervision.models import Log, Seal

NAME = "heads.jsonl"


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
    """The heads of one day, as they stand in the file."""

    day: str
    heads: list[Head]
    previous: str
    seal: str


class Unreadable(Exception):
    """A line that is none of ours, by its number."""


def heads_now() -> list[Head]:
    """Return the head of every log that has a seal."""
    found = []
    for log in Log:
        seal = Seal.objects.filter(log=log).order_by("-sequence").first()
        if seal:
            found.append(Head(log, seal.sequence, seal.hash, seal.total))
    return found


def file_of_heads() -> Path:
    return Path(settings.VAR_DIR) / "heads" / NAME


def kept_lines() -> Iterator[Line]:
    """Yield the lines kept so far. Unreadable: one that was damaged or changed."""
    file = file_of_heads()
    if not file.exists():
        return

    previous = ""
    with file.open(encoding="utf-8") as rows:
        for nth, row in enumerate(rows, 1):
            line = _read(row, nth)
            if (line.previous, line.seal) != (previous, _seal_of(line)):
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

    line = Line(day.isoformat(), heads, last.seal if last else "", "")
    file = file_of_heads()
    file.parent.mkdir(parents=True, exist_ok=True)
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(opened, "a", encoding="utf-8") as rows:
        rows.write(_written(line) + "\n")
        rows.flush()
        os.fsync(rows.fileno())


def _written(line: Line) -> str:
    row = {
        "day": line.day,
        "heads": _columns(line),
        "previous": line.previous,
        "seal": _seal_of(line),
    }
    return json.dumps(row, ensure_ascii=False)


def _columns(line: Line) -> list[list[str | int]]:
    return [
        [str(head.log), head.sequence, head.hash, head.total] for head in line.heads
    ]


def _seal_of(line: Line) -> str:
    return sealed([line.previous, line.day, _columns(line)], "heads")


def _read(row: str, nth: int) -> Line:
    try:
        words = json.loads(row)
        heads = [
            Head(Log(log), int(sequence), str(hash_), int(total))
            for log, sequence, hash_, total in words["heads"]
        ]
        return Line(words["day"], heads, words["previous"], words["seal"])
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(str(nth)) from error
