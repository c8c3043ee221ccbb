"""The people of a field in which several are named, as people list them: with commas,
with numbers before them, with 和 between.

What parts them is told in simplified characters, and every name stays as it was typed.
"""

import re
from collections.abc import Iterable

from cases.models import CoSpeaker
from cases.privacy.parts import (
    BESIDE_AFTER,
    SHORTEST_PART,
    begins_with_surname,
    is_plainly_name,
    parted_by,
    without_beside,
)
from minshi.text import HAN, clean_line
from minshi.text.folding import any_of
from minshi.text.letters import in_simplified
from minshi.text.surnames import SURNAMES
from villages.naming import COMPOUND_SURNAME

# & and + too, but for the + of a telephone; 和 and 跟 by themselves between two names
COMMAS = re.compile(
    r"[,，、;；/／|\n&＆]|[+＋](?!\s*\d)"
    rf"|(?<=[{HAN}]{{2}})\s+(?:[和跟与同及]|以及)\s+(?=[{HAN}]{{2}})"
)
STOP = re.compile("[。.．]")  # between names too, but within 买买提.阿不都
WITH = re.compile(r"\s*(?:以及|[和跟与同及])\s*")
NUMBERED = re.compile(rf"^\d{{1,2}}[.、)）]?\s*(?=[{HAN}])")
# said after a name with a blank between: 李建军 等三人, 王芳兰 手机
SAID_BESIDE = re.compile(rf"{BESIDE_AFTER.pattern}|手机|电话|号码")
# with its surname; of four characters only after one of two, because 阿依古丽 买买提 is
# one person, and no group (三组)
WHOLE_NAME = re.compile(
    rf"(?![一二三四五六七八九十]+[组队社户号])"
    rf"(?:[{HAN}]{{2,3}}|(?:{COMPOUND_SURNAME.pattern})[{HAN}]{{2}})"
)
LONGEST_TOGETHER = 200  # characters of names with 和 between; more is a text
LONGEST_WITH_BESIDE = 12  # of one of them: 仇霞等三户村民代表
TWO_PARTS, LONG_PART = 2, 3  # of a name without a surname, and characters of each
# whose relative it is, said before a name: 及其妻仇霞, 和儿子张建国
THEIRS = re.compile(
    "^[其他她]?(?:大?儿子?|小儿子|女儿|丈夫|妻子?|老公|老婆|老伴|媳妇儿?|儿媳妇?|女婿"
    "|母亲?|父亲?|妈妈?|爸爸?|哥哥?|弟弟?|兄|姐姐?|妹妹?|孙子|孙女|侄子|侄女|[子女夫])"
)
AND_THEIRS = re.compile(rf"^(?:(?:以及|[及和与])?其|以及|及)(?=[{HAN}])")

# --- numbers of a list
MOST_NUMBERS = 20
ENCLOSED = re.compile(  # ① ⒈ ❶ ㈠ ㊀
    "[\u2460-\u249b\u24eb-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289]"
)
TENS = ("", "十", "二十")
ONES: tuple[str, ...] = ("", *"一二三四五六七八九")
MARK = "[、.．)）:：]"
BEGINS_NAME = (
    rf"(?=(?:{COMPOUND_SURNAME.pattern}"
    rf"|{any_of(''.join(sorted(SURNAMES)))})[{HAN}])"
)
# 王小二、李四 has no number in it; of 张长生二、仇霞 no name has four characters
NOT_IN_NAME = rf"(?:(?<![{HAN}])|(?<=[{HAN}]{{3}}))"
NUMBER_ALONE = re.compile(r"[（(]?第?(?:\d{1,2}|二?十?[一二三四五六七八九十])[）)]?")


def named_apart(typed: str) -> list[str]:
    """Return the names that were typed with commas of any kind between, each once.

    A blank parts them where every part may be a whole name: 赵铁柱 欧阳锋, not 罗 静,
    nor 买买提 阿不都, 欧阳 雪松 and 李建军 等三人. A full stop parts what are names by
    their surnames alone, and so does 和: 张长生和解和平 are two. The numbers of a list
    are no part of a name, nor is 其妻 before one.
    """
    names = []
    for piece in map(clean_line, COMMAS.split(_without_numbers(typed))):
        for name in _parted_at_stops(piece):
            names += _people_in(name)
    return list(dict.fromkeys(filter(None, names)))


def names_together(people: Iterable[CoSpeaker]) -> str:
    """Return the names as one text, as `named_apart` reads it: each once, and nothing
    of whoever gave none.
    """
    names = ",".join(person.name for person in people)
    return "、".join(named_apart(names))


def names_nobody(name: str) -> bool:
    """Tell whether what stands for a name is but the number of a list: 一, 2, (三)."""
    return bool(NUMBER_ALONE.fullmatch(name))


def _parted_at_stops(piece: str) -> list[str]:
    parts = [part for part in map(str.strip, STOP.split(piece)) if part]
    are_names = len(parts) > 1 and all(map(is_plainly_name, parts))
    return parts if are_names else [piece]


def _people_in(piece: str) -> list[str]:
    """Return the people of a piece without commas: around 和, else between blanks."""
    together = _parted_by_with(piece)
    if len(together) > 1:
        return together

    parts: list[str] = []
    for part in _parts_of(piece):
        parts += _parted_by_with(part)
    firsts = [in_simplified(part.split(" ")[0]) for part in parts]
    are_names = all(map(WHOLE_NAME.fullmatch, firsts))
    return parts if are_names and not _is_one_name(parts) else together


