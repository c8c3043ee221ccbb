"""Writes what happened: one append-only event per move, chained by hash per case, free
of personal values.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cases.models import Case, CaseRevision, CoSpeaker, Event
from cases.workflow.actors import Actor, Officer, Speaker
from minshi.crypto import GAP, digest

PLACEHOLDER = "［…］"
WHO_SPOKE = ("speaker_name", "speaker_phone", "speaker_address", "proxy_speaker")
PERSONAL_FIELDS = (*WHO_SPOKE, "verbatim")
# typed values in an event's data, scanned like its note
FREE_TEXT = (
    "route",
    "explained_by",
)
FULL_WIDTH_ZERO = 0xFF10
NO_DIGITS = re.compile(r"[^0-9]+")


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


def without_personal(case: Case, text: str, also: Iterable[str] = ()) -> str:
    """The text with the speaker's name, phone, address, proxy and own words blanked
    out.

    A phone also where it is typed with spaces, dashes or full-width digits. `also`
    names further values.
    """
    return _blanked(text, [*(getattr(case, name) for name in PERSONAL_FIELDS), *also])


def without_speaker(case: Case, text: str, also: Iterable[str] = ()) -> str:
    """隐名: the text, the speaker's own words included, without who spoke; what pages,
    ledgers and the API show.
    """
    return _blanked(text, [*(getattr(case, name) for name in WHO_SPOKE), *also])


def _blanked(text: str, personal: Iterable[str | None]) -> str:
    values = {value for value in personal if value and len(value) > 1}
    for value in sorted(values, key=len, reverse=True):
        if value.isascii() and value.isdigit():
            if value in NO_DIGITS.sub(
                "", unicodedata.normalize("NFKC", text)
            ):  # a pattern is dear, few texts need one
                digits = (
                    f"[{digit}{chr(FULL_WIDTH_ZERO + int(digit))}]" for digit in value
                )
                text = re.sub(GAP.join(digits), PLACEHOLDER, text)
        else:
            text = text.replace(value, PLACEHOLDER)
    return text


def known_names(case: Case) -> set[str]:
    """The co-speakers' names and phones, and what the speaker's were before a
    correction.
    """
    return names_known_of([case])[case.pk]


def names_known_of(cases: Collection[Case]) -> dict[int, set[str]]:
    """As `known_names`, of several cases in two queries; none without cases."""
    known: dict[int, set[str]] = {case.pk: set() for case in cases}
    if not known:
        return known
    for person in CoSpeaker.objects.filter(case__in=known):
        known[person.case_id] |= {person.name, person.phone or ""} - {""}
    former = CaseRevision.objects.filter(
        event__case__in=known, field__in=PERSONAL_FIELDS
    ).select_related("event")
    for revision in former:
        known[revision.event.case_id] |= {revision.old or "", revision.new or ""} - {""}
    return known


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
    known = names() if names else known_names(case)
    also = known.union(
        *(pair for name, pair in personal.items() if name in PERSONAL_FIELDS)
    )
    clean = {name: without_personal(case, text, also) for name, text in typed.items()}
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
    blanked in the event. `names` gives what `known_names` would read, for whoever has
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
