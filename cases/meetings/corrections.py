"""更正: corrections beside a closed meeting or a recorded step."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from cases.meetings.finals import CORRECTION_OF_MINUTES, CORRECTION_OF_STEP
from cases.models import (
    Correction,
    FourTwoStep,
    Meeting,
    MinutesCorrection,
    StepCorrection,
)
from cases.models.scope import Sight
from cases.privacy.table import Table, columns
from cases.workflow import Officer
from minshi import workdays
from minshi.errors import InputRefused
from minshi.idempotency import refuse_reuse
from minshi.text import clean_text, is_blank
from villages.finals import Final, seal_final

Kind = TypeVar("Kind", bound=Correction)
FINAL_CORRECTIONS: dict[type[Correction], Final] = {
    MinutesCorrection: CORRECTION_OF_MINUTES,
    StepCorrection: CORRECTION_OF_STEP,
}


def note_correction(
    kind: type[Kind],
    about: Meeting | FourTwoStep,
    table: Table,
    *,
    wrong: str,
    right: str,
    key: UUID,
    by: Officer,
    at: datetime,
) -> Kind:
    """Write a correction once, however often `key` comes.

    It is written as on the `table` of what it corrects. Whose right it is the caller
    knows. InputRefused: no words. KeyReused: the key came with other words.
    """
    texts = {"wrong": clean_text(wrong), "right": clean_text(right)}
    missing = {}
    for name, text in texts.items():
        if is_blank(text):
            missing[name] = _("Please fill this in.")
    if missing:
        raise InputRefused(_("Something is missing."), missing)

    parent = "meeting" if isinstance(about, Meeting) else "step"
    draft = kind(**{parent: about})
    table.write(draft, Sight.of(by.user, workdays.local_day(at)), **texts)
    stored = {name: getattr(draft, name) for name in columns(draft)}
    correction, is_new = kind._default_manager.get_or_create(
        key=key, defaults={parent: about, **stored, "at": at, "post": by.post}
    )

    if is_new:
        final = FINAL_CORRECTIONS[kind]
        seal_final(final, correction, at=at, user=by.user)
    else:
        said_about = {parent: about, "wrong": draft.wrong, "right": draft.right}
        before = {name: getattr(correction, name) for name in said_about}
        refuse_reuse(before, said_about)
    return correction
