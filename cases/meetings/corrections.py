"""更正: corrections beside a closed meeting or a recorded step."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from cases.models import Case, Correction, FourTwoStep, Meeting
from cases.privacy.redactor import for_the_room
from cases.workflow import Officer
from minshi.errors import InputRefused
from minshi.idempotency import refuse_reuse
from minshi.text import clean_text, is_blank

Kind = TypeVar("Kind", bound=Correction)


def note_correction(
    kind: type[Kind],
    about: Meeting | FourTwoStep,
    cases: Iterable[Case | None],
    *,
    wrong: str,
    right: str,
    key: UUID,
    by: Officer,
    at: datetime,
) -> Kind:
    """Write a correction once, however often `key` comes.

    Who spoke in confidence about one of the `cases` is left out. Whose right it is the
    caller knows. InputRefused: no words. KeyReused: the key came with other words.
    """
    texts = {"wrong": clean_text(wrong), "right": clean_text(right)}
    missing = {}
    for name, text in texts.items():
        if is_blank(text):
            missing[name] = _("Please fill this in.")
    if missing:
        raise InputRefused(_("Something is missing."), missing)

    cases = list(cases)
    parent = "meeting" if isinstance(about, Meeting) else "step"
    said = {name: for_the_room(cases, text) for name, text in texts.items()}
    said_about = {parent: about, **said}
    correction, is_new = kind._default_manager.get_or_create(
        key=key, defaults={**said_about, "at": at, "post": by.post}
    )

    if not is_new:
        before = {name: getattr(correction, name) for name in said_about}
        refuse_reuse(before, said_about)
    return correction
