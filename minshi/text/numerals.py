"""Numbers written out in Chinese, as 十五 and 两百零三, and their digits; for searching
also amounts, as 一万二千 and 1.2万.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

DIGITS = str.maketrans(
    "〇零一幺壹二两兩贰貳三叁參四肆五伍六陆陸七柒八捌九玖",
    "00111222223334455666778899",
)
# as numbers are called out, and O for 0; among digits alone, for they are words
CALLED_OUT = str.maketrans("洞拐勾oOｏＯ", "0790000")
_CALLED = "".join(map(chr, CALLED_OUT))
_CALLED_DIGITS = rf"\d{''.join(map(chr, DIGITS))}"
# as long as a telephone, and mostly of plain digits
NUMBER_CALLED_OUT = re.compile(
    rf"(?<![A-Za-z])(?:[{_CALLED_DIGITS}{_CALLED}][ \-—－·.]?){{7,}}(?![A-Za-z])"
)
CALLED = re.compile(f"[{_CALLED}]")
FEWEST_DIGITS = 4
ONE_TO_NINE = "一壹二两兩贰貳三叁參四肆五伍六陆陸七柒八捌九玖"
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
WHOLE_TENS = {"廿": 20, "卅": 30, "卌": 40}  # in one character

_DIGIT = f"[{ONE_TO_NINE}]"
_WHOLE_TENS = "".join(WHOLE_TENS)
_WITH_TENS = f"(?:{_DIGIT}?[十拾]|[{_WHOLE_TENS}])"
_TENS = f"(?:[零〇]?(?:{_DIGIT}[十拾]|[{_WHOLE_TENS}]))?"
_HUNDREDS = f"(?:[零〇]?{_DIGIT}[百佰])?"
# one of them stands in every number that is written out
UNIT = re.compile(f"[{''.join(UNITS)}{_WHOLE_TENS}]")
# With a unit in it: 一二三 is read digit by digit, and 十五六 is between two numbers.
WRITTEN_OUT = re.compile(
    rf"""
    (?<![0-9{ONE_TO_NINE}])
    (?: {_DIGIT}[千仟]{_HUNDREDS}{_TENS} | {_DIGIT}[百佰]{_TENS} | {_WITH_TENS} )
    (?: [零〇]?{_DIGIT} )?
    (?! [0-9{ONE_TO_NINE}十拾{_WHOLE_TENS}百佰千仟] )
    """,
    re.VERBOSE,
)

# --- amounts
LARGE_UNITS = {"万": 10_000, "亿": 100_000_000}
_BELOW_TEN_THOUSAND = rf"""
    (?: {_DIGIT}[千仟]{_HUNDREDS}{_TENS} | {_DIGIT}[百佰]{_TENS} | {_WITH_TENS} )
    (?: [零〇]?{_DIGIT} )?
"""
_COUNT = rf"(?: {_BELOW_TEN_THOUSAND} | {_DIGIT} | [0-9]{{1,8}}(?:\.[0-9]{{1,4}})? )"
# 一万二 is 12000 where the number ends there, and not in 一万三个月没还
_ENDS = r"(?= [元块多余的左上] | [^\w] | $ )"
_REST = rf"""
    (?: [零〇]?{_BELOW_TEN_THOUSAND} | [零〇]{_DIGIT} | [0-9]{{3,4}} )
    (?! [0-9{ONE_TO_NINE}十拾{_WHOLE_TENS}百佰千仟万亿] )
