"""The audit log in the words of its reader: what was sealed or closed, and who did it
where no account did. What is stored stays as it is.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from minshi.errors import Text
from villages.models import AuditRecord
from villages.models.audit import AuditKind

# by the name under which its seal is recorded (villages/finals.py)
SEALED: Mapping[str, Text] = MappingProxyType(
    {
        "meeting": pgettext_lazy("sealed", "minutes of a meeting"),
        "correction": pgettext_lazy("sealed", "correction of minutes"),
        "six-steps": pgettext_lazy("sealed", "the six steps"),
        "step": pgettext_lazy("sealed", "step of the six"),
        "step-correction": pgettext_lazy("sealed", "correction of a step"),
        "signed-sheet": pgettext_lazy("sealed", "photo of a signed sheet"),
        "sheet-bytes": pgettext_lazy("sealed", "digest of a signed sheet"),
        "order": pgettext_lazy("sealed", "supervision order"),
        "public-report": pgettext_lazy("sealed", "public report"),
        "post": pgettext_lazy("sealed", "post"),
        "attachment": pgettext_lazy("sealed", "file of a matter"),
        "attachment-bytes": pgettext_lazy("sealed", "digest of a file of a matter"),
        "account": pgettext_lazy("sealed", "account"),
        "town": pgettext_lazy("sealed", "town"),
        "village": pgettext_lazy("sealed", "village"),
        "group": pgettext_lazy("sealed", "villagers' group"),
        "office": pgettext_lazy("sealed", "office"),
        "seat": pgettext_lazy("sealed", "seat"),
        "procedure": pgettext_lazy("sealed", "rules of procedure"),
        "topic": pgettext_lazy("sealed", "topic"),
        "deadline-rule": pgettext_lazy("sealed", "deadline of a town"),
        "calendar-day": pgettext_lazy("sealed", "calendar day"),
        "rung": pgettext_lazy("sealed", "step of the ladder"),
        "item": pgettext_lazy("sealed", "item of an agenda"),
        "shift": pgettext_lazy("sealed", "shift"),
        "swap": pgettext_lazy("sealed", "swap of shifts"),
        "leave": pgettext_lazy("sealed", "leave from duty"),
        "password": pgettext_lazy("sealed", "password of an account"),
        "second-factor": pgettext_lazy("sealed", "second factor"),
        "wall": pgettext_lazy("wall", "wall"),
    }
)
NAMED = re.compile(r"([a-z-]+):(\d+) ")
ITEM = re.compile(r"(item:\d+ ).*(?=[0-9a-f]{64}$)", re.DOTALL)
OF_LEDGERS = (AuditKind.CLOSED, AuditKind.IN_RED)

_names_of_ledgers: list[Callable[[], Mapping[str, Text]]] = []


def add_names_of_ledgers(names: Callable[[], Mapping[str, Text]]) -> None:
    """Let an app above name its ledgers by their keys, as it is made ready."""
    _names_of_ledgers.append(names)


def subject_in_words(record: AuditRecord) -> str:
    """Return to what something was done, in the reader's words."""
    if record.kind == AuditKind.SEALED:
        return _sealed_in_words(record.subject)
    if record.kind in OF_LEDGERS:
        return _ledger_in_words(record.subject)
    return record.subject


def without_words_of_item(subject: str) -> str:
    """Return the subject of a sealed row without the words that an item of an agenda
    was called by: they may name who spoke in a matter that was hidden since.
    """
    return ITEM.sub(r"\1", subject)


def _sealed_in_words(subject: str) -> str:
    found = NAMED.match(subject)
    if found is None or found[1] not in SEALED:
        return subject
    return f"{SEALED[found[1]]} {found[2]} {subject[found.end() :]}"


def _ledger_in_words(subject: str) -> str:
    """Put the ledger's name in the place of its key, which stands behind the place."""
    for names in _names_of_ledgers:
        for key, name in names().items():
            subject = subject.replace(f" {key} ", f" {name} ", 1)
    return subject


def actor_in_words(record: AuditRecord) -> str:
    """Name whoever acted where no account did: the system itself; nobody for whoever
    failed to log in, from an address.
    """
    if record.user is None and record.address is None:
        return _("the system")
    return ""
