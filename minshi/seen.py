"""What somebody saw of a row when they opened its form: what others wrote since is not
written over unseen.
"""

import hashlib
import json
from typing import Any

from django.db.models import Model

from minshi.errors import StaleVersion, Text

LENGTH = 16


def mark_of(row: Model | None, names: tuple[str, ...]) -> str:
    """Return the mark of what stands in some columns of a row; empty without one.

    It answers guesses at what stands there: where that may hold hidden words, name the
    moment of writing and who wrote.
    """
    if row is None or row.pk is None:
        return ""
    values: list[Any] = [getattr(row, name) for name in names]
    text = json.dumps(values, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def refuse_unseen(now: str, seen: str | None, words: Text) -> None:
    """StaleVersion: a row has another mark now than the one that was seen. None: who
    asks has seen nothing and says how it shall be, as a client of the API.
    """
    if seen is not None and seen != now:
        raise StaleVersion(words, newest=now)
