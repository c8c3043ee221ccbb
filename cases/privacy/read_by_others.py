"""The words of a 隐名 matter as whoever may not know who spoke reads them: for those
who may, to see whether they still tell it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.privacy.hand_overs import known_notes_about
from cases.privacy.personal import WORDS, also_hidden
from cases.privacy.redactor import speaker_redactor
from cases.privacy.table import known_words_about
from cases.workflow.actions import Action
from minshi.text import Letters, Phrase

# what is written later of how it was handled
HANDLED = ("decision", "measures", "findings", "basis", "result")

# as the form calls them where they are filled in
AS_ASKED = {"request_text": _("What is wanted"), "place": _("Where it happened")}


@dataclass(frozen=True)
class ReadByOthers:
    """Words of a matter, redacted, and what they are."""

    label: str | Promise
    text: str


def read_by_others(case: Case) -> list[ReadByOthers]:
    """Return the words of a matter as others read them, with what was written at its
    steps, each text once.

    One query.
    """
    redact = speaker_redactor(case)
    labels = {field.name: field.verbose_name for field in Case._meta.fields}
    labels |= AS_ASKED
    lines: dict[str, str | Promise] = {}
    for name in (*WORDS, *HANDLED):
        text = getattr(case, name)
        if text:
            lines.setdefault(redact(text), labels[name])

    for event in case.events.exclude(note="").order_by("sequence"):
        step = Action(event.action).label if event.action in Action.values else ""
        lines.setdefault(redact.note(event), step or event.action)
    return [ReadByOthers(label, text) for text, label in lines.items()]


def standing_nowhere(case: Case) -> list[str]:
    """Return the phrases to be blanked that stand in no words that are read without
    them: of the matter, at its meetings and six steps, in notes of hand-overs.

    No query where each stands in the fields of the matter, else up to eleven.
    """
    left = also_hidden(case)
    for text in _texts_of(case) if left else ():
        letters = Letters(text)
        left = [each for each in left if not any(Phrase(each).spans(letters))]
        if not left:
            break
    return left


def _texts_of(case: Case) -> Iterator[str]:
    for name in (*WORDS, *HANDLED):
        yield getattr(case, name)
    yield from case.replies.values_list("text", flat=True)
    for event in case.events.prefetch_related("revisions"):
        yield event.in_full("note", event.note)
    yield from known_words_about(case)
    yield from known_notes_about(case)
