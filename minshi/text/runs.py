"""Runs of digits in which a number ends and a word begins: in 13812345678一直没人接 the
一 is no digit of the telephone. Digits of one kind belong together, plain ones and
those in Chinese.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from minshi.text.identity import (
    IDENTITY_LENGTH,
    IDENTITY_NUMBER,
    OLD_IDENTITY_LENGTH,
    OLD_IDENTITY_NUMBER,
)
from minshi.text.numerals import CALLED_OUT, DIGITS, WHOLE_TENS, as_called_out

ROUND_ZEROS = "○◯"  # signs, which are digits only among digits
NUMERALS_IN_FORMS = frozenset("〇零一二三四五六七八九十")


def _forms() -> dict[str, str]:
    """Return other characters that are read as numerals: radicals as a PDF gives them,
    a stroke, ㈠, ㊀, and marks of order in old texts.
    """
    forms = {"\u31d0": "一"}
    blocks = (
        range(0x2E80, 0x2FE0),
        range(0x3192, 0x319A),
        range(0x3220, 0x322A),
        range(0x3280, 0x328A),
        range(0xF900, 0xFB00),
    )
    for block in blocks:
        for character in map(chr, block):
            plain = unicodedata.normalize("NFKD", character).strip("()")
            if plain in NUMERALS_IN_FORMS:
                forms[character] = plain
    return forms


FORMS = _forms()
IN_CHINESE = "".join(map(chr, DIGITS)) + ROUND_ZEROS + "".join(FORMS)
TENS = "十拾" + "".join(WHOLE_TENS)
_CALLED = "".join(map(chr, CALLED_OUT))
# of every script, in circles, of merchants: ① ❶ 〡
PLAIN = r"\d\u2460-\u24ff\u2776-\u2793\u3021-\u3029"
WORDS = f"[{IN_CHINESE}{TENS}{_CALLED}]"
SIGNS_IN_NUMBER = " \t\u3000-—－–‐‑·.．_()（）"
# hardly a text has any
MAY_BREAK = re.compile(
    rf"[{PLAIN}]{WORDS}|{WORDS}[{PLAIN}]"
    rf"|(?:[{PLAIN}{IN_CHINESE}{_CALLED}][{re.escape(SIGNS_IN_NUMBER)}]{{0,3}}){{12}}"
)

# A text by the kinds of its characters, each in its place: a digit as it is, one in
# Chinese as a letter from a to j, a blank for what may part a number's groups, t for
# ten, and x for all else.
CHINESE = "abcdefghij"
RUN = re.compile(r"[0-9a-j](?: {0,3}[0-9a-j])*")
PLAIN_RUN = re.compile(r"[0-9](?: {0,3}[0-9])*")
WORD_BEGINS = re.compile("[0-9](?=[a-j])")
# 〇 begins none: 20〇6年
STARTS_OF_WORDS = "".join(map(chr, DIGITS)).replace("〇", "")
SHORTEST_PHONE = 7  # digits; a run of fewer is no telephone, of whatever kinds it is
AS_DIGITS = str.maketrans(CHINESE, "0123456789", " ")


def _more(count: str) -> str:
    """Return a pattern for so many further digits, set wide or not."""
    return rf"(?: {{0,3}}[0-9]){{{count}}}"


# --- what is a number by itself, in plain digits
PHONE = (
    rf"(?:(?:00|0|)86 {{0,3}})?1[3-9]{_more('9')}"
    rf"|0(?:10|2[0-9]){_more('8')}|0[3-9][0-9]{{2}}{_more('7,8')}|[48]00{_more('7')}"
)
LONG_NUMBER = rf"[0-9]{_more('10,')}"
LOCAL_PHONE = re.compile(rf"[2-8]{_more('6,7')}")
PHONE_AT_END = re.compile(rf"(?<![0-9])(?:{PHONE})$")
PHONE_AT_BEGINNING = re.compile(rf"(?:{PHONE})(?![0-9])")
LONG_AT_END = re.compile(rf"(?<![0-9])(?:{LONG_NUMBER})$")
LONG_AT_BEGINNING = re.compile(rf"(?:{LONG_NUMBER})(?![0-9])")

# --- and in digits of both kinds, or in Chinese alone
WHOLE_PHONE = re.compile(r"1[3-9]\d{9}|0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}")
MOBILE = re.compile(r"(?=1[3-9]\d{9})")
MOBILE_LENGTH = 11
# digits of other words, right before such a number and right behind it: 给一, 一直
MOST_BEFORE = 2
MOST_BEHIND = 3


def breaks_in(text: str) -> list[int]:
    """Return the places in a text at which a number ends and a word begins, or the
    other way round, with nothing between.

    1. Plain digits that are by themselves a telephone, or at least as long as one, end
       where digits in Chinese begin; so do runs that are shorter than any telephone:
       三组15一直漏.
    2. Of a run that is neither, the first eleven digits that make a mobile number are
       it, or an identity number's eighteen: 一三八一二三四五六七八一直.
    """
    if not MAY_BREAK.search(text):
        return []
    kinds = _kinds_of(text)

    places = set[int]()
    for run in RUN.finditer(kinds):
        found = list(_ends_of_plain_numbers(kinds, run))
        places.update(found or _ends_of_first_number(kinds, run))
    return sorted(places)


def with_words_apart(text: str) -> str:
    """Return a text with a blank wherever plain digits end and a number in Chinese
    begins, but within a telephone of both: 1200 三个月 for 1200三个月.
    """
    if not MAY_BREAK.search(text):
        return text
    kinds = _kinds_of(text)

    parts = []
    done = 0
    for run in RUN.finditer(kinds):
        if _is_whole(run[0].translate(AS_DIGITS)):
            continue
        for found in WORD_BEGINS.finditer(kinds, run.start(), run.end()):
            place = found.end()
            if text[place] in STARTS_OF_WORDS:
                parts.append(text[done:place])
                done = place
    return " ".join([*parts, text[done:]])


def _kinds_of(text: str) -> str:
    called_out = as_called_out(text)
    kinds = []
    for character, digit in zip(text, called_out, strict=True):
        is_called = character != digit
        kinds.append(CHINESE[int(digit)] if is_called else _kind_of(character))
    return "".join(kinds)


@lru_cache(maxsize=1 << 16)
def _kind_of(character: str) -> str:
    character = FORMS.get(character, character)
    if character in SIGNS_IN_NUMBER:
        return " "
    if character in TENS:
        return "t"
    if character in ROUND_ZEROS:
        return CHINESE[0]
    if ord(character) in DIGITS:
        return CHINESE[int(character.translate(DIGITS))]

    is_number = unicodedata.category(character).startswith("N")
    number = unicodedata.numeric(character, -1) if is_number else -1
    return str(int(number)) if number in range(10) else "x"


def _ends_of_plain_numbers(kinds: str, run: re.Match[str]) -> Iterator[int]:
    """Yield where numbers in plain digits begin and end beside digits in Chinese."""
    digits = run[0].translate(AS_DIGITS)
    is_short = len(digits) < SHORTEST_PHONE
    is_one = _is_whole(digits)
    begins_with_identity = IDENTITY_NUMBER.match(digits) is not None

    for plain in PLAIN_RUN.finditer(kinds, run.start(), run.end()):
        begin, end = plain.span()
        before = kinds[begin - 1 : begin]
        after = kinds[end : end + 1]
        is_local = LOCAL_PHONE.fullmatch(plain[0]) is not None
        length = len(plain[0].replace(" ", ""))
        goes_on = is_one or (begins_with_identity and length < IDENTITY_LENGTH)

        is_phone = PHONE_AT_BEGINNING.match(plain[0])
        is_long = is_local or LONG_AT_BEGINNING.match(plain[0])
        if _is_apart(before, is_phone, is_long and not goes_on, is_short):
            yield begin

        is_phone = PHONE_AT_END.search(plain[0])
        is_long = is_local or LONG_AT_END.search(plain[0])
        if _is_apart(after, is_phone, is_long and not goes_on, is_short):
            yield end


def _is_apart(beside: str, is_phone: object, is_long: object, is_short: bool) -> bool:
    """Tell whether what stands beside plain digits, if it is in Chinese, is none of
    their number.
    """
    if not beside or beside not in CHINESE + "t":
        return False
    return bool(is_phone or is_long or (is_short and beside != "t"))


def _ends_of_first_number(kinds: str, run: re.Match[str]) -> Iterator[int]:
    """Yield where the first number of a run begins and ends that has others of Chinese
    digits around it.
    """
    digits = run[0].translate(AS_DIGITS)
    places = [place for place in range(*run.span()) if kinds[place] != " "]
    if len(digits) <= MOBILE_LENGTH or _is_whole(digits):
        return

    for pattern, length in (
        (IDENTITY_NUMBER, IDENTITY_LENGTH),
        (MOBILE, MOBILE_LENGTH),
    ):
        found = pattern.search(digits)
        if not found:
            continue
        first = found.start()
        last = first + length
        around = [kinds[place] for place in (*places[:first], *places[last:])]
        is_near = first <= MOST_BEFORE and len(digits) - last <= MOST_BEHIND
        if is_near and all(kind in CHINESE for kind in around):
            for nth in (first, last):
                if 0 < nth < len(places) and places[nth] == places[nth - 1] + 1:
                    yield places[nth]
            return


def _is_whole(digits: str) -> bool:
    """Tell whether digits, of whatever kinds, are one number of a person."""
    if WHOLE_PHONE.fullmatch(digits):
        return True
    if len(digits) == IDENTITY_LENGTH:
        return bool(IDENTITY_NUMBER.match(digits))
    return len(digits) == OLD_IDENTITY_LENGTH and bool(
        OLD_IDENTITY_NUMBER.match(digits)
    )
