"""The neighbours offered where a name was typed that names nobody yet.

It is what the lookup does while somebody types, for whoever has no JavaScript.
"""

from dataclasses import dataclass

from django import forms

from cases.workflow.speakers import is_typed_to_find
from minshi.clock import today
from villages.lookup import FoundResident
from villages.lookup_counts import TooMany, look_up
from villages.models import User
from villages.requests import whole_number


@dataclass(frozen=True)
class Namesake:
    key: int
    label: str

    @classmethod
    def of(cls, found: FoundResident) -> "Namesake":
        return cls(found.id, f"{found.name} · {found.village} · {found.address}")


def namesakes_of(
    user: User, form: forms.Form, village: int | None = None
) -> list[Namesake]:
    """Return the neighbours whom a refused name begins to name; none for any other.

    `village` is the one to look in where the form asks for none. Counted like any
    lookup.
    """
    if not form.is_bound or "speaker_name" not in form.errors:
        return []

    typed = str(form["speaker_name"].value() or "")
    if not is_typed_to_find(typed):
        return []

    if "village" in form.fields:
        village = whole_number(str(form["village"].value() or ""))
    try:
        found = look_up(typed, by=user, on=today(), only_in=village)
    except TooMany:  # the form is shown without: a name can still be written out
        return []
    return [Namesake.of(resident) for resident in found]
