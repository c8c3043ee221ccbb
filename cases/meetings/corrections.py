"""更正: what is put right beside a closed meeting or a recorded step; the record itself
stays as it was.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from cases.models import Case, Correction, FourTwoStep, Meeting
from cases.privacy.veil import without_hidden
from cases.workflow import Officer
from minshi.errors import InputRefused
from minshi.idempotency import refuse_reuse

C = TypeVar("C", bound=Correction)


def note_correction(
    kind: type[C],
    about: Meeting | FourTwoStep,
    cases: Iterable[Case | None],
    *,
    wrong: str,
    right: str,
    key: UUID,
    by: Officer,
    at: datetime,
) -> C:
    """Writes it down once, whatever repeats `key`, without who spoke in confidence
    about one of the `cases`.

    InputRefused without words; whose right it is the caller knows.
    """
    said = {"wrong": wrong.strip(), "right": right.strip()}
    if missing := {
        name: _("Please fill this in.") for name, text in said.items() if not text
    }:
        raise InputRefused(_("Something is missing."), missing)
    cases = list(cases)
    said = {name: without_hidden(cases, text) for name, text in said.items()}
    part = {"meeting" if isinstance(about, Meeting) else "step": about}
    noted, is_new = kind._default_manager.get_or_create(
        key=key, defaults={**part, "at": at, "post": by.post, **said}
    )
    if not is_new:
        was = {
            **{name: getattr(noted, name) for name in part},
            "wrong": noted.wrong,
            "right": noted.right,
        }
        refuse_reuse(was, {**part, **said})
    return noted
