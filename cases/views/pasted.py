"""The line beneath the words: what stands in them and belongs in a field of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.workflow.pasted import pasted_in, without_id
from minshi.clock import today
from villages.lookup import names_in, neighbourhood_of
from villages.models import User
from villages.requests import whole_number


@dataclass(frozen=True)
class Filling:
    """A field, what it would be filled with, and the words that offer it."""

    field: str
    value: str
    question: str | Promise
    button: str | Promise


def fillings_for(user: User, typed: Mapping[str, str]) -> list[Filling]:
    """List what the form's words offer for fields that are still empty.

    Names are those of the neighbours whom the user may look up. One query.
    """
    words = typed.get("verbatim", "")
    found = pasted_in(words, _neighbours_in(words, user, typed.get("village", "")))

    fillings = []
    if found.phone and not typed.get("speaker_phone"):
        question = _("This looks like a phone number.")
        button = _("Put it in the field for the phone")
        fillings.append(Filling("speaker_phone", found.phone, question, button))
    if found.name and not typed.get("speaker_name"):
        asked = gettext("“%(name)s” may be who speaks.") % {"name": found.name}
        button = _("Put the name under who speaks")
        fillings.append(Filling("speaker_name", found.name, asked, button))
    if found.id_number:
        question = _("This looks like an ID number; nobody needs it here.")
        button = _("Take it out of the words")
        cleared = without_id(words, found.id_number)
        fillings.append(Filling("verbatim", cleared, question, button))

    return fillings


def _neighbours_in(words: str, user: User, village: str) -> list[str]:
    chosen = whole_number(village)
    if chosen is None or not words:
        return []
    residents = neighbourhood_of(user, today()).residents
    return names_in(words, residents.filter(household__group__village=chosen))
