"""Telltales: words that still give a speaker away where their name and number are
blanked. Their writer is warned; nothing of it is blanked, since each may be meant
otherwise.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from cases.models import Case
from cases.privacy.personal import values_of
from cases.privacy.redactor import personal_redactor
from minshi.text import Letters
from villages.naming import given_name_of

TAIL_LENGTH = 4
SHORTEST_GIVEN_NAME = 2  # one character alone is in too many words


def telltales(case: Case, text: str) -> list[str]:
    """Return the parts of a text by which neighbours would know who spoke.

    A given name alone, a name in the other script (歐陽), the last four digits of a
    telephone. What is blanked anyhow is left out. No query.
    """
    open_text = personal_redactor(case)(text)
    written = Letters(open_text).plain
    simplified = Letters(_simplified(open_text)).plain

    found = dict.fromkeys(_tails(case, written))
    for name in _names_of(case):
        letters = Letters(name).plain
        given = Letters(given_name_of(name)).plain
        if letters in simplified:
            found[name] = None
        elif len(given) >= SHORTEST_GIVEN_NAME and given in simplified:
            found[given] = None

    return list(found)


def _names_of(case: Case) -> Iterator[str]:
    for value in values_of(case):
        letters = Letters(value).plain
        if len(letters) >= SHORTEST_GIVEN_NAME and letters.isalpha():
            yield value


def _tails(case: Case, written: str) -> Iterator[str]:
    """Yield the ends of telephones that stand by themselves in the text."""
    runs = set(re.findall(r"\d+", written))
    for value in values_of(case):
        tail = Letters(value).plain[-TAIL_LENGTH:]
        if tail.isdigit() and tail in runs:
            yield tail


def _simplified(text: str) -> str:
    simplified: str = _converter().convert(text)
    return simplified


@cache
def _converter() -> Any:
    # imported by the first reply that is looked at: its tables take a while to read
    from opencc import OpenCC

    return OpenCC("t2s")
