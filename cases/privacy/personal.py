"""The values that give away who spoke, stored with the case: so that blanking them, and
searching the words without them, costs no query.
"""

from collections.abc import Iterable

from cases.models import Case, CoSpeaker
from cases.models.scope import hides_speaker
from cases.privacy.parts import address_parts, doors_in, name_parts, phone_parts
from cases.privacy.surnames import names_in_two, surnames_in
from minshi.crypto import blind_index
from minshi.text import (
    AnyPhone,
    PersonalValue,
    Phrase,
    Value,
    blanked,
    folded,
    searchable,
)
from minshi.text.doors import House, houses_in
from minshi.text.ends import ends_of_phones
from minshi.text.folding import as_written
from villages.models import Resident

# The fields of a case that say who spoke; what identifies them in their own words too.
WHO_SPOKE = ("speaker_name", "speaker_phone", "speaker_address", "proxy_speaker")
PERSONAL_FIELDS = (*WHO_SPOKE, "verbatim")
NAMES = ("speaker_name", "proxy_speaker")
LONGEST_FIELD_OF_NAMES = 16  # characters
LONGEST_ADDRESS = 80
# between the words as they are searched and the words as they were written
BELOW = "\n\n"
WORDS = ("title", "verbatim", "request_text", "place", "remark")
SEARCHED = (*WORDS, "adopted_from")  # also the number in an old ledger


def values_of(case: Case, fields: Iterable[str] = WHO_SPOKE) -> list[str]:
    """Return the fields of a case, and what else gives its speakers away.

    The latter are parts of the fields, names and phones of co-speakers, what personal
    fields held before and after corrections, and what the register says. No query.
    """
    own = []
    for field in fields:
        own += values_in(field, getattr(case, field) or "")
    return [*own, *noted_of(case), *_parts_of_noted(case)]


def finders_of(case: Case, fields: Iterable[str] = WHO_SPOKE) -> list[Value]:
    """Return what finds the values of a case in a text, and of a 隐名 speaker the
    number of their house, a surname of two characters, a name said in two, ends of
    telephones, and what somebody wrote down to be blanked as well. No query.
    """
    values = list(filter(None, dict.fromkeys(values_of(case, fields))))
    finders: list[Value] = [PersonalValue(value) for value in values]
    if hides_speaker(case):
        finders += _houses_of(case)
        finders += map(PersonalValue, surnames_in(values))
        finders += names_in_two(values)
        finders += ends_of_phones(values)
        finders += map(Phrase, also_hidden(case))
    return finders


def _houses_of(case: Case) -> list[House]:
    houses = dict[House, None]()
    for line in (case.speaker_address or "", *noted_of(case)):
        if len(line) <= LONGEST_ADDRESS:
            houses |= dict.fromkeys(houses_in(line))
    return list(houses)


def finders_in_words(case: Case) -> list[Value]:
    """Return what is blanked in the words of a case for readers who may not know who
    spoke: in a 隐名 matter also every telephone, for a second one is stored nowhere.
    """
    finders = finders_of(case)
    return [*finders, AnyPhone()] if hides_speaker(case) else finders


def values_in(field: str, typed: str) -> list[str]:
    """Return what was typed in a field, and the parts of it that tell who spoke."""
    if field in NAMES:
        return [typed, *name_parts(typed), *phone_parts(typed)]
    if field == "speaker_address":
        return [typed, *address_parts(typed), *phone_parts(typed)]
    return [typed]


def names_of(case: Case) -> list[str]:
    """Return the names of speaker, proxy and co-speakers, empty ones with them.

    One query where others spoke as well.
    """
    others: list[str] = []
    if case.also_personal:  # not by `others`: migrations fold words as well
        others += case.co_speakers.order_by("pk").values_list("name", flat=True)
    return [*own_names(case), *others]


def own_names(case: Case) -> list[str]:
    """Return the names of speaker and proxy, empty ones with them. No query."""
    return [getattr(case, field) for field in NAMES]


def also_personal(case: Case) -> list[str]:
    return (case.also_personal or "").splitlines()


def noted_of(case: Case) -> list[str]:
    """Return what is noted beside the fields of a case."""
    return [*also_personal(case), *of_register(case)]


def of_register(case: Case) -> list[str]:
    """Return what the register says of who spoke. A migration's rows may be of before
    that was noted.
    """
    return (getattr(case, "of_register", "") or "").splitlines()


def also_hidden(case: Case) -> list[str]:
    """Return what somebody who knows who spoke wrote down to be blanked as well.

    It stays when the matter hides its speaker no more, and blanks nothing then. A
    migration's rows may be of before it could be written down.
    """
    return (getattr(case, "also_hidden", "") or "").splitlines()