def _parted_by_with(text: str) -> list[str]:
    """Return the names around 和, 跟, 与, 同 and 及 where all are plainly names, else
    the text: 解和平 and 同振华 are one person each.
    """
    if len(text) > LONGEST_TOGETHER:
        return [text]

    parts = parted_by(WITH, text, is_name=lambda part: bool(_name_in(part)))
    if len(parts) > 1 or AND_THEIRS.match(in_simplified(text)):
        return [_name_in(part) or part for part in parts]
    return parts


def _name_in(part: str) -> str:
    """Return what is plainly a name, as it is to be stored; "" where there is none.
    其妻 before one says whose wife she is; 等三人 behind it stays.
    """
    if len(part) > LONGEST_WITH_BESIDE:
        return ""
    if _is_whole_name(part):
        return part

    plain = _without_beginning(AND_THEIRS, part)
    for name in (plain, _without_beginning(THEIRS, plain)):
        if _is_whole_name(name):
            return name
    return part if _is_whole_name(without_beside(part).rstrip()) else ""


def _without_beginning(beginning: re.Pattern[str], text: str) -> str:
    """Return a text without what it begins with, in whatever characters it is."""
    found = beginning.match(in_simplified(text))
    return text[found.end() :] if found else text


def _is_whole_name(name: str) -> bool:
    plain = in_simplified(name)
    is_surname = bool(COMPOUND_SURNAME.fullmatch(plain))
    is_whole = bool(WHOLE_NAME.fullmatch(plain))
    return is_whole and not is_surname and is_plainly_name(plain)


def _parts_of(name: str) -> list[str]:
    """Return what stands between the blanks, and with a part what belongs to it."""
    parts: list[str] = []
    for piece in name.split(" "):
        plain = NUMBERED.sub("", piece)
        part = plain if is_plainly_name(plain) else piece
        before = in_simplified(parts[-1]) if parts else ""
        is_surname_before = bool(COMPOUND_SURNAME.fullmatch(before))
        is_said_beside = parts and SAID_BESIDE.fullmatch(in_simplified(part))
        if is_surname_before or is_said_beside:
            parts[-1] += f" {part}"
        else:
            parts.append(part)
    return parts


def _is_one_name(parts: list[str]) -> bool:
    """True for the two parts of a name that has no surname: 买买提 阿不都."""
    if len(parts) != TWO_PARTS:
        return False
    are_long = all(len(part) >= LONG_PART for part in parts)
    return are_long and not any(map(begins_with_surname, parts))


def _in_han(number: int) -> str:
    return TENS[number // 10] + ONES[number % 10]


# a number of a list as it is written, each way by itself
DIGITS = r"(\d{1,2})"  # of either width
HAN_NUMERALS = {_in_han(number): number for number in range(1, MOST_NUMBERS + 1)}
IN_HAN = "([一二三四五六七八九十]{1,3})"

# （1）张长生（2）仇霞; 1.张长生 2.仇霞; 一、张长生 二、仇霞; with a blank alone where
# one follows the other
IN_BRACKETS = re.compile(
    rf"\s*[（(【\[〔]\s*(\d{{1,2}}|[一二三四五六七八九十]{{1,3}})\s*[）)】\]〕]"
    rf"\s*(?=[{HAN}])"
)
WITH_DIGITS = re.compile(rf"\s*(?<!\d){DIGITS}(?!\d)\s*{MARK}?\s*{BEGINS_NAME}")
WITH_HAN = re.compile(rf"\s*{NOT_IN_NAME}第?{IN_HAN}\s*{MARK}\s*{BEGINS_NAME}")
HAN_AND_BLANK = re.compile(rf"\s*{NOT_IN_NAME}第?{IN_HAN}\s+{BEGINS_NAME}")


def _number_in(found: re.Match[str]) -> int:
    """Return the number of a list that was found; 0 for one that no list has."""
    written = found[1]
    if written in HAN_NUMERALS:
        return HAN_NUMERALS[written]
    if not written.isdecimal():
        return 0
    number = int(written)
    return number if number <= MOST_NUMBERS else 0


def _find(
    number: int, way: re.Pattern[str], text: str, begin: int
) -> re.Match[str] | None:
    """Return where a number of a list stands next, written in one way."""
    for found in way.finditer(text, begin):
        if _number_in(found) == number:
            return found
    return None


def _without_numbers(typed: str) -> str:
    """Return a list without the numbers before its names, with a comma for each."""
    plain = ENCLOSED.sub("、", typed)
    for way in (IN_BRACKETS, WITH_DIGITS, WITH_HAN):
        plain = _without_numbers_as(way, plain, fewest=1)
    return _without_numbers_as(HAN_AND_BLANK, plain, fewest=2)


def _without_numbers_as(way: re.Pattern[str], typed: str, *, fewest: int) -> str:
    """Return a list without its numbers, written in one way. It begins with any of
    them, for the first of a list may stand in another field; each of the others is the
    next one.
    """
    plain = in_simplified(typed)
    found = way.match(plain)
    first = _number_in(found) if found else 0
    if not found or not first:
        return typed

    parts = [""]
    begin = found.end()
    for number in range(first + 1, MOST_NUMBERS + 1):
        following = _find(number, way, plain, begin + SHORTEST_PART)
        if not following:
            break
        parts.append(typed[begin : following.start()])
        begin = following.end()

    if len(parts) < fewest:
        return typed
    return "、".join([*parts, typed[begin:]])
