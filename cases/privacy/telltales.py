"""Telltales: words that still give a speaker away where their name and number are
blanked. Their writer is warned; nothing of it is blanked, since each may be meant
otherwise.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

from cases.models import Case
from cases.privacy.personal import names_of, values_of
from cases.privacy.redactor import personal_redactor
from minshi.text import Letters, PersonalValue, visible
from minshi.text.finding import LOCAL_PHONE
from villages.naming import given_name_of

TAIL_LENGTH = 4


def telltales(case: Case, text: str) -> list[str]:
    """Return the parts of a text by which neighbours would know who spoke.

    A name or address in the other script (歐陽), a given name alone, the last four
    digits of a telephone. What is blanked anyhow is left out. One query where others
    spoke as well.
    """
    open_text = personal_redactor(case)(text)
    simplified = Letters(_simplified(open_text))

    found = dict.fromkeys(_tails(case, open_text))
    for value in values_of(case):
        if Letters(value).plain.isalpha() and _stands_in(simplified, value):
            found[value] = None

    for name in names_of(case):
        given = Letters(given_name_of(name)).plain
        if name not in found and _stands_in(simplified, given):
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


def _simplified(text: str) -> str:
    simplified: str = _converter().convert(text)
    return simplified


@cache
def _converter() -> Any:
    # imported by the first reply that is looked at: its tables take a while to read
    from opencc import OpenCC

    return OpenCC("t2s")
