"""Persons in a text: names and numbers found again however they were spelled, and the
numbers that are somebody's whoever they belong to.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import phonenumbers

from minshi.text.doors import Door, door_of_value
from minshi.text.ends import IS, LOCAL_PHONE, MEASURE, called, parts_of_phones
from minshi.text.folding import HAN, MIDDLE_DOTS, SEPARATORS, any_of
from minshi.text.letters import Letters, Span, with_digits_apart
from minshi.text.papers import (
    LONGEST_GAP,
    MOBILE_LENGTH,
    bank_cards,
    cuts_number,
    identity_numbers_alone,
    is_joined_to_mobiles,
    numbers_of_papers,
    read_as_identity,
    stands_alone,
)

PLACEHOLDER = "［…］"
# --- gaps between two letters of one value
LONGEST_GAP_IN_NUMBER = 8
# Where a sentence pauses or a line ends, two characters are no name: in
# 「老王，刚来过」 nobody named 王刚 is meant. Three in a row seldom come by chance.
PAUSE = re.compile(r"[,，、﹐﹑!！?？;；:：。｡…\n\r\u2028\u2029]")

# --- names
SHORTEST_VALUE = 2
# Two to four characters, or any number of them with a dot between: 阿依古丽·买买提
NAME = (
    rf"[{HAN}]{{1,8}}(?:{any_of(MIDDLE_DOTS)}[{HAN}]{{1,8}})+|[{HAN}]{{2,4}}"
    rf"|[{HAN}](?:[^\S\n\r]+[{HAN}]){{1,3}}"  # set wide: 赵 铁 柱
)
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

# 王外人：…, 王外人 10:20 …: whose words these are, as a chat is pasted
SENDER = re.compile(
    rf"^\s*@?(?P<name>{NAME})\s*"
    r"(?:(?:20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?)?\s*[上下]?午?\s*\d{1,2}[:：]\d\d"
    r"(?:[:：]\d\d)?\s*[：:]?|[：:])\s*",
    re.MULTILINE,
)

# --- addresses
NUMBERED = re.compile(
    "[一二两三四五六七八九十廿卅卌百零〇](?:组|社|队|号|户|室|栋|幢|楼|单元)"
)

# --- numbers
MOBILE = re.compile(r"1\d{10}")
MOBILE_NUMBER = re.compile(r"(?=1[3-9]\d{9})")
# 138，1234，5678: three amounts, but where it is called a telephone
COMMA_IN_MOBILE = re.compile(r"\s?[，,、]\s?")
CALLED_A_PHONE = re.compile(r"(?:电话|手机|号码?|打|拨|联系|座机)[^\d。；;\n]{0,6}$")
GAP_IN_MOBILE = re.compile(rf"[^,，、。;；:：\n\r]{{0,{LONGEST_GAP_IN_NUMBER}}}")
AREA_CODE = re.compile(r"0(?:10|2\d|\d{3})(?=\d{7,8}$)")
PHONE_LABEL = r"(?:联系)?(?:电话|手机|座机|小灵通)(?:号码|号)?"
# what people put between the digits of a phone number: 139 9391-2345
SEPARATOR = re.compile(any_of(SEPARATORS))
GAP_IN_PHONE = rf"[\s{re.escape(SEPARATORS)}]*"
# a landline without its area code
LANDLINE = re.compile(
    rf"(?:座机|固话|电话|小灵通|(?<![a-z])tel){IS}(?P<digits>\d{{{LOCAL_PHONE},8}})(?!\d)"
)
# 打4421234, 拨打他家的4421234, 号码4421234: a telephone, but no field of one is filled
# with it. Neither a day nor an amount is: 打了1200000元.
DIALLED = re.compile(
    r"(?:打|拨|呼叫|致电|来电|号码|家里|传真|热线)[打通到过给]*[我你他她]?们?(?:家里?)?的?"
    rf"{IS}(?!(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d))"
    rf"(?P<digits>\d{{{LOCAL_PHONE},8}})(?!\d|[万亿千百公立]|{MEASURE})"
)
# as many as the shortest of them; hardly a text has them in a row
DIGITS_OF_PHONE = re.compile(rf"\d{{{LOCAL_PHONE}}}")
# Eight digits in a row are one telephone's; seven may be a neighbour's of the same
# exchange.
TELLING_DIGITS = 8
# in one run: one of the two, perhaps mistyped
LONG_NUMBER = re.compile(r"(?<!\d)\d{14,18}[\dXxＸｘ](?!\d)")
# in place of a number that is taken out; no text that is stored holds it
GONE = "\0"
NUMBER_LABEL = rf"(?:{PHONE_LABEL}|(?:号码|身份证)(?:号码|号)?)[是为：:\s]*"
BETWEEN_NUMBERS = r"\s*(?:或者是?|或是?|还有|以及|和|及|、|/|，|,|；|;)?\s*"
LABELLED = f"(?:{NUMBER_LABEL})?{GONE}"
# 电话：…，座机…或…: numbers that are taken out, with their labels and what joins them
NUMBERS_GONE = re.compile(f"{LABELLED}(?:{BETWEEN_NUMBERS}{LABELLED})*")
COUNTRY = "CN"
COUNTRY_CODES = ("0086", "086", "86")


class Value(Protocol):
    """Anything that gives somebody away and is found in a text."""

    def spans(self, text: Letters) -> Iterator[Span]:
        """Yield the parts of a text that are to be blanked for it."""
        ...


class PersonalValue:
    """One value that gives somebody away: a name, a telephone, an address, words."""

    def __init__(self, value: str) -> None:
        letters = Letters(value)
        self.letters = letters.plain
        self.is_number = self.letters.isascii() and self.letters.isdigit()
        self.national = _national_number(value) if self.is_number else ""
        self.has_digits = self.is_number
        self.door: Door | None = None
        if self.is_number and value.isascii():
            return  # digits already; a ○ among them would be read as one more

        # an address: 三社12号 is 3社12号 as well, and 三社十二号
        has_digit = any(map(str.isdigit, self.letters))
        self.has_digits = has_digit or bool(NUMBERED.search(self.letters))
        self.door = door_of_value(value) if self.has_digits else None
        if self.has_digits:
            self.letters = letters.in_digits.plain

    def spans(self, text: Letters) -> Iterator[Span]:
        """Yield the parts of a text that spell the value.

        A single character gives nobody away: it stands in other words.
        """
        if len(self.letters) < SHORTEST_VALUE:
            return
        if not self.is_number:
            yield from self._spans_of_words(text.in_digits if self.has_digits else text)
            if self.door:
                yield from self.door.spans(text)
        elif len(self.letters) < LOCAL_PHONE:
            yield from self._spans_of_short_number(text.in_digits)
        else:
            yield from self._spans_of_number(text.in_digits)

    def _spans_of_words(self, text: Letters) -> Iterator[Span]:
        length = len(self.letters)
        for start in starts_of(self.letters, text.plain):
            is_part = self._is_part_of_word(text, start)
            if not is_part and self._is_together(text, start):
                yield text.span(start, length)

    def _is_part_of_word(self, text: Letters, start: int) -> bool:
        length = len(self.letters)
        if self.letters.isascii() and is_inside_word(text.plain, start, length):
            return True
        return cuts_number(text, start, length)

    def _is_together(self, text: Letters, start: int) -> bool:
        """Return True where no more than a few signs stand between the letters."""
        length = len(self.letters)
        for nth, gap in enumerate(text.gaps(start, length)):
            if signs_in(gap) > LONGEST_GAP:
                return False
            is_in_number = self.letters[nth : nth + 2].isdigit()
            is_short = length == SHORTEST_VALUE
            if (is_short or is_in_number) and PAUSE.search(gap):
                return False
        return True

    def _spans_of_short_number(self, text: Letters) -> Iterator[Span]:
        """Yield the runs of digits that are this number, no more and no less."""
        length = len(self.letters)
        for start in starts_of(self.letters, text.plain):
            is_part = cuts_number(text, start, length)
            if not is_part and not any(text.gaps(start, length)):
                yield text.span(start, length)

    def _spans_of_number(self, text: Letters) -> Iterator[Span]:
        if not DIGITS_OF_PHONE.search(text.plain):
            return
        for digits in self._telling_digits():
            for start in starts_of(digits, text.plain):
                gaps = text.gaps(start, len(digits))
                if all(signs_in(gap) <= LONGEST_GAP_IN_NUMBER for gap in gaps):
                    yield text.span(start, len(digits))

    def _telling_digits(self) -> Iterator[str]:
        """Yield what gives the number away: all of it, and every eight digits of it.

        Of a landline the digits after the area code, which the whole town shares; of a
        number abroad those after the code of its country.
        """
        yield self.letters
        if MOBILE.fullmatch(self.letters):
            for first in range(len(self.letters) - TELLING_DIGITS + 1):
                yield self.letters[first : first + TELLING_DIGITS]
        elif area := AREA_CODE.match(self.letters):
            yield self.letters[area.end() :]
        elif self.national:
            yield self.national


def _national_number(value: str) -> str:
    """Return a number abroad without the code of its country; "" for any other, and
    for one too short to tell anything.
    """
    if not value.startswith("+"):
        return ""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return ""
    national = phonenumbers.national_significant_number(number)
    return national if len(national) >= LOCAL_PHONE else ""


def blanked(text: str, values: Iterable[Value]) -> str:
    """Return a text with a placeholder for each of these values.

    They are found in full width or half, in either script, with accents, digits of
    every kind, with up to three signs between two letters and eight between two digits
    of a number. They are not found in pinyin, in part or misspelled. Identity numbers,
    old ones too, and those of bank cards are blanked whoever they belong to.
    """
    if not text:
        return text

    letters = Letters(text)
    spans = numbers_of_papers(letters.in_digits)
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

    1. Telephones as they are usually written.
    2. In what is left, identity numbers: a date with a telephone behind it is none.
    3. Bank cards and other long numbers.
    4. In what is left, mobile numbers however they are written.
    5. What is called a landline, without its area code.
    """
    phones = _phones(text)
    rest = Letters(_with_breaks(text, phones)).in_digits

    identities = identity_numbers_alone(read_as_identity(rest))
    others = list(bank_cards(rest))
    for found in LONG_NUMBER.finditer(with_digits_apart(rest.text)):
        others.append(found.span())

    rest = Letters(_with_breaks(rest.text, [*identities, *others])).in_digits
    phones += _mobiles(rest)
    rest = Letters(_with_breaks(rest.text, phones)).in_digits
    phones += called(rest, LANDLINE)
    return Numbers(sorted(phones), identities, others)


