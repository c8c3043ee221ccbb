"""Persons in a text: names and numbers found again however they were spelled, and the
numbers that are somebody's whoever they belong to.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import phonenumbers

from minshi.text.folding import (
    DASHES,
    HAN,
    MIDDLE_DOTS,
    SEPARATORS,
    any_of,
    visible,
)

PLACEHOLDER = "［…］"
# as digits are written out, and read aloud on the telephone
HAN_DIGITS = str.maketrans(
    "〇零○一幺壹二两贰三叁四肆五伍六陆七柒八捌九玖", "00011122233445566778899"
)

# --- letters, and what may stand between two of them
LETTER = re.compile(rf"(?!{any_of(DASHES)})(?:[^\W_]|[{HAN}])")
LONGEST_GAP = 3  # characters between two letters of one name or number
# Between the characters of a name: blanks, dots and dashes, no punctuation. In
# 「老王，刚来过」 nobody named 王刚 is meant.
BLANKS = r"[^\S\n\r]*"
SIGN_IN_NAME = any_of(SEPARATORS + "'’`*_~")
GAP_IN_NAME = re.compile(f"{BLANKS}{SIGN_IN_NAME}?{BLANKS}")

# --- names
SHORTEST_VALUE = 2
LONGEST_NAME = 6
# two to four characters, or any number of them with a dot between: 阿依古丽·买买提
NAME = rf"[{HAN}]{{1,8}}(?:{any_of(MIDDLE_DOTS)}[{HAN}]{{1,8}})+|[{HAN}]{{2,4}}"
NAME_ENDS = r"\s*(?=[，,、。；;：:\s]|$)"
# 我叫张长生，…: whoever begins so says who they are, not what it is about
INTRODUCTION = re.compile(
    r"(?:您好|你好)?[，,、\s]*(?:我叫|我是|我的名字是|本人|姓名)[：:是叫]?\s*"
    rf"(?P<name>{NAME}){NAME_ENDS}"
)
# the same without 我是, which may be anything: 我是二组的
SAID_NAME = re.compile(
    rf"(?:我叫|我的名字是|本人叫|姓名)[：:是]?\s*(?P<name>{NAME}){NAME_ENDS}"
)

# --- numbers
MOBILE = re.compile(r"1\d{10}")
AREA_CODE = re.compile(r"0(?:10|2\d|\d{3})(?=\d{7,8}$)")
PHONE_LABEL = r"(?:联系)?(?:电话|手机|座机)(?:号码|号)?"
# what people put between the digits of a phone number: 139 9391-2345
SEPARATOR = re.compile(any_of(SEPARATORS))
GAP_IN_PHONE = rf"[\s{re.escape(SEPARATORS)}]*"
# Eight digits in a row are one telephone's; seven may be a neighbour's of the same
# exchange.
TELLING_DIGITS = 8
# Shorter ones stand in other numbers as well: a house number 12 in 2012.
LOCAL_PHONE = 7
# Of 18 digits the 7th to 14th are a birthday (GB 11643); the check digit is not asked
# about, since a mistyped number gives somebody away as well.
IDENTITY_NUMBER = re.compile(
    r"(?=[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx])"
)
IDENTITY_LENGTH = 18
BANK_CARD = re.compile(r"(?=(?:62|4|5)\d{14})")
CARD_LENGTHS = range(16, 20)
# in one run: one of the two, perhaps mistyped
LONG_NUMBER = re.compile(r"(?<!\d)\d{14,18}[\dXxＸｘ](?!\d)")
GAP_IN_IDENTITY = re.compile(r"[^\n\r]?")
GAP_IN_CARD = re.compile(rf"[^，,、；;。\n\r]{{0,{LONGEST_GAP}}}")
# what is left where a number was taken out: 电话：，
NUMBER_LABEL = re.compile(
    rf"(?:{PHONE_LABEL}|(?:号码|身份证)(?:号码|号)?)[是为：:\s]*(?=[，,、。；;\s]|$)"
)
COUNTRY = "CN"

Span = tuple[int, int]  # of a text: the first character, and the one after the last


@dataclass(frozen=True)
class Letters:
    """The letters and digits of a text in one form, and the place of each in it."""

    text: str

    @cached_property
    def _pairs(self) -> list[tuple[str, int]]:
        pairs = []
        for place, character in enumerate(self.text):
            plain = unicodedata.normalize("NFKC", character).casefold()
            for letter in LETTER.findall(plain):
                pairs.append((letter, place))
        return pairs

    @cached_property
    def plain(self) -> str:
        return "".join(letter for letter, _place in self._pairs)

    @cached_property
    def with_digits(self) -> str:
        """The same with digits for 一二三, letter by letter."""
        return self.plain.translate(HAN_DIGITS)

    def places(self, start: int, length: int) -> list[int]:
        """Return where in the text these letters stand."""
        return [place for _letter, place in self._pairs[start : start + length]]

    def span(self, start: int, length: int) -> Span:
        """Return the part of the text from the first of these letters to the last."""
        places = self.places(start, length)
        return places[0], places[-1] + 1

    def gaps(self, start: int, length: int) -> Iterator[str]:
        """Yield what stands between each two of these letters, without the unseen."""
        for place, next_place in pairwise(self.places(start, length)):
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
        if not self.is_number:
            yield from self._spans_of_words(text)
        elif len(self.letters) < LOCAL_PHONE:
            yield from self._spans_of_short_number(text)
        else:
            yield from self._spans_of_number(text)

    def _spans_of_words(self, text: Letters) -> Iterator[Span]:
        length = len(self.letters)
        for start in _starts(self.letters, text.plain):
            if self._is_part_of_word(text, start):
                continue
            if all(map(self._is_gap, text.gaps(start, length))):
                yield text.span(start, length)

    def _is_part_of_word(self, text: Letters, start: int) -> bool:
        length = len(self.letters)
        if self.letters.isascii() and _is_inside_word(text.plain, start, length):
            return True
        return _cuts_number(text, text.plain, start, length)

    def _is_gap(self, between: str) -> bool:
        if len(between) > LONGEST_GAP:
            return False
        is_name = len(self.letters) <= LONGEST_NAME
        plain = unicodedata.normalize("NFKC", between)
        return not is_name or bool(GAP_IN_NAME.fullmatch(plain))

    def _spans_of_short_number(self, text: Letters) -> Iterator[Span]:
        """Yield the runs of digits that are this number, no more and no less."""
        length = len(self.letters)
        for start in _starts(self.letters, text.with_digits):
            is_part = _cuts_number(text, text.with_digits, start, length)
            if not is_part and not any(text.gaps(start, length)):
                yield text.span(start, length)

    def _spans_of_number(self, text: Letters) -> Iterator[Span]:
        for digits in self._telling_digits():
            for start in _starts(digits, text.with_digits):
                gaps = text.gaps(start, len(digits))
                if all(len(gap) <= LONGEST_GAP for gap in gaps):
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
    spans = [*_identity_numbers(letters), *_bank_cards(letters)]
    for value in values:
        spans += value.spans(letters)
    return without_spans(text, spans, PLACEHOLDER)


def without_spans(text: str, spans: Iterable[Span], instead: str = "") -> str:
    """Return a text with `instead` for each of the spans, which may overlap."""
    parts = []
    done = 0
    for start, end in sorted(spans):
        if start >= done:
            parts += [text[done:start], instead]
        done = max(done, end)

    return "".join([*parts, text[done:]])


@dataclass(frozen=True)
class Numbers:
    """Where in a text numbers stand that are somebody's."""

    phones: list[Span]
    identities: list[Span]
    others: list[Span]  # bank cards, and numbers as long

    @property
    def spans(self) -> list[Span]:
        return [*self.phones, *self.identities, *self.others]


