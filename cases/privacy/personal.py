"""The values that give away who spoke, stored with the case: so that blanking them, and
searching the words without them, costs no query.
"""

from collections.abc import Iterable

from cases.models import Case, CoSpeaker
from cases.models.scope import hides_speaker
from cases.privacy.parts import address_parts, name_parts, phone_parts
from minshi.crypto import blind_index
from minshi.text import PersonalValue, blanked, folded, searchable

# The fields of a case that say who spoke; what identifies them in their own words too.
WHO_SPOKE = ("speaker_name", "speaker_phone", "speaker_address", "proxy_speaker")
PERSONAL_FIELDS = (*WHO_SPOKE, "verbatim")
NAMES = ("speaker_name", "proxy_speaker")
LONGEST_FIELD_OF_NAMES = 16  # characters
WORDS = ("title", "verbatim", "request_text", "place", "remark")


def values_of(case: Case, fields: Iterable[str] = WHO_SPOKE) -> list[str]:
    """Return the fields of a case, and what else gives its speakers away.

    The latter are parts of the fields, names and phones of co-speakers, and what
    personal fields held before and after corrections. No query.
    """
    own = []
    for field in fields:
        own += values_in(field, getattr(case, field) or "")
    return [*own, *also_personal(case), *_names_in_also_personal(case)]


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


def _names_in_also_personal(case: Case) -> list[str]:
    """Return the names within names of co-speakers and of corrected fields.

    Also of those noted by older rules: what is noted is sealed, no update may change
    it. Whole sentences are corrected words.
    """
    names = []
    for line in also_personal(case):
        if len(line) <= LONGEST_FIELD_OF_NAMES:
            names += name_parts(line)
    return names


def add_personal(case: Case, values: Iterable[str | None]) -> None:
    """Note values that give away who spoke, beside the fields of the case itself.

    Whoever calls saves the case.
    """
    noted = dict.fromkeys(also_personal(case))
    for value in values:
        noted |= dict.fromkeys(line.strip() for line in (value or "").splitlines())
    noted.pop("", None)
    case.also_personal = "\n".join(noted)


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
    words = [getattr(case, field) for field in WORDS]
    if not hides_speaker(case):
        return _folded(words), _folded([*speakers, case.speaker_address])

    values = [PersonalValue(value) for value in values_of(case)]
    readable = [_blanked_and_folded(text, values) for text in words]
    return _folded(readable), _folded([*speakers, *words])


def _blanked_and_folded(text: str, values: list[PersonalValue]) -> str:
    """Return a text as it is searched by readers who may not know who spoke.

    Folding joins what stood apart: it is blanked once more, so that a search finds no
    name that the page blanks. Numbers become digits after that: what is blanked is
    found in either.
    """
    return blanked(folded(blanked(text, values)), values)


def _folded(texts: Iterable[str]) -> str:
    """Fold texts one by one: a word does not run over from one to the next."""
    return "\n".join(filter(None, map(searchable, texts)))
