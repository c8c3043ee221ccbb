"""Names, phone and ID numbers that stand in what was told, as pasted from a chat.

They belong in fields of their own, which are encrypted, masked and blanked; a title is
read in lists, notices and on receipts (domain §3).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from cases.privacy.parts import is_plainly_name, name_parts
from cases.privacy.redactor import speaker_redactor
from minshi.crypto import normal_phone
from minshi.errors import InputRefused
from minshi.text import PLACEHOLDER, PersonalValue, blanked
from minshi.text.finding import (
    GONE,
    INTRODUCTION,
    NUMBERS_GONE,
    SAID_NAME,
    SENDER,
    numbers_in,
    without_spans,
)
from minshi.text.folding import MIDDLE_DOT
from minshi.text.neighbours import without_names
from villages.lookup import cadres_of, names_in
from villages.models import Resident, Town

EDGES = "，,、；;：: \u3000\t"

# --- what joins names that are taken out: 张三、李四和王五
BLANK = re.escape(PLACEHOLDER)
AND = "(?:和|以及|(?<!参)与)"
ALL_GONE = re.compile(rf"{BLANK}(?:\s*(?:[、，,]\s*{AND}?|{AND})\s*{BLANK})+")
JOINED_TO_GONE = re.compile(rf"(?:、\s*|{AND}){BLANK}")
GONE_JOINED = re.compile(rf"{BLANK}(?:\s*、|{AND}(?![平睦谐解气好]))")
OWNING_NOTHING = re.compile(rf"{BLANK}(?![家的])")
BETWEEN_COMMAS = re.compile(rf"([，,])\s*{BLANK}\s*[，,]")


@dataclass(frozen=True)
class Pasted:
    """What was found of each kind, the first of it; empty where there is none."""

    phone: str = ""
    id_number: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.phone or self.id_number or self.name)


def pasted_in(text: str, names: Iterable[str] = ()) -> Pasted:
    """Return what seems to belong in a field of its own.

    `names` are those of neighbours who stand in the text.
    """
    numbers = numbers_in(text)
    phones = [_dialled(text[start:end]) for start, end in numbers.phones]
    identities = [text[start:end] for start, end in numbers.identities]

    introduced = SAID_NAME.search(text)
    named = list(names)
    name = introduced["name"] if introduced else ""
    if not name and len(named) == 1:
        name = named[0]

    return Pasted(
        phone=next(filter(None, phones), ""),
        id_number=next(iter(identities), ""),
        name=name,
    )


def without_numbers(text: str) -> str:
    """Return a text without phone, ID and card numbers, and without their labels and
    what joins them: 座机…或….
    """
    spans = numbers_in(text).spans
    if not spans:
        return text
    return NUMBERS_GONE.sub("", without_spans(text, spans, GONE)).strip(EDGES)


def without_id(text: str, number: str) -> str:
    """Return the words without an ID number and its label."""
    return NUMBERS_GONE.sub("", text.replace(number, GONE)).strip(EDGES)


def without_people(text: str, own: Iterable[str], others: Iterable[str]) -> str:
    """Return a text without who spoke, and with others as 张某 (domain §6).

    Numbers go first, as long as they can be told from dates and have their labels.
    """
    plain = without_numbers(text)
    values = []
    for name in own:
        values += [PersonalValue(part) for part in (name, *name_parts(name))]
    return without_names(_without_blanks(blanked(plain, values)), list(others))


def _without_blanks(text: str) -> str:
    """Return a text without its blanks, and without what joined them to each other and
    to other names; they stay where something is said to be theirs.
    """
    text = ALL_GONE.sub(PLACEHOLDER, text)
    text = JOINED_TO_GONE.sub("", text)
    text = GONE_JOINED.sub("", text)
    text = BETWEEN_COMMAS.sub(r"\1", text)
    return OWNING_NOTHING.sub("", text)


def naming_nobody(case: Case, text: str) -> str:
    """Return a title or the speaker's words for a place where anybody may read them: on
    paper, on the wall.

    Who spoke is blanked, numbers are left out, residents of the village and cadres are
    张某: it may be a complaint about one. One query.
    """
    plain = without_numbers(speaker_redactor(case)(text))
    if not plain:
        return ""
    return without_names(plain, people_in(plain, case.town, case.village_id))


def naming_no_villager(case: Case, text: str) -> str:
    """Return an officer's words about a case for such a place: as `naming_nobody`, and
    cadres keep their names, for they say who does what. One query.
    """
    return naming_no_neighbour(case, speaker_redactor(case)(text))


def naming_no_neighbour(case: Case, text: str) -> str:
    """Return the same of words whose writer may not know who spoke: of names they
    typed, none is treated as the speaker's (docs/decisions.md). One query.
    """
    plain = without_numbers(text)
    if not plain:
        return ""
    return without_names(plain, names_in(plain, neighbours_of(case)))


def people_in(text: str, town: Town, village: int | None) -> list[str]:
    """Return the names of residents of a village (by its id), and of cadres of the
    village, its town and county, that stand in a text. One query.
    """
    cadres = cadres_of(town, [village] if village else [])
    return names_in(text, _residents_of(village), cadres)


def unnamed_in(case: Case, texts: Iterable[str]) -> Callable[[str], str]:
    """Return what writes 张某 for the residents of the village who are named in any of
    these texts. One query for all of them.
    """
    names = names_in("\n".join(texts), neighbours_of(case))
    return partial(without_names, names=names)


def neighbours_of(case: Case) -> QuerySet[Resident]:
    """Return the residents of the case's village; nobody where it has none."""
    return _residents_of(case.village_id)


def _residents_of(village: int | None) -> QuerySet[Resident]:
    in_register = Resident.objects.in_register()
    return in_register.filter(household__group__village=village or 0)


def without_senders(text: str) -> str:
    """Return a text without the names before its lines, as a chat is pasted: 王外人：…

    What is no name by its surname stays: 路灯：坏了, 张家沟：停水.
    """
    return SENDER.sub(_without_sender, text)


def _without_sender(found: re.Match[str]) -> str:
    name = "".join(found["name"].split())
    is_person = is_plainly_name(name) or bool(MIDDLE_DOT.search(name))
    return "" if is_person else found[0]


def without_introduction(text: str) -> str:
    """Return a text without the clause in which somebody says who they are."""
    return INTRODUCTION.sub("", text, count=1).strip(EDGES)


def name_and_phone(typed: str, phone: str, *, field: str) -> tuple[str, str]:
    """Part a telephone that was typed into a name off: a name stands in clear, and
    nobody masks it.

    InputRefused at `field`: `phone` is another one, or it is no telephone.
    """
    numbers = numbers_in(typed)
    if not numbers.spans:
        return typed, phone

    found = {_dialled(typed[start:end]) for start, end in numbers.phones}
    room_for = {_dialled(phone)} if phone else found
    if numbers.identities or numbers.others or len(found) != 1 or found != room_for:
        refuse_number(typed, field=field)
    return without_numbers(typed), found.pop()


def refuse_number(name: str, *, field: str) -> None:
    """Refuse a name with a number of a person in it, at `field` (InputRefused)."""
    if numbers_in(name).spans:
        words = _("Leave the number out of the name; type it as the phone.")
        raise InputRefused.at(**{field: words})


def _dialled(raw: str) -> str:
    try:
        return normal_phone(raw)
    except ValidationError:
        return ""
