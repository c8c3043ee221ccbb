"""Persons in a text: names and numbers found again however they were spelled, and the
numbers that are somebody's whoever they belong to.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from minshi.text.folding import HAN, visible

# as digits are written out, and read aloud on the telephone
HAN_DIGITS = str.maketrans(
    "〇零○一幺壹二两贰三叁四肆五伍六陆七柒八捌九玖", "00011122233445566778899"
)
PLACEHOLDER = "［…］"
LETTER = re.compile(rf"[^\W_]|[{HAN}]")
LONGEST_GAP = 3  # characters between two letters of one name or number
# Between the characters of a name: blanks, dots and dashes, no punctuation. In
# 「老王，刚来过」 nobody named 王刚 is meant.
GAP_IN_NAME = re.compile(r"[^\S\n\r]*[·•‧∙⋅・.．\-‐-―'’`*_~]?[^\S\n\r]*")
SHORTEST_VALUE = 2
LONGEST_NAME = 6
# Eight digits in a row are one telephone's; seven may be a neighbour's of the same
# exchange.
TELLING_DIGITS = 8
MOBILE = re.compile(r"1\d{10}")
AREA_CODE = re.compile(r"0(?:10|2\d|\d{3})(?=\d{7,8}$)")
# Of 18 digits the 7th to 14th are a birthday (GB 11643); the check digit is not asked
# about, since a mistyped number gives somebody away as well.
IDENTITY_NUMBER = re.compile(
    r"(?=([1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]))"
)
BANK_CARD = re.compile(r"(?<!\d)(?:62|4|5)\d{14,17}(?!\d)")

Span = tuple[int, int]  # of a text: the first character, and the one after the last


@dataclass(frozen=True)
class Letters:
    """The letters and digits of a text in one form, and the place of each in it."""

    text: str

    @cached_property
    def _pairs(self) -> list[tuple[str, int]]:
        pairs = []
        for place, character in enumerate(self.text):
            for letter in unicodedata.normalize("NFKC", character).casefold():
                if LETTER.match(letter):
                    pairs.append((letter, place))
        return pairs

    @cached_property
    def plain(self) -> str:
        return "".join(letter for letter, _place in self._pairs)

    @cached_property
    def with_digits(self) -> str:
        """The same with digits for 一二三, letter by letter."""
        return self.plain.translate(HAN_DIGITS)

    def span(self, start: int, length: int) -> Span:
        """Return the part of the text in which these letters stand."""
        places = [place for _letter, place in self._pairs[start : start + length]]
        return places[0], places[-1] + 1

    def gaps(self, start: int, length: int) -> Iterator[str]:
        """Yield what stands between each two of these letters, without the unseen."""
        places = [place for _letter, place in self._pairs[start : start + length]]
        for place, next_place in pairwise(places):
            yield visible(self.text[place + 1 : next_place])


class PersonalValue:
    """One value that gives somebody away: a name, a telephone, an address, words."""

    def __init__(self, value: str) -> None:
        self.letters = Letters(value).plain
        self.is_number = self.letters.isascii() and self.letters.isdigit()

    def spans(self, text: Letters) -> Iterator[Span]:
        """Yield the parts of a text that spell the value.

        A single character gives nobody away: it stands in other words.
        """
        if len(self.letters) < SHORTEST_VALUE:
            return
        if self.is_number:
            yield from self._spans_of_number(text)
        else:
            yield from self._spans_of_words(text)

    def _spans_of_words(self, text: Letters) -> Iterator[Span]:
        length = len(self.letters)
        for start in _starts(self.letters, text.plain):
            is_inside_word = self.letters.isascii() and _is_inside_word(
                text.plain, start, length
            )
            if is_inside_word or not all(map(self._is_gap, text.gaps(start, length))):
                continue
            yield text.span(start, length)

    def _is_gap(self, between: str) -> bool:
        if len(between) > LONGEST_GAP:
            return False
        is_name = len(self.letters) <= LONGEST_NAME
        return not is_name or bool(GAP_IN_NAME.fullmatch(between))

    def _spans_of_number(self, text: Letters) -> Iterator[Span]:
        for digits in self._telling_digits():
            for start in _starts(digits, text.with_digits):
                if all(
                    len(gap) <= LONGEST_GAP for gap in text.gaps(start, len(digits))
                ):
                    yield text.span(start, len(digits))

    def _telling_digits(self) -> Iterator[str]:
        """Yield what gives the number away: all of it, and every eight digits of it.

        Of a landline the digits after the area code, which the whole town shares.
        """
        yield self.letters
        if MOBILE.fullmatch(self.letters):
            for first in range(len(self.letters) - TELLING_DIGITS + 1):
                yield self.letters[first : first + TELLING_DIGITS]
        elif area := AREA_CODE.match(self.letters):
            yield self.letters[area.end() :]


def blanked(text: str, values: Iterable[PersonalValue]) -> str:
    """Return a text with a placeholder for each of these values.

    They are found in full width or half, with blanks, dots and dashes between, numbers
    and longer words with any three signs between, digits as 一三九. They are not found
    in the other script, in pinyin, in part or misspelled. Identity and bank card
    numbers are blanked whoever they belong to.
    """
    letters = Letters(text)
    spans = list(_numbers_of_persons(letters))
    for value in values:
        spans += value.spans(letters)
    return _without(text, spans)


def _without(text: str, spans: Iterable[Span]) -> str:
    """Return a text with a placeholder for the spans, which may overlap."""
    parts = []
    done = 0
    for start, end in sorted(spans):
        if start >= done:
            parts += [text[done:start], PLACEHOLDER]
        done = max(done, end)

    return "".join([*parts, text[done:]])


def _numbers_of_persons(text: Letters) -> Iterator[Span]:
    """Yield identity numbers by their birthday, and bank cards by their check digit."""
    for found in IDENTITY_NUMBER.finditer(text.plain):
        yield text.span(found.start(1), len(found[1]))
    for found in BANK_CARD.finditer(text.plain):
        if _is_bank_card(found[0]):
            yield text.span(found.start(), len(found[0]))


def _is_bank_card(number: str) -> bool:
    """Check by Luhn's sum (ISO/IEC 7812-1)."""
    total = 0
    for nth, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + nth % 2)
        total += sum(divmod(doubled, 10))
    return total % 10 == 0


def _starts(wanted: str, within: str) -> Iterator[int]:
    start = within.find(wanted)
    while start >= 0:
        yield start
        start = within.find(wanted, start + 1)


def _is_inside_word(letters: str, start: int, length: int) -> bool:
    """True where a Latin letter stands right before or after."""
    before = letters[start - 1 : start]
    after = letters[start + length : start + length + 1]
    return any(letter.isascii() and letter.isalpha() for letter in (before, after))