# of a matter, as it is stored: of A139-2026-0001 no part is a telephone
NUMBER_OF_MATTER = re.compile(r"(?<![A-Z0-9])[A-Z][A-Z0-9]{1,3}-20\d\d-\d{4,6}(?!\d)")


class AnyPhone:
    """The telephones of a text and parts of one that are called so, and numbers as long
    as those of accounts and papers, whoever's: a mistyped one has no check digit.
    """

    def spans(self, text: Letters) -> Iterator[Span]:
        """Yield them; the tables of telephones are slow, and hardly a text has one."""
        yield from parts_of_phones(text)
        for landline in (LANDLINE, DIALLED):
            yield from called(text.in_digits, landline)
        if not DIGITS_OF_PHONE.search(text.in_digits.plain):
            return
        matters = [found.span() for found in NUMBER_OF_MATTER.finditer(text.text)]
        numbers = numbers_in(text.text)
        for begin, end in [*numbers.phones, *numbers.others]:
            if not any(first <= begin and end <= last for first, last in matters):
                yield begin, end


READ_AS_DIGIT = re.compile(r"[0-9oO]")  # of ASCII; the shortest number is a mobile's


def long_numbers_in(text: str) -> tuple[list[Span], list[Span]]:
    """Return where mobile numbers stand in a text, and where identity and bank card
    numbers do: what no log may have, without the tables of all telephones.
    """
    if text.isascii() and len(READ_AS_DIGIT.findall(text)) < MOBILE_LENGTH:
        return [], []

    letters = Letters(text).in_digits
    identities = identity_numbers_alone(read_as_identity(letters))
    papers = [*identities, *bank_cards(letters)]
    rest = Letters(_with_breaks(text, papers)).in_digits
    return list(_mobiles(rest)), papers


