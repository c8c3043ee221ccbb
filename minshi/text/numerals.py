"""Numbers written out in Chinese, as 十五 and 两百零三, and their digits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

DIGITS = str.maketrans(
    "〇零一幺壹二两兩贰貳三叁參四肆五伍六陆陸七柒八捌九玖",
    "00111222223334455666778899",
)
ONE_TO_NINE = "一壹二两兩贰貳三叁參四肆五伍六陆陸七柒八捌九玖"
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}

_DIGIT = f"[{ONE_TO_NINE}]"
_TENS = f"(?:[零〇]?{_DIGIT}[十拾])?"
_HUNDREDS = f"(?:[零〇]?{_DIGIT}[百佰])?"
# With a unit in it: 一二三 is read digit by digit, and 十五六 is between two numbers.
WRITTEN_OUT = re.compile(
    rf"""
    (?<![0-9{ONE_TO_NINE}])
    (?: {_DIGIT}[千仟]{_HUNDREDS}{_TENS} | {_DIGIT}[百佰]{_TENS} | {_DIGIT}?[十拾] )
    (?: [零〇]?{_DIGIT} )?
    (?! [0-9{ONE_TO_NINE}十拾百佰千仟] )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Numeral:
    """A number in a text: where it begins and ends, and its digits."""

    start: int
    end: int
    digits: str


def numerals_in(text: str) -> Iterator[Numeral]:
    """Yield the numbers below ten thousand that are written out with 十, 百 or 千."""
    for found in WRITTEN_OUT.finditer(text):
        yield Numeral(found.start(), found.end(), str(value_of(found[0])))


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
    二组十五号 is 2组15号.
    """
    parts = []
    done = 0
    for numeral in numerals_in(text):
        parts += [text[done : numeral.start], numeral.digits]
        done = numeral.end

    return "".join([*parts, text[done:]]).translate(DIGITS)
