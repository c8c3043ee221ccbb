"""Telltales: words that still give a speaker away where their name and number are
blanked. Their writer is warned; nothing of it is blanked, since each may be meant
otherwise.
"""

import re
import unicodedata
from collections.abc import Iterator

from cases.models import Case
from cases.privacy.parts import name_parts
from cases.privacy.personal import names_of, values_of
from cases.privacy.redactor import personal_redactor
from minshi.text import Letters, PersonalValue, visible
from minshi.text.ends import LOCAL_PHONE
from villages.naming import given_name_of

TAIL_LENGTH = 4


def telltales(case: Case, text: str) -> list[str]:
    """Return the parts of a text by which neighbours would know who spoke.

    A given name alone, the last four digits of a telephone. What is blanked anyhow is
    left out. One query where others spoke as well.
    """
    open_text = personal_redactor(case)(text)
    letters = Letters(open_text)

    found = dict.fromkeys(_tails(case, open_text))
    for field in names_of(case):
        for name in (field, *name_parts(field)):
            given = Letters(given_name_of(name)).plain
            if _stands_in(letters, given):
                found[given] = None

    return list(found)


def _stands_in(text: Letters, words: str) -> bool:
    """Return True where the words are found; one character alone never is."""
    return any(PersonalValue(words).spans(text))


def _tails(case: Case, text: str) -> Iterator[str]:
    """Yield the ends of telephones that stand by themselves in a text."""
    runs = set(re.findall(r"\d+", visible(unicodedata.normalize("NFKC", text))))
    for value in map(PersonalValue, values_of(case)):
        is_phone = value.is_number and len(value.letters) >= LOCAL_PHONE
        if is_phone and value.letters[-TAIL_LENGTH:] in runs:
            yield value.letters[-TAIL_LENGTH:]