def _phones(text: str) -> list[Span]:
    # every digit as ours, every dash and dot as one that the library knows; the places
    # stay the same
    plain = SEPARATOR.sub("-", with_digits_apart(text))
    found = phonenumbers.PhoneNumberMatcher(plain, COUNTRY)
    return [(match.start, match.end) for match in found]


def _mobiles(text: Letters) -> Iterator[Span]:
    """Yield whatever has the digits of a mobile number, with any signs between."""
    for found in MOBILE_NUMBER.finditer(text.plain):
        start = found.start()
        if _is_day(text, start):
            continue
        begin = _with_country(text, start)
        length = start + MOBILE_LENGTH - begin
        is_mobile = (
            stands_alone(text, begin, length, GAP_IN_MOBILE)
            or _is_beside_mobiles(text, start)
            or _is_set_with_commas(text, start)
        )
        if is_mobile:
            yield text.span(start, MOBILE_LENGTH)


def _is_beside_mobiles(text: Letters, start: int) -> bool:
    """Return True for one of two mobile numbers pasted with nothing between."""
    gaps = text.gaps(start, MOBILE_LENGTH)
    return not any(gaps) and is_joined_to_mobiles(text, start, MOBILE_LENGTH)


def _is_set_with_commas(text: Letters, start: int) -> bool:
    """Return True for 138，1234，5678 that is called a telephone."""
    gaps = list(text.gaps(start, MOBILE_LENGTH))
    commas = (gaps.pop(6), gaps.pop(2))
    if any(gaps) or not all(map(COMMA_IN_MOBILE.fullmatch, commas)):
        return False
    begin, _end = text.span(start, MOBILE_LENGTH)
    is_called = CALLED_A_PHONE.search(text.text[:begin])
    return bool(is_called) and not cuts_number(text, start, MOBILE_LENGTH)


