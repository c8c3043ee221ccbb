"""Harmless retries: a write that carries a key is made once, however often it comes.

A double click, a lost answer, a client's second try bring the key again with the same
words: they get what the first try wrote. With other words the key is refused, for
nothing said may vanish behind a retry. So it is where the same form comes for another
act: what was taken down as a matter is not added to a known one as well.
"""

import json
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from minshi.crypto import digest
from minshi.errors import KeyReused

Row = TypeVar("Row", bound=Model)


def fingerprint(act: str, said: Mapping[str, Any], note: str = "") -> str:
    """Return a keyed digest of an act and whatever was said or chosen with it."""
    texts = {name: _as_text(value) for name, value in said.items()}
    filled = {name: text for name, text in texts.items() if text}
    parts = [act, note.strip(), filled]
    return digest(json.dumps(parts, ensure_ascii=False, sort_keys=True))


def _as_text(value: Any) -> str:
    if isinstance(value, Model):
        return f"{value._meta.label}:{value.pk}"
    if isinstance(value, (list, tuple, set, QuerySet)):
        return ",".join(sorted(map(_as_text, value)))
    if value is None or value is False:
        return ""
    return str(value).strip()


def once(
    rows: QuerySet[Row],
    key: UUID | None,
    said: object,
    *,
    said_before: Callable[[Row], object] = attrgetter("sent"),
) -> Row | None:
    """Return the row that this key wrote before, or None where none was written.

    `rows` are those in which the key may stand: of this writer, of this parent row.
    `said` is what is said now, a fingerprint or the words; `said_before` reads the same
    from the row. KeyReused: the key wrote a row of other words. One query with a key.
    """
    if key is None:
        return None
    known = rows.filter(key=key).first()
    if known is not None:
        refuse_reuse(said_before(known), said)
    return known


def key_in(sent: Mapping[str, Any]) -> UUID | None:
    """Return the key that came with a form; None: none that can be read."""
    try:
        return UUID(str(sent.get("key", "")))
    except ValueError:
        return None


def refuse_reuse(before: object, now: object) -> None:
    """Raise KeyReused unless a key that comes again says the same as before."""
    if before != now:
        raise key_reused()


def key_reused() -> KeyReused:
    """Return the refusal of a key that wrote something else before."""
    words = _(
        "What this form was sent with before is noted already. This is something"
        " else: send again."
    )
    return KeyReused(words)
