"""Writes what happened: one append-only event per move, chained by hash per case, free
of personal values.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cases.models import Case, CaseRevision, Event
from cases.privacy.redactor import PERSONAL_FIELDS, names_of, personal_redactor
from cases.workflow.actors import Actor, Officer, Speaker
from minshi.crypto import digest

# typed values in an event's data, scanned like its note
FREE_TEXT = (
    "route",
    "explained_by",
)


def chain_hash(event: Event) -> str:
    """SHA-256 over every column of the event and the hash before it, in one canonical
    form.
    """
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    parts: list[Any] = [
        event.previous_hash,
        event.case_id,
        event.sequence,
        at,
        event.action,
        event.actor_kind,
    ]
    parts += [
        event.user_id,
        event.post_id,
        event.via,
        event.source,
        event.target,
        event.level,
        event.round,
    ]
    parts += [event.note, event.data, str(event.key) if event.key else None]
    canonical = json.dumps(
        parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _cleaned(
    case: Case,
    note: str,
    data: dict[str, Any],
    personal: dict[str, tuple[str, str]],
    names: Callable[[], set[str]] | None,
) -> tuple[str, dict[str, Any], dict[str, tuple[str, str]]]:
    """Note and data without personal values, and the revisions that keep what was
    blanked out.
    """
    typed = {"note": note, **{name: data[name] for name in FREE_TEXT if data.get(name)}}
    if not any(typed.values()):
        return note, data, personal
    known = names() if names else names_of(case)
    also = known.union(
        *(pair for name, pair in personal.items() if name in PERSONAL_FIELDS)
    )
    redact = personal_redactor(case, also)
    clean = {name: redact(text) for name, text in typed.items()}
    kept = {name: ("", text) for name, text in typed.items() if clean[name] != text}
    note = clean.pop("note")
    return note, {**data, **clean}, {**personal, **kept}


def new_event(
    case: Case,
    action: str,
    *,
    by: Actor,
    at: datetime,
    source: str,
    note: str = "",
    data: dict[str, Any] | None = None,
    key: UUID | None = None,
) -> Event:
    """An unsaved event, next in the case's chain; advances the chain's head on the case
    row.
    """
    case.event_count += 1
    event = Event(
        case=case,
        sequence=case.event_count,
        at=at,
        action=action,
        actor_kind=by.kind,
        user=by.user if isinstance(by, Officer) else None,
        post=by.post if isinstance(by, Officer) else None,
        via=(
            ""
            if isinstance(by, Officer)
            else by.via
            if isinstance(by, Speaker)
            else by.task
        ),
        source=source,
        target=case.stage,
        level=case.level,
        round=case.round,
        note=note,
        data=data or {},
        key=key,
        previous_hash=case.event_hash,
    )
    event.hash = case.event_hash = chain_hash(event)
    return event


def record(
    case: Case,
    action: str,
    *,
    by: Actor,
    at: datetime,
    source: str,
    note: str = "",
    data: dict[str, Any] | None = None,
    personal: dict[str, tuple[str, str]] | None = None,
    key: UUID | None = None,
    names: Callable[[], set[str]] | None = None,
) -> Event:
    """Writes one event; personal values go encrypted into CaseRevision rows, the chain
    holds their digests.

    Typed text that names the speaker is kept whole in a revision, and with the name
    blanked in the event. `names` gives what `names_of` would read, for whoever has
    read it.
    """
    note, data, personal = _cleaned(case, note, data or {}, personal or {}, names)
    digests = {
        name: digest(json.dumps(pair, ensure_ascii=False))
        for name, pair in personal.items()
    }
    data = {**data, **({"revisions": digests} if digests else {})}
    event = new_event(
        case, action, by=by, at=at, source=source, note=note, data=data, key=key
    )
    event.save(force_insert=True)
    if personal:
        CaseRevision.objects.bulk_create(
            CaseRevision(
                event=event, field=name, old=old, new=new, digest=digests[name]
            )
            for name, (old, new) in personal.items()
        )
    return event


def first_broken(case: Case, events: Iterable[Event]) -> str | None:
    """What is wrong with a case's chain, naming the first broken row; None when it
    holds.

    Checks order, links, hashes, the head kept on the case row, and the digests of
    revisions not erased.
    """
    previous, count = "", 0
    for event in events:
        count += 1
        where = f"{case.number} #{event.sequence}"
        if event.sequence != count or event.previous_hash != previous:
            return f"{where}: a row before it is missing or out of order"
        if event.hash != chain_hash(event):
            return f"{where}: the row was changed"
        if wrong := _broken_revision(event):
            return f"{where}: {wrong}"
        previous = event.hash
    if (count, previous) != (case.event_count, case.event_hash):
        return f"{case.number} #{count + 1}: the chain ends early"
    return None


def _broken_revision(event: Event) -> str | None:
    kept = {revision.field: revision for revision in event.revisions.all()}
    for name, expected in event.data.get("revisions", {}).items():
        revision = kept.get(name)
        if revision is None:
            return f"the revision of {name} is missing"
        pair = json.dumps((revision.old, revision.new), ensure_ascii=False)
        if revision.digest != expected or (
            revision.erased_at is None and digest(pair) != expected
        ):
            return f"the revision of {name} was changed"
    return None


def verify_chains(cases: Iterable[Case]) -> Iterator[str]:
    """One line for each case whose chain is broken."""
    for case in cases:
        if broken := first_broken(
            case, case.events.order_by("sequence").prefetch_related("revisions")
        ):
            yield broken