def _parts_of_noted(case: Case) -> list[str]:
    """Return the names within names of co-speakers and of corrected fields, and the
    doors within addresses.

    Also of those noted by older rules: what is noted is sealed, no update may change
    it. Whole sentences are corrected words.
    """
    parts = []
    for line in noted_of(case):
        if len(line) <= LONGEST_FIELD_OF_NAMES:
            parts += name_parts(line)
        if len(line) <= LONGEST_ADDRESS:
            parts += doors_in(line)
    return parts


def add_personal(case: Case, values: Iterable[str | None]) -> None:
    """Note values that give away who spoke, beside the fields of the case itself.

    Whoever calls saves the case.
    """
    case.also_personal = _noted(also_personal(case), values)


def add_of_register(case: Case, residents: Iterable[Resident]) -> None:
    """Note name, phone and door of residents, beside what is noted of others: a speaker
    may give the number and the door of the register in their words alone.

    Whoever calls has read their households with groups, and saves the case.
    """
    values = []
    for resident in residents:
        household = resident.household
        door = f"{household.group.number}组{household.number}号"
        values += [resident.name, resident.phone, door]
    case.of_register = _noted(of_register(case), values)


def carry_of_register(merged: Case, case: Case) -> None:
    """Note in a case what is noted of the register in a case merged into it; whoever
    calls saves the case.
    """
    case.of_register = _noted(of_register(case), of_register(merged))


def carry_also_hidden(merged: Case, case: Case) -> None:
    """Have a case blank what is blanked in a case merged into it; whoever calls saves
    the case.
    """
    case.also_hidden = _noted(also_hidden(case), also_hidden(merged))


def _noted(lines: Iterable[str], values: Iterable[str | None]) -> str:
    noted = dict.fromkeys(lines)
    for value in values:
        noted |= dict.fromkeys(line.strip() for line in (value or "").splitlines())
    noted.pop("", None)
    return "\n".join(noted)


def add_co_speakers(case: Case, people: Iterable[CoSpeaker]) -> None:
    """Write co-speakers of a case, unsaved ones; whoever calls saves the case."""
    people = list(people)
    for person in people:
        person.case = case
        person.phone_hash = blind_index(person.phone or "", "phone")
        add_personal(case, (*values_in("speaker_name", person.name), person.phone))
    CoSpeaker.objects.bulk_create(people)


def fold_words(case: Case) -> None:
    """Fold the words of a case for searching, before it is saved.

    Everybody who reads the case may find `open_words`: of a 隐名 matter the words as a
    reader sees them who may not know who spoke. A search that reached more would tell
    a hidden name letter by letter (lessons 32). One query where others spoke as well.
    """
    case.open_words, case.hidden_words = folded_words(case, names_of(case))


def folded_words(case: Case, speakers: Iterable[str]) -> tuple[str, str]:
    """Return the open and the hidden words of a case, as they are searched; `speakers`
    are the names of whoever spoke. No query.

    Where they live is found by whoever is shown who spoke, and of a 隐名 matter by
    nobody: there a door is as good as a name.
    """
    words = [getattr(case, field) for field in SEARCHED]
    if not hides_speaker(case):
        return _folded(words), _folded([*speakers, case.speaker_address])

    values = finders_in_words(case)
    readable = [_blanked_and_folded(text, values) for text in words]
    return _folded(readable), _folded([*speakers, *words])


def _blanked_and_folded(text: str, values: list[Value]) -> str:
    """Return a text as it is searched by readers who may not know who spoke.

    Folding joins what stood apart: it is blanked once more, so that a search finds no
    name that the page blanks. Numbers become digits after that: what is blanked is
    found in either.
    """
    return blanked(folded(blanked(text, values)), values)


def _folded(texts: Iterable[str]) -> str:
    """Fold texts one by one, each on a line: a word does not run over from one to the
    next.

    Below them, behind an empty line, those whose numbers were written otherwise, as
    they were written: what a number is read as may be another than was meant.
    """
    with_digits = []
    written = []
    for text in texts:
        digits = searchable(text)
        words = as_written(text)
        with_digits.append(digits)
        if words != digits:
            written.append(words)

    parts = ["\n".join(filter(None, lines)) for lines in (with_digits, written)]
    return BELOW.join(filter(None, parts))


def with_digits_alone(stored: str) -> str:
    """Return of stored words those with digits for numbers, each text once."""
    return stored.partition(BELOW)[0]
