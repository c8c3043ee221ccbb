"""What a correction changed, in words: which fields, and for whoever may know who spoke
what stood there before and after.
"""

from django.utils.translation import gettext as _

from cases.models import CaseRevision, Event
from cases.privacy.redactor import NOTHING, Redactor
from cases.workflow.actions import Action
from cases.workflow.event_data import fields_told
from cases.workflow.inputs import OTHERS
from minshi.crypto import masked_phone

EMPTY = "—"
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
    """List what an event corrected, a field each, as this reader may see it; of one
    that protects the speaker more, that their group went; empty of any other event. No
    query where the revisions were read.
    """
    may_know = redact is NOTHING
    shown = fields_told(event, knows_speaker=may_know)
    if "speaker_name" in shown and "resident" in shown:
        shown.remove("resident")  # the name says it
    if not shown:
        return []
    if event.action != Action.AMEND:
        return [_("The group was taken out, by which one could guess the household.")]

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
