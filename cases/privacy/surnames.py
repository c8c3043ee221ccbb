"""Surnames apart from the name: 姓蒲，名富贵. And one of two characters by itself: 欧阳
of 欧阳大哥 and 欧阳家门口. A village has one family of it, and neighbours call them so;
one of a single character stands in other words.
"""

import re
from collections.abc import Iterable, Iterator

from cases.privacy.parts import OF_PLACE
from minshi.text import HAN, Letters
from minshi.text.letters import Span
from villages.naming import COMPOUND_SURNAME

SHORTEST_NAME, LONGEST_NAME = 3, 4  # characters, with such a surname
NAME = re.compile(rf"[{HAN}]{{{SHORTEST_NAME},{LONGEST_NAME}}}")
WHOLE_NAME = re.compile(rf"[{HAN}]{{2,{LONGEST_NAME}}}")


class NameInTwo:
    """A name of which surname and given name are said one after the other."""

    def __init__(self, surname: str, given: str) -> None:
        self.pattern = re.compile(f"姓{surname}(?:单?名字?)?(?:叫做?|是)?{given}")

    def spans(self, text: Letters) -> Iterator[Span]:
        for found in self.pattern.finditer(text.plain):
            yield text.span(found.start(), len(found[0]))


def names_in_two(values: Iterable[str]) -> list[NameInTwo]:
    """Return what finds names that are said in two, of values that are names."""
    names = dict[tuple[str, str], None]()
    for value in values:
        plain = Letters(value).plain
        if not WHOLE_NAME.fullmatch(plain):
            continue
        compound = COMPOUND_SURNAME.match(plain)
        surname = compound[0] if compound else plain[0]
        names[surname, plain[len(surname) :]] = None
    return [NameInTwo(*name) for name in names]


def surnames_in(values: Iterable[str]) -> list[str]:
    """Return the surnames of two characters among values that are names.

    They give away who spoke whatever follows them: in 欧阳锋 they are another's, and
    nothing tells that name from 欧阳家.
    """
    surnames = dict[str, None]()
    for value in values:
        plain = Letters(value).plain
        found = COMPOUND_SURNAME.match(plain)
        if found and NAME.fullmatch(plain) and not OF_PLACE.search(plain):
            surnames[found[0]] = None
    return list(surnames)
