"""The record of what happened: append-only events, free of personal values.

Each row carries the hash of the one before it in its case.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from uuid import UUID

from cases.models import Case, CaseRevision, Event
from cases.privacy.personal import PERSONAL_FIELDS, add_personal
from cases.privacy.redactor import personal_redactor
from cases.workflow.actors import Actor, Officer, Speaker
from cases.workflow.event_data import data_of
from minshi.crypto import digest

# typed values in an event's data, blanked like its note
FREE_TEXT = (
    "route",
    "explained_by",
)
Revised = tuple[str, str]  # a personal value before and after


def chain_hash(event: Event) -> str:
    """Return the SHA-256 over every column of the event and the hash before it.

    The columns stand in one canonical form, which never changes.
    """
    columns = [
        event.previous_hash,
        event.case_id,
        event.sequence,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.action,
        event.actor_kind,
        event.user_id,
        event.post_id,
        event.via,
        event.source,
        event.target,
        event.level,
        event.round,
        event.note,
        event.data,
        str(event.key) if event.key else None,
    ]
    canonical = json.dumps(
        columns, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _without_personal_values(
    case: Case,
    note: str,
    data: Mapping[str, object],
    personal: Mapping[str, Revised],
) -> tuple[str, dict[str, object], dict[str, Revised]]:
    """Blank personal values out of note and data.

    Return both, and the revisions: those of the move and those of the texts that lost
    something. Values that were corrected are blanked from now on like those that hold.
    """
    for name, (old, _new) in personal.items():
        if name in PERSONAL_FIELDS:
            add_personal(case, [old])

    typed = {"note": note}
    for name in FREE_TEXT:
        if text := data.get(name):
            typed[name] = str(text)
    if not any(typed.values()):
        return note, dict(data), dict(personal)

    redact = personal_redactor(case)
    clean = dict[str, str]()
    revisions = dict(personal)
    for name, text in typed.items():
        clean[name] = redact(text)
        if clean[name] != text:
            revisions[name] = ("", text)
    note = clean.pop("note")
    return note, {**data, **clean}, revisions


def new_event(
    case: Case,
    action: str,
    *,
    by: Actor,
    at: datetime,
    source: str,
    note: str = "",
    data: Mapping[str, object] | None = None,
    key: UUID | None = None,
) -> Event:
    """Return an unsaved event, next in the case's chain.

    The head of the chain on the case row goes on with it.
    """
    case.event_count += 1
    officer = by if isinstance(by, Officer) else None
    event = Event(
        case=case,
        sequence=case.event_count,
        at=at,
        action=action,
        actor_kind=by.kind,
        user=officer.user if officer else None,
        post=officer.post if officer else None,
        via=_way_of(by),
        source=source,
        target=case.stage,
        level=case.level,
        round=case.round,
        note=note,
        data=dict(data or {}),
        key=key,
        previous_hash=case.event_hash,
    )
    event.hash = case.event_hash = chain_hash(event)
    return event


def _way_of(by: Actor) -> str:
    """Return by what a speaker came, or which task acted; empty for an officer."""
    if isinstance(by, Officer):
        return ""
    return by.via if isinstance(by, Speaker) else by.task


def record(
    case: Case,
    action: str,
    *,
    by: Actor,
    at: datetime,
    source: str,
    note: str = "",
    data: Mapping[str, object] | None = None,
    personal: Mapping[str, Revised] | None = None,
    key: UUID | None = None,
) -> Event:
    """Write one event; whoever calls saves the case.

    Personal values go encrypted into CaseRevision rows, of which the chain holds the
    digests. Typed text that names the speaker is complete in such a row, and blanked in
    the event.
    """
    note, clean_data, revisions = _without_personal_values(
        case, note, data or {}, personal or {}
    )
    digests = {name: _digest_of(pair) for name, pair in revisions.items()}
    if digests:
        clean_data["revisions"] = digests

    event = new_event(
        case, action, by=by, at=at, source=source, note=note, data=clean_data, key=key
    )
    event.save(force_insert=True)
    if revisions:
        CaseRevision.objects.bulk_create(
            CaseRevision(
                event=event, field=name, old=old, new=new, digest=digests[name]
            )
            for name, (old, new) in revisions.items()
        )
    return event


def _digest_of(revised: tuple[str | None, str | None]) -> str:
    return digest(json.dumps(revised, ensure_ascii=False))


def first_broken(case: Case, events: Iterable[Event]) -> str | None:
    """Name the first broken row of a case's chain and what is wrong; None if it holds.

    Checked are order, links, hashes, the head on the case row, and the digests of
    revisions that are not erased.
    """
    previous = ""
    count = 0
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
    revisions = {revision.field: revision for revision in event.revisions.all()}
    for name, expected in data_of(event).get("revisions", {}).items():
        revision = revisions.get(name)
        if revision is None:
            return f"the revision of {name} is missing"

        is_erased = revision.erased_at is not None
        digest_now = _digest_of((revision.old, revision.new))
        if revision.digest != expected or (not is_erased and digest_now != expected):
            return f"the revision of {name} was changed"
    return None


def verify_chains(cases: Iterable[Case]) -> Iterator[str]:
    """Yield a line for each case whose chain is broken."""
    for case in cases:
        events = case.events.order_by("sequence").prefetch_related("revisions")
        if broken := first_broken(case, events):
            yield broken
