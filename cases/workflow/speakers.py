"""The person behind a name as an officer typed it at the counter (ux 2.3).

A name belongs to a resident where it is exactly theirs and nobody else's in the
village. Letters and digits are typed to look somebody up; they name nobody.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Case, CaseRevision, CoSpeaker
from cases.models.choices import Confidentiality
from cases.privacy.personal import add_of_register, names_of, of_register
from cases.workflow.actions import Action
from cases.workflow.actors import Actor, Officer, officer_typing
from cases.workflow.event_data import data_of
from cases.workflow.inputs import phone_fault
from cases.workflow.named_apart import COMMAS, names_nobody
from cases.workflow.pasted import name_and_phone
from minshi import workdays
from minshi.crypto import normal_phone
from minshi.errors import InputRefused
from minshi.text import Letters, folded
from villages.lookup import Neighbourhood, neighbourhood_of, residents_named
from villages.lookup_counts import count_lookup
from villages.models import Group, Resident, Village

MOST_CO_SPEAKERS = 20  # named at once
LONGEST_NAME = 40  # characters, of anybody who speaks
LONGEST_WORDS = 4_000  # characters of what is said
# the field of the revision that names whoever was said to be no neighbour
STRANGERS = "strangers"
SAID_BY = "said_by"  # of words added later: whose, if not the first speaker's


def is_typed_to_find(name: str) -> bool:
    """True for pinyin, initials or digits, in whatever width: no name of a villager."""
    plain = unicodedata.normalize("NFKC", name).strip()
    return bool(plain) and plain.isascii()


def checked_name(
    name: str,
    resident: Resident | None = None,
    *,
    as_typed: bool,
    field: str = "speaker_name",
) -> str:
    """Return the name that is stored: the resident's in place of letters or nothing.

    InputRefused at `field`: letters or digits that name nobody, and nobody said that
    this is how the name is written (`as_typed`).
    """
    name = name.strip()
    if resident and (not name or is_typed_to_find(name)):
        return resident.name
    if as_typed or not is_typed_to_find(name):
        return name

    words = _("“%(name)s” is not a name yet: choose who it is, or write the name.")
    raise InputRefused.at(**{field: words % {"name": name}})


@dataclass(frozen=True)
class Named:
    """Somebody as they are stored: a name, the neighbour whose name it is, and the
    phone they gave.
    """

    name: str
    resident: Resident | None
    phone: str


def named_person(
    name: str,
    village: Village | None,
    group: Group | None = None,
    *,
    resident: Resident | None = None,
    phone: str = "",
    as_typed: bool = False,
    by: Actor,
    at: datetime,
    field: str = "speaker_name",
) -> Named:
    """Return who is meant: the neighbour chosen, else the one of exactly this name.

    Only where an officer types, among the neighbours they may look up: whoever names
    themself from outside is not taken for a resident, nor is a namesake with another
    `phone`. A name written over after the choice counts, and the choice does not. A
    telephone in the name is parted off it. One query where no resident was chosen.

    Whoever is chosen without their name was looked up by this, and it is counted.
    InputRefused as in `checked_name` and `name_and_phone`, TooMany as in
    `count_lookup`.
    """
    officer = officer_typing(by)
    if officer is None:
        name, phone = name_and_phone(name, phone, field=field)
        return Named(name, resident, phone)

    if resident and _is_without_name(name, resident):
        count_lookup(officer.user, workdays.local_day(at))
    name = checked_name(name, resident, as_typed=as_typed, field=field)
    name, phone = name_and_phone(name, phone, field=field)
    if resident and folded(resident.name) != folded(name):
        resident = None
    if resident is None and not as_typed:
        found = neighbour_named(name, village, group, by=officer, at=at)
        if found and not _has_other_phone(found, phone):
            resident = found
    return Named(name, resident, phone)


def neighbour_named(
    name: str,
    village: Village | None,
    group: Group | None = None,
    *,
    by: Officer,
    at: datetime,
) -> Resident | None:
    """Return the one resident of the village with exactly this name, or None.

    Of the group alone, where one is given. One query; none without name or village.
    """
    names = [name] if name else []
    return neighbours_named(names, village, group, by=by, at=at).get(name)


def neighbours_named(
    names: Collection[str],
    village: Village | None,
    group: Group | None = None,
    *,
    by: Officer,
    at: datetime,
) -> dict[str, Resident]:
    """Return by name the residents as `neighbour_named` does; one query for all."""
    if village is None or not names:
        return {}

    def where() -> Neighbourhood:
        return neighbourhood_of(by.user, workdays.local_day(at))

    return residents_named(names, where, village, group)


def named_people(
    names: Collection[str],
    village: Village | None,
    *,
    as_typed: bool = False,
    by: Actor,
    at: datetime,
    field: str,
) -> list[CoSpeaker]:
    """Return unsaved co-speakers of these names, of no case yet.

    Each is linked where an officer typed a name that is exactly one neighbour's; one
    query for all. `field` is where they were typed.
    InputRefused: too many of them, one too long to be stored or but a number, or as in
    `checked_name` and `name_and_phone`.
    """
    if len(names) > MOST_CO_SPEAKERS:
        words = _("At most %(most)s people can be named at once.")
        raise InputRefused.at(**{field: words % {"most": MOST_CO_SPEAKERS}})
    for name in names:
        if len(name) > LONGEST_NAME:
            words = _("“%(name)s” is too long for a name; put a comma between names.")
            raise InputRefused.at(**{field: words % {"name": name}})
        if names_nobody(name):
            words = _("“%(name)s” names nobody; leave it out, or write the name.")
            raise InputRefused.at(**{field: words % {"name": name}})

    officer = officer_typing(by)
    phones = {}
    for typed in names:
        if officer:
            checked_name(typed, as_typed=as_typed, field=field)
        name, phone = name_and_phone(typed, "", field=field)
        phones[name] = phone

    if officer is None:
        return [co_speaker(name, phone=phone) for name, phone in phones.items()]

    written = []
    for name in phones:
        if not is_typed_to_find(name):  # letters would find somebody by their initials
            written.append(name)
    residents = neighbours_named(written, village, by=officer, at=at)
    return [
        co_speaker(name, residents.get(name), phone) for name, phone in phones.items()
    ]


def co_speaker(
    name: str, resident: Resident | None = None, phone: str = ""
) -> CoSpeaker:
    """Return an unsaved co-speaker; what is not given of a resident is theirs."""
    if resident is not None:
        name = name or resident.name
        phone = phone or resident.phone or ""
    return CoSpeaker(resident=resident, name=name, phone=phone)


def first_speaker(case: Case) -> CoSpeaker:
    """Return the speaker of a case as an unsaved co-speaker, to compare and hand on."""
    return CoSpeaker(
        resident=case.resident, name=case.speaker_name, phone=case.speaker_phone or ""
    )


def is_same_person(one: CoSpeaker, other: CoSpeaker) -> bool:
    """True where both are one neighbour, or share a name or a number and nothing tells
    them apart: not two neighbours, no other name, no other number, nor that one of them
    was said to be no neighbour.
    """
    strangers = (one.is_stranger, other.is_stranger)
    if any(strangers) and (one.resident_id or other.resident_id):
        return False
    if one.resident_id and other.resident_id:
        return one.resident_id == other.resident_id
    if one.name and other.name and not is_same_name(one.name, other.name):
        return False
    if one.phone and other.phone:
        return one.phone == other.phone
    return bool(one.name and other.name)


def fields_decided(case: Case) -> set[str]:
    """Return the fields of the speaker on which officers have decided themselves: what
    corrections changed, and the neighbour where the name was said to be nobody's.

    Nothing fills them in by the name alone afterwards. One query.
    """
    decided = set()
    for event in case.events.filter(action__in=(Action.REGISTER, Action.AMEND)):
        data = data_of(event)
        decided |= set(data.get("fields", []))
        if data.get("as_typed"):
            decided.add("resident")
    return decided


def was_group_chosen(case: Case) -> bool:
    """Return True where somebody chose the group of a case, False where it was taken
    from the household of its speaker. One query.

    Events from before that was noted tell nothing: there the household's own group was
    taken from it, and any other chosen.
    """
    events = case.events.filter(action__in=(Action.REGISTER, Action.AMEND))
    for event in events.order_by("-sequence"):
        data = data_of(event)
        if "group_chosen" in data:
            return data["group_chosen"]
        if "group" in data.get("fields", []):
            break

    resident = case.resident
    return resident is None or case.group != resident.household.group


def is_same_name(one: str, other: str) -> bool:
    """True for one name in whatever characters: 張長生 and 张长生."""
    return folded(one) == folded(other) or (
        bool(Letters(one).plain) and Letters(one).plain == Letters(other).plain
    )


def is_stranger(case: Case) -> bool:
    """True where the speaker was said to be no neighbour of their name. One query."""
    return case.resident is None and "resident" in fields_decided(case)


def note_register(case: Case) -> None:
    """Note what the register says of whoever spoke in a 隐名 or 保密 matter, before an
    event seals it. Whoever calls saves the case.

    Of each neighbour once, under the name by which they spoke: who keeps the register
    may not know who spoke, and would learn it where a word of the matter that they
    write there as a name, or a door, is blanked with the next step.

    Two queries, where somebody who spoke may be a neighbour.
    """
    may_be_neighbours = bool(case.resident_id or case.also_personal)
    if case.confidentiality == Confidentiality.NORMAL or not may_be_neighbours:
        return

    others = case.co_speakers.filter(resident__isnull=False).values("resident")
    neighbours = Resident.objects.filter(Q(pk=case.resident_id) | Q(pk__in=others))
    neighbours = neighbours.select_related("household__group").order_by("pk")

    spoke_as = names_of(case)
    noted = set(of_register(case))
    new = []
    for neighbour in neighbours:
        is_called_so = any(is_same_name(neighbour.name, name) for name in spoke_as)
        if is_called_so and neighbour.name not in noted:
            new.append(neighbour)
    add_of_register(case, new)


def names_of_strangers(case: Case) -> set[str]:
    """Return the names of whoever joined and was said to be no neighbour. One query."""
    noted = CaseRevision.objects.filter(event__case=case, field=STRANGERS)
    names = set()
    for revision in noted:
        names |= set(COMMAS.split(revision.new or ""))
    return names - {""}


def _is_without_name(typed: str, resident: Resident) -> bool:
    """True where nothing or letters were typed of a resident chosen by their id: the
    answer tells the name.
    """
    if folded(typed) == folded(resident.name):  # may be written in letters
        return False
    return not typed.strip() or is_typed_to_find(typed)


def _has_other_phone(resident: Resident, typed: str) -> bool:
    """True where the speaker gave another number than the resident's: a namesake."""
    if not typed or not resident.phone:
        return False
    try:
        return normal_phone(typed) != resident.phone
    except ValidationError:  # refused where the phone is stored
        return False


def unmasked_phone(raw: str, field: str = "speaker_phone") -> str:
    """Return a phone number in its one form; `field` is where it was typed.

    InputRefused: no number, or a masked one, which would destroy the one stored.
    """
    if fault := phone_fault(raw):
        raise InputRefused.at(**{field: fault})
    return normal_phone(raw)