def _with_country(text: Letters, start: int) -> int:
    """Return where a mobile number begins with the code of its country: 86139…"""
    for code in COUNTRY_CODES:
        if start >= len(code) and text.plain.startswith(code, start - len(code)):
            return start - len(code)
    return start


def _is_day(text: Letters, start: int) -> bool:
    """Return True for two digits by themselves, as in 2026-11-15 2026-11-18."""
    after_first, after_second = text.gaps(start, 3)
    return bool(after_second) and not after_first


def _with_breaks(text: str, spans: Iterable[Span]) -> str:
    """Return a text with line breaks in place of the spans: no number runs over one."""
    for start, end in spans:
        text = text[:start] + "\n" * (end - start) + text[end:]
    return text


def starts_of(wanted: str, within: str) -> Iterator[int]:
    """Yield every place at which a text stands within another."""
    start = within.find(wanted)
    while start >= 0:
        yield start
        start = within.find(wanted, start + 1)


def is_inside_word(letters: str, start: int, length: int) -> bool:
    """Return True where a Latin letter stands right before or after."""
    before = letters[start - 1 : start]
    after = letters[start + length : start + length + 1]
    return any(letter.isascii() and letter.isalpha() for letter in (before, after))


def signs_in(gap: str) -> int:
    """Count what stands between two letters; blanks in a row are drawn as one."""
    return len(" ".join(gap.split()) or gap[:1])
