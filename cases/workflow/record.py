"""The record of what happened: append-only events, free of personal values.

Each row carries the keyed hash of the one before it in its case, and seals of the case
as it left it; `proof.py` compares them.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from cases.models import Case, CaseRevision, Event
from cases.privacy.personal import PERSONAL_FIELDS, add_personal, values_in
from cases.privacy.redactor import personal_redactor
from cases.workflow.actors import Actor, Officer, Speaker
from cases.workflow.sealed_rows import Beside, rows_beside, state_of_rows
from cases.workflow.state import CHANGED_BEFORE, as_sealed, state_of
from minshi.crypto import digest, sealed
from minshi.errors import Overtaken
from minshi.text import PLACEHOLDER
from minshi.text.finding import numbers_in, without_spans

# typed values in an event's data, blanked like its note
TOLD_WHY = "told_why"
FREE_TEXT = (
    "route",
    "explained_by",
    TOLD_WHY,
)
Revised = tuple[str, str]  # a personal value before and after
# In the order in which the chain covers them: it never changes.
EVENT_COLUMNS = (
    "previous_hash",
    "case_id",
    "sequence",
    "at",
    "action",
    "actor_kind",
    "user_id",
    "post_id",
    "via",
    "source",
    "target",
    "level",
    "round",
    "note",
    "data",
    "state",
    "key",
)


def chain_hash(event: Event) -> str:
    """Return the keyed hash over every column of the event and the hash before it.

    Without INDEX_KEY nobody can make it anew for a row that was changed.
    """
    return hash_of([as_sealed(getattr(event, column)) for column in EVENT_COLUMNS])


def hash_of(event: Sequence[object]) -> str:
    """Return the hash of an event whose columns were read as they are sealed."""
    return sealed(event, "event")


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
            add_personal(case, values_in(name, old))

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
        if name == TOLD_WHY:  # the speaker reads it: no number of anybody's
            clean[name] = without_spans(
                clean[name], numbers_in(clean[name]).spans, PLACEHOLDER
            )
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
    beside: Beside | None = None,
) -> Event:
    """Return an unsaved event, next in the case's chain.

    The head of the chain on the case row goes on with it. The case and the rows beside
    it stand already as the event leaves them; `beside` are those rows, where they were
    read for many cases at once. One query where they were not. Overtaken: an event of
    the case is later than `at`.
    """
    if case.last_event_at and at < case.last_event_at:
        raise Overtaken(
            _("Something later than this was recorded already; reload the page.")
        )
    if beside is None:
        beside = rows_beside([case.pk])[case.pk]
    case.last_event_at = at
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
        state=_seals_of(case, beside),
        key=key,
        previous_hash=case.event_hash,
    )
    event.hash = case.event_hash = chain_hash(event)
    return event


def _seals_of(case: Case, beside: Beside) -> dict[str, str]:
    """Return the seals of a case as an event leaves it: none of what SQL had changed
    before, so that it stays found.
    """
    seals = state_of(case) | state_of_rows(case.pk, beside)
    return seals | dict.fromkeys(case.changed_before, CHANGED_BEFORE)


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
    digests = {name: digest_of(pair) for name, pair in revisions.items()}
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


def digest_of(revised: tuple[str | None, str | None]) -> str:
    return digest(json.dumps(revised, ensure_ascii=False))
