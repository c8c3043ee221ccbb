"""What a correction changed, in words: which fields, and for whoever may know who spoke
what stood there before and after.
"""

from cases.models import CaseRevision, Event
from cases.privacy.personal import WHO_SPOKE
from cases.privacy.redactor import NOTHING, Redactor
from cases.workflow.event_data import data_of
from cases.workflow.inputs import OTHERS
from minshi.crypto import masked_phone

EMPTY = "—"
# they say who spoke: to whoever may not know that, not even that they were corrected
ABOUT_WHO_SPOKE = frozenset({*WHO_SPOKE, "speaker_sex", "resident", OTHERS.name})
OLD_AND_NEW = (
    "title",
    "place",
    "request_text",
    "speaker_name",
    "speaker_phone",
    "proxy_speaker",
    OTHERS.name,
)


def corrected(event: Event, redact: Redactor) -> list[str]:
    """List what an event corrected, a field each, as this reader may see it; empty of
    any other event. No query where the revisions were read.
    """
    fields = data_of(event).get("fields", [])
    may_know = redact is NOTHING
    shown = [name for name in fields if may_know or name not in ABOUT_WHO_SPOKE]
    if "speaker_name" in shown and "resident" in shown:
        shown.remove("resident")  # the name says it
    if not shown:
        return []

    revisions: dict[str, CaseRevision] = {}
    if may_know:
        revisions = {revision.field: revision for revision in event.revisions.all()}
    return [_in_words(name, revisions.get(name)) for name in shown]


def _in_words(name: str, revision: CaseRevision | None) -> str:
    """Name a field with its old and new value; without them where they are no words of
    the page, were erased, or are not this reader's to know.
    """
    label = CaseRevision(field=name).field_in_words
    if revision is None or name not in OLD_AND_NEW:
        return label
    if not (revision.old or revision.new):
        return label

    old = _shown(name, revision.old)
    new = _shown(name, revision.new)
    return f"{label}：{old} → {new}"


def _shown(name: str, value: str | None) -> str:
    """Return a value as the page shows it: a phone is masked."""
    if not value:
        return EMPTY
    return masked_phone(value) if name == "speaker_phone" else value
