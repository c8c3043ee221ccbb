"""Case numbers, from one locked counter row per town and year; tracking codes; and both
as people type, paste and dictate them.
"""

import re
import secrets

from cases.models import NumberCounter
from minshi.text import folded
from minshi.text.letters import with_digits
from villages.models import Town

# Digits are read aloud, typed on a telephone and written down by everybody.
CODE_LENGTH = 12
# Codes of before were of letters without look-alikes; their receipts go on.
UNMISTAKABLE = "ABCDEFGHJKMNPQRTUVWXY346789"
LETTERS_LENGTH = 10
GROUP = 4
SEQUENCE_LENGTH = 4  # at least; they may pass 9999
LOOKS_LIKE_A_DIGIT = str.maketrans("OIL", "011")
CODE = re.compile(rf"\d{{{CODE_LENGTH}}}|[{UNMISTAKABLE}]{{{LETTERS_LENGTH}}}")
# 编号：BG—2026—0179, BG20260179
NUMBER_OF_FOUR_DIGITS = re.compile(
    r"""
    (?:事项)?(?:编号|单号|第|NO\.?)?:?
    (?P<town>[A-Z][A-Z0-9]{1,3}?)[-/_.。]*
    (?P<year>20\d\d)[-/_.。]*
    (?P<nth>\d{4})号?
    """,
    re.VERBOSE,
)
# bg 2026/179号, BG-2026-10179
NUMBER_OF_ANY_LENGTH = re.compile(
    r"""
    (?:事项)?(?:编号|单号|第|NO\.?)?:?
    (?P<town>[A-Z][A-Z0-9]{1,3}?)[-/_.。]*
    (?P<year>20\d\d)[-/_.。]*
    (?P<nth>[1-9]\d{0,5}|\d{5,6})号?
    """,
    re.VERBOSE,
)
NUMBER = re.compile(r"[A-Z][A-Z0-9]{1,3}-20\d\d-\d{4,6}")  # in the form it is stored in
SAID_BEFORE = re.compile(r"^(?:事项)?(?:编号|单号|第)[:]?")


def reserve_numbers(town: Town, year: int, count: int = 1) -> list[str]:
    """Return the next `count` numbers, e.g. BG-2026-0183; they may pass 9999.

    Call inside a transaction, which keeps the row locked and, rolled back, gives its
    numbers back (domain §3).
    """
    counter, _new = NumberCounter.objects.select_for_update().get_or_create(
        town=town, year=year
    )
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])

    return [
        f"{town.abbreviation}-{year}-{sequence:0{SEQUENCE_LENGTH}d}"
        for sequence in range(first, first + count)
    ]


def number_of(text: str) -> str:
    """Return the number that a text means, in the form in which it is stored.

    Any width, case, dash or none, with 编号 before it, without leading zeros. A text
    that is no whole number comes back folded, in capitals: it may be a part of one.
    """
    typed = folded(text).upper().replace(" ", "")
    # Four digits first: written without dashes, A02020260001 could be of 2020 as well.
    for pattern in (NUMBER_OF_FOUR_DIGITS, NUMBER_OF_ANY_LENGTH):
        if said := pattern.fullmatch(typed):
            nth = said["nth"].zfill(SEQUENCE_LENGTH)
            return f"{said['town']}-{said['year']}-{nth}"
    return SAID_BEFORE.sub("", typed)


def is_number(number: str) -> bool:
    """Tell whether this may be a whole number, as `number_of` returns it."""
    return NUMBER.fullmatch(number) is not None


def code_of(text: str) -> str:
    """Return a tracking code as it is stored; empty where the text is none.

    Any width and case, blanks and dashes between are no mistake, nor are digits
    written in words as they are read aloud (一二三四), nor the letters that look like
    0 and 1: no code has them.
    """
    typed = signs_of(text)
    return typed if CODE.fullmatch(typed) else ""


def signs_of(text: str) -> str:
    """Return the letters and digits of a tracking code as far as it is typed."""
    said = with_digits(folded(text).replace("幺", "1")).upper()
    return re.sub(r"[^A-Z0-9]", "", said).translate(LOOKS_LIKE_A_DIGIT)


def new_tracking_code() -> str:
    """Return twelve digits: 40 bits, of which ten may be tried (villages/tries.py)."""
    return f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}d}"


def in_groups(code: str) -> str:
    """Return a tracking code in groups of four, as it is printed and read aloud."""
    groups = [code[start : start + GROUP] for start in range(0, len(code), GROUP)]
    return " ".join(groups)
