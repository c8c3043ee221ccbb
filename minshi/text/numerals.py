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

# characters of which numbers are made, and those by which one begins
STARTS_OF_NUMERALS = "".join(map(chr, DIGITS)) + "十拾" + "".join(WHOLE_TENS)
NUMERALS = STARTS_OF_NUMERALS + "百佰千仟万萬亿億"

_DIGIT = f"[{ONE_TO_NINE}]"
# a digit that goes on with a number; in 三千五一年, 一万二一个月 the 一 begins another
_GOES_ON = rf"[0-9{ONE_TO_NINE.replace('一', '')}]|一(?![个年月天日亩次趟户回间])"
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
    (?! {_GOES_ON} | [十拾{_WHOLE_TENS}百佰千仟] )
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
# 一万二 is 12000, also in 一万二没还 and 一万二一个月; not in 一万三个月没还, where 三
# counts months, and not in 一万二三, which is between two numbers
_COUNTED = (
    "[个日岁次回趟层只项]|天(?!天)|月(?!底)|年(?!底)|户(?!主)|间(?!接)|条(?!件)|件"
    "|人(?!工)|头(?!款)"
)
_ENDS = rf"""
    (?! {_GOES_ON} | [.十拾{_WHOLE_TENS}百佰千仟万亿] | {_COUNTED} )
"""
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
# 三点五亩 is 3.5亩; 三点五分, and 下午两点 before 五米宽, are times of the day
POINT = re.compile(
    rf"""
    (?<! [上午晨晚夜早] )
    (?P<whole> {_BELOW_TEN_THOUSAND} | {_DIGIT} | [0-9]{{1,8}} )
    点 (?P<part> [0-9{ONE_TO_NINE}〇零]{{1,4}} )
    (?= [亩里米万亿元块吨斤平倍厘度%] | 公[里斤顷] | 立方 )
    """,
    re.VERBOSE,
)
OF_A_HUNDRED = re.compile(r"百分之(\d+(?:\.\d+)?)")
# 千分之三 and 3‰ are 0.3%, 万分之五 is 0.05%; 几千分之一 is no number
OF_MORE = re.compile(
    r"(?<![\d十百千万几数])(?P<of>[千万])分之(?P<part>\d{1,8}(?:\.\d{1,8})?)"
    r"|(?<![\d.])(?P<per_mille>\d{1,8}(?:\.\d{1,8})?)‰"
)
PER_CENT_OF = {"千": 10, "万": 100}
# 占三成 is 占30%, 降了三成五 is 降了35%. Only behind a word of shares, and before none
# that makes a name or another word of it: 张三成, 三成村, 三成员, 七成新.
_TENTHS = (
    r"(?P<tenths>[1-9])成(?P<hundredths>[1-9](?!\d))?"
    r"(?![\d员立为了是长年人功果熟绩本村组社交套语份家色型活效双行品都新器亲哥叔爷嫂说讲们])"
)
SHARE = re.compile(
    r"(?P<before>[占降涨减增加少多扣提补剩付亏跌赔分收返拿高低约近仅超缺][了到]?|不[足到])"
    + _TENTHS
)
SHARE_AT_BEGINNING = re.compile(rf"(?P<before>^){_TENTHS}")
PART_OF = re.compile(r"(\d+)分之(\d+)")
# 二○○六年 and 二OO六年, as the zero is drawn where no key has it
_WITH_ZEROS = f"{ONE_TO_NINE}〇零"
ROUND_ZEROS_WITHIN = re.compile(
    rf"""
    (?<=[0-9{_WITH_ZEROS}]) [○◯]+ (?=[0-9{_WITH_ZEROS}])
    | (?<=[{_WITH_ZEROS}]) [oO]+ (?=[{_WITH_ZEROS}])
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
    text = ROUND_ZEROS_WITHIN.sub(lambda found: "〇" * len(found[0]), text)
    text = POINT.sub(_with_point, text)
    text = MIXED.sub(lambda found: found[0].translate(IN_CHINESE), text)
    text = AMOUNT.sub(_amount, text)

    parts = []
    done = 0
    for numeral in numerals_in(text):
        digits = numeral.digits + _gap_before_number(text, numeral.end)
        parts += [text[done : numeral.start], digits]
        done = numeral.end

    return _in_parts("".join([*parts, text[done:]]).translate(DIGITS))


def _gap_before_number(text: str, place: int) -> str:
    """Return a blank where a number in Chinese begins right behind another: in
    三千五一年 the 一 counts years.
    """
    return " " if ord(text[place : place + 1] or " ") in DIGITS else ""


def _in_parts(text: str) -> str:
    """Return a text with 50% for 百分之50, 0.3% for 千分之3, 30% for 3成 where it is a
    share, and 1/3 for 3分之1.
    """
    if "成" in text:
        text = SHARE.sub(_share, text)
    if "‰" in text or "分之" in text:
        text = OF_MORE.sub(_in_percent, OF_A_HUNDRED.sub(r"\1%", text))
        text = PART_OF.sub(r"\2/\1", text)
    return text


def _share(found: re.Match[str]) -> str:
    return f"{found['before']}{found['tenths']}{found['hundredths'] or 0}%"


def _in_percent(found: re.Match[str]) -> str:
    part = Decimal(found["part"] or found["per_mille"])
    percent = part / PER_CENT_OF[found["of"] or "千"]
    return f"{percent.normalize():f}%"


def with_share_at_beginning(text: str) -> str:
    """Return a text in the form of `in_digits` with 30% for 3成 at its beginning, where
    nothing before it tells whether a share is meant or a name.
    """
    return SHARE_AT_BEGINNING.sub(_share, text)


def _with_point(found: re.Match[str]) -> str:
    return f"{_count(found['whole'])}.{found['part'].translate(DIGITS)}"


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

    if total != int(total):
        return found[0]
    return f"{int(total)}{_gap_before_number(found.string, found.end())}"


def _count(written: str) -> Decimal:
    """Return the value of a number below ten thousand, or of one in digits."""
    if written[0].isascii():
        return Decimal(written)
    return Decimal(value_of(written))
