"""Surnames apart from the name: 姓蒲，名富贵. And one of two characters by itself: 欧阳
of 欧阳大哥. A village has one family of it, and neighbours call them so; one of a
single character stands in other words.
"""

import re
from collections.abc import Iterable, Iterator

from cases.privacy.parts import BESIDE, OF_PLACE, SAID_OF
from minshi.text import HAN, Letters, PersonalValue
from minshi.text.letters import Span
from villages.naming import COMPOUND_SURNAME

SHORTEST_NAME, LONGEST_NAME = 3, 4  # characters, with such a surname
NAME = re.compile(rf"[{HAN}]{{{SHORTEST_NAME},{LONGEST_NAME}}}")
WHOLE_NAME = re.compile(rf"[{HAN}]{{2,{LONGEST_NAME}}}")
SEEN_BEHIND = 4  # characters behind it that tell whether a given name follows
CALLED_BEFORE = re.compile(r"[老小姓]\s*$")
NO_GIVEN_NAME = re.compile(
    rf"[^{HAN}]|$|{BESIDE}|{SAID_OF.pattern}|[氏某们公婆哥嫂叔婶伯爷爹娘姨舅]|[局站校所]长"
)


class Surname:
    """A surname, found where it stands without a given name.

    With one it is another's: 欧阳锋 is not blanked for 欧阳震华.
    """

    def __init__(self, surname: str) -> None:
        self.value = PersonalValue(surname)

    def spans(self, text: Letters) -> Iterator[Span]:
        """Yield where a text has the surname by itself."""
        for begin, end in self.value.spans(text):
            before = text.text[:begin]
            behind = text.text[end : end + SEEN_BEHIND]
            simplified = Letters(behind).plain if behind[:1].isalpha() else behind
            if CALLED_BEFORE.search(before) or NO_GIVEN_NAME.match(simplified):
                yield begin, end


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


def surnames_in(values: Iterable[str]) -> list[Surname]:
    """Return the surnames of two characters among values that are names."""
    surnames = dict[str, None]()
    for value in values:
        plain = Letters(value).plain
        found = COMPOUND_SURNAME.match(plain)
        if found and NAME.fullmatch(plain) and not OF_PLACE.search(plain):
            surnames[found[0]] = None
    return list(map(Surname, surnames))