"""
AMOUNT = re.compile(
    rf"""
    (?<! [0-9.{ONE_TO_NINE}十拾{_WHOLE_TENS}百佰千仟] )
    (?: (?P<hundred_millions>{_COUNT})[ ]?亿
        (?: [零〇]?(?P<ten_thousands>{_COUNT})[ ]?万 )?
      | (?P<ten_thousands_alone>{_COUNT})[ ]?万
    )
    (?: (?P<rest>{_REST}) | (?P<short>(?![两兩]){_DIGIT}){_ENDS} )?
    """,
    re.VERBOSE,
)
# 3千, 1万2, 2百5: read as 三千, 一万二, 二百五; 千瓦 and 百姓 are words
MIXED = re.compile(
    rf"""
    (?<! [0-9.] ) [1-9] (?= [ ]?[万亿] | 千(?![瓦克米卡伏帕]) | 百(?![姓货米科草]) )
    | (?<= [0-9{ONE_TO_NINE}][千百万亿] ) [1-9] {_ENDS}
    """,
    re.VERBOSE,
)
IN_CHINESE = str.maketrans("123456789", "一二三四五六七八九")


@dataclass(frozen=True)
class Numeral:
    """A number in a text: where it begins and ends, and its digits."""

    start: int
    end: int
    digits: str


def numerals_in(text: str) -> Iterator[Numeral]:
    """Yield the numbers below ten thousand in a text: 十五, 廿五, 二百三."""
    if not UNIT.search(text):
        return
    for found in WRITTEN_OUT.finditer(text):
        yield Numeral(found.start(), found.end(), str(value_of(found[0])))


def as_called_out(text: str) -> str:
    """Return a text with digits for 洞拐勾 and O within numbers as long as a telephone.

    Every character keeps its place.
    """
    if not CALLED.search(text):
        return text
    return NUMBER_CALLED_OUT.sub(_called_out, text)


def _called_out(number: re.Match[str]) -> str:
    digits = number[0].translate(DIGITS)
    is_number = sum(map(str.isdecimal, digits)) >= FEWEST_DIGITS
    return number[0].translate(CALLED_OUT) if is_number else number[0]


def value_of(numeral: str) -> int:
    """Return the value of a number written out; of 一百二 it is 120."""
    total = 0
    digit = 0
    last_unit = 0
    after_zero = False

    for character in numeral:
        unit = UNITS.get(character)
        if unit:
            total += (digit or 1) * unit
            digit = 0
            last_unit = unit
            after_zero = False
        elif character in WHOLE_TENS:
            total += WHOLE_TENS[character]
            last_unit = UNITS["十"]
        elif character in "零〇":
            after_zero = True
        else:
            digit = int(character.translate(DIGITS))

    is_short = last_unit > UNITS["十"] and not after_zero
    if is_short:
        digit *= last_unit // 10
    return total + digit


def in_digits(text: str) -> str:
    """Return a text with digits for every number in it, written out or digit by digit:
    二组十五号 is 2组15号, and 一万二千, 1.2万 and 1万2 are 12000.

    万 and 千 are read where a number stands before them: not in 万一 and 千万.
    """
    text = MIXED.sub(lambda found: found[0].translate(IN_CHINESE), text)
    text = AMOUNT.sub(_amount, text)

    parts = []
    done = 0
    for numeral in numerals_in(text):
        parts += [text[done : numeral.start], numeral.digits]
        done = numeral.end

    return "".join([*parts, text[done:]]).translate(DIGITS)


def _amount(found: re.Match[str]) -> str:
    """Return the digits of an amount; the text itself where it is no whole number."""
    hundred_millions = found["hundred_millions"]
    ten_thousands = found["ten_thousands"] or found["ten_thousands_alone"]

    total = Decimal(0)
    smallest = LARGE_UNITS["亿"]
    if hundred_millions:
        total += _count(hundred_millions) * LARGE_UNITS["亿"]
    if ten_thousands:
        smallest = LARGE_UNITS["万"]
        total += _count(ten_thousands) * smallest
    if found["rest"]:
        total += _count(found["rest"])
    if found["short"]:
        total += _count(found["short"]) * (smallest // 10)

    return str(int(total)) if total == int(total) else found[0]


def _count(written: str) -> Decimal:
    """Return the value of a number below ten thousand, or of one in digits."""
    if written[0].isascii():
        return Decimal(written)
    return Decimal(value_of(written))
