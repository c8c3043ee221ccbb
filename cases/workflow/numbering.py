"""Case numbers, from one locked counter row per town and year; tracking codes; and both
as people type, paste and dictate them.
"""

import re
import secrets

from cases.models import NumberCounter
from cases.models.scope import Sight
from minshi.text import folded
from minshi.text.letters import with_digits
from minshi.text.numerals import in_digits
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
# BG—2026—0179, BG〔2026〕0179号, BG2026年第179号
SIGNS = r"-/_.。\[\]()〔〕【】年第"
BETWEEN = f"[{SIGNS}]*"
# 编号：BG—2026—0179, BG20260179
NUMBER_OF_FOUR_DIGITS = re.compile(
    rf"""
    (?:事项)?(?:编号|单号|第|NO\.?)?:?
    (?P<town>[A-Z][A-Z0-9]{{1,3}}?){BETWEEN}
    (?P<year>20\d\d){BETWEEN}
    (?P<nth>\d{{4}})号?
    """,
    re.VERBOSE,
)
# bg 2026/179号, BG-2026-10179
NUMBER_OF_ANY_LENGTH = re.compile(
    rf"""
    (?:事项)?(?:编号|单号|第|NO\.?)?:?
    (?P<town>[A-Z][A-Z0-9]{{1,3}}?){BETWEEN}
    (?P<year>20\d\d){BETWEEN}
    (?P<nth>[1-9]\d{{0,5}}|\d{{5,6}})号?
    """,
    re.VERBOSE,
)
# Any of these among other words; no month of the year 2026.
_WHOLE = rf"""
    (?<![A-Z0-9]) [A-Z][A-Z0-9]{{1,3}}? [{SIGNS}\s]*
    20\d\d [{SIGNS}\s]* \d{{1,6}} (?![\d月])
"""
WHOLE_NUMBER_WITHIN = re.compile(_WHOLE, re.VERBOSE)
# Without its town: 2026-0167, 2026/167号; no day as 2026-03-15.
WITHOUT_TOWN = re.compile(
    r"""
    (?<![A-Z0-9] ) (?<! [A-Z0-9][-/_.] )
    (?P<year>20\d\d) \s*[-/_.]\s* (?P<nth> \d{4,6}(?![-/_.]?\d) | \d{1,3}(?=号) )
    """,
    re.VERBOSE,
)
NUMBER = re.compile(r"[A-Z][A-Z0-9]{1,3}-20\d\d-\d{4,6}")  # in the form it is stored in
SAID_BEFORE = re.compile(r"^(?:事项)?(?:编号|单号|第)[:]?")
# as people say it: 163, 0163, 2026-0163, 第163号
END_OF_NUMBER = re.compile(r"(?:(20\d\d)-)?(\d{2,4})号?")
YEARS_BACK = 1
# Within other words an end of a number is one where something tells so: 编号163, 163号,
# 0163, 2026-0163. Neither a day (3月25号) nor a door (2组25号) does.
NUMBER_WITHIN = re.compile(
    rf"""
    {_WHOLE}
    | (?<!\d) 20\d\d-\d{{2,4}} (?! [-\d年月日] )
    | (?:编号|单号|第|NO\.?) :?\s* \d{{2,4}} (?! [\d.] )
    | (?<! [-\d.月组社队巷路街弄里栋幢楼牌] )
      (?: \d{{2,4}}号 | 0\d{{3}} (?! [\d.%元块] ) )
    """,
    re.VERBOSE,
)


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


def numbers_meant(text: str, sight: Sight) -> set[str]:
    """Return the numbers that a text, read with digits, may mean by itself: the one
    that it is, or those of which it is the end. One query for an end.
    """
    number = number_of(text)
    if is_number(number):
        return {number}
    if ending := END_OF_NUMBER.fullmatch(number):
        return set(_numbers_ending(ending, sight))
    return set()


def numbers_within(text: str, sight: Sight) -> set[str]:
    """Return the numbers of matters that a text may mean among other words, each read
    as a search reads it. One query for each end of a number that it has.
    """
    said = in_digits(folded(text)).upper()
    numbers = set[str]()
    pieces = {found[0] for found in NUMBER_WITHIN.finditer(said)}
    for piece in pieces:
        numbers |= numbers_meant(piece, sight)
    return numbers


def _numbers_ending(ending: re.Match[str], sight: Sight) -> list[str]:
    """List the full numbers that the end of a number may mean.

    They are of the towns in sight; without a year, of this year and the last.
    """
    given_year, end = ending.groups()
    years = [given_year]
    if not given_year:
        years = [str(sight.on.year - back) for back in range(YEARS_BACK + 1)]

    towns = Town.objects.in_reach_of(sight.user, sight.on)
    numbers = []
    for town in towns.values_list("abbreviation", flat=True):
        nth = end.zfill(SEQUENCE_LENGTH)
        numbers += [f"{town}-{year}-{nth}" for year in years]
    return numbers


def whole_numbers_within(text: str, town: str = "") -> list[str]:
    """Return the numbers of matters that stand among other words, each once, as
    `number_of` reads them; with the abbreviation of a town also those without one.
    """
    said = in_digits(folded(text)).upper()
    numbers = [number_of(found[0]) for found in WHOLE_NUMBER_WITHIN.finditer(said)]
    if town:
        for found in WITHOUT_TOWN.finditer(said):
            numbers.append(f"{town}-{found['year']}-{found['nth']}")
    return [each for each in dict.fromkeys(map(number_of, numbers)) if is_number(each)]


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