def numbers_in(text: str) -> Numbers:
    """Find the numbers of persons, whoever they are, in a text as it was pasted.

    1. Telephones.
    2. In what is left, identity numbers: a date with a telephone behind it is none.
    3. Bank cards and other long numbers.
    """
    phones = _phones(text)
    rest = Letters(_with_breaks(text, phones))

    identities = []
    for found in IDENTITY_NUMBER.finditer(rest.plain):
        if _stands_alone(rest, found.start(), IDENTITY_LENGTH, GAP_IN_IDENTITY):
            identities.append(rest.span(found.start(), IDENTITY_LENGTH))

    others = list(_bank_cards(rest))
    for found in LONG_NUMBER.finditer(rest.text):
        others.append(found.span())

    return Numbers(phones, identities, others)


def _phones(text: str) -> list[Span]:
    # every dash and dot as one that the library knows; the places stay the same
    plain = SEPARATOR.sub("-", text)
    found = phonenumbers.PhoneNumberMatcher(plain, COUNTRY)
    return [(match.start, match.end) for match in found]


def _with_breaks(text: str, spans: Iterable[Span]) -> str:
    """Return a text with line breaks in place of the spans: no number runs over one."""
    for start, end in spans:
        text = text[:start] + "\n" * (end - start) + text[end:]
    return text


def _identity_numbers(text: Letters) -> Iterator[Span]:
    """Yield whatever is an identity number by its birthday, also across signs."""
    for found in IDENTITY_NUMBER.finditer(text.plain):
        yield text.span(found.start(), IDENTITY_LENGTH)


def _bank_cards(text: Letters) -> Iterator[Span]:
    """Yield bank card numbers by their check digit."""
    for found in BANK_CARD.finditer(text.plain):
        for length in CARD_LENGTHS:
            number = text.plain[found.start() : found.start() + length]
            is_card = len(number) == length and _is_bank_card(number)
            if is_card and _stands_alone(text, found.start(), length, GAP_IN_CARD):
                yield text.span(found.start(), length)


def _is_bank_card(number: str) -> bool:
    """Check by Luhn's sum (ISO/IEC 7812-1)."""
    if not number.isdecimal():
        return False

    total = 0
    for nth, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + nth % 2)
        total += sum(divmod(doubled, 10))
    return total % 10 == 0


def _stands_alone(text: Letters, start: int, length: int, gap: re.Pattern[str]) -> bool:
    """Return True for digits of one number, and all of it."""
    if _cuts_number(text, text.plain, start, length):
        return False
    return all(map(gap.fullmatch, text.gaps(start, length)))


def _cuts_number(text: Letters, letters: str, start: int, length: int) -> bool:
    """Return True where a number goes on right before or after these letters."""
    is_begun_before = _is_inside_number(text, letters, start - 1)
    return is_begun_before or _is_inside_number(text, letters, start + length - 1)


def _is_inside_number(text: Letters, letters: str, first: int) -> bool:
    """Return True where this letter and the next are digits with nothing between."""
    pair = letters[max(first, 0) : first + 2]
    return len(pair) == len("12") and pair.isdecimal() and not any(text.gaps(first, 2))


def _starts(wanted: str, within: str) -> Iterator[int]:
    start = within.find(wanted)
    while start >= 0:
        yield start
        start = within.find(wanted, start + 1)


def _is_inside_word(letters: str, start: int, length: int) -> bool:
    """Return True where a Latin letter stands right before or after."""
    before = letters[start - 1 : start]
    after = letters[start + length : start + length + 1]
    return any(letter.isascii() and letter.isalpha() for letter in (before, after))
