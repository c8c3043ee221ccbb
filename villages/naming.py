"""Short names of villages, abbreviations of towns, and the ways in which a resident's
name can be typed.
"""

import re
from collections.abc import Collection, Iterator

from minshi.text import HAN, half_width
from minshi.text.folding import MIDDLE_DOT, MIDDLE_DOTS, STOPS, any_of, folded
from minshi.text.letters import in_simplified
from minshi.text.surnames import SURNAMES

# The longest that fits is taken (domain §2); what the file calls a residents' committee
# is a 社区.
VILLAGE_SUFFIXES = {
    "社区居民委员会": "社区",
    "社区居委会": "社区",
    "居民委员会": "社区",
    "居委会": "社区",
    "村民委员会": "村",
    "村委会": "村",
}
TOWN_SUFFIX = re.compile(
    r"(?:街道办事处|街道|镇|(?:东乡|撒拉|保安|裕固|哈萨克|蒙古|土家|.)族乡|乡)$"
)
ABBREVIATION_LENGTHS = (2, 4)
KEY_LENGTH = 60
TAIL_LENGTH = 4
SHORTEST_NAME, LONGEST_NAME = 2, 4  # characters of most names
CHINESE_MARKS = {"。": ".", "——": "_"}  # as typed: as it stands in an account's name
OF_OFFICE = re.compile("[办所站室部组]$")  # 党建办, 司法所

# Surnames that pypinyin reads as the common word: dan, chou, jie, ceng. A resident is
# found by both readings.
SURNAME_READINGS = {
    "万俟": ("mo qi",),
    "尉迟": ("yu chi",),
    "长孙": ("zhang sun",),
    "澹台": ("tan tai",),
    "单": ("shan",),
    "仇": ("qiu",),
    "解": ("xie",),
    "曾": ("zeng",),
    "查": ("zha",),
    "任": ("ren",),
    "区": ("ou",),
    "盖": ("ge", "gai"),
    "朴": ("piao", "pu"),
    "缪": ("miao",),
    "乐": ("yue", "le"),
    "黑": ("he", "hei"),
    "洗": ("xian",),
    "种": ("chong",),
    "翟": ("zhai", "di"),
    "召": ("shao",),
    "繁": ("po",),
    "员": ("yun",),
    "覃": ("qin", "tan"),
    "句": ("gou",),
    "牟": ("mu", "mou"),
    "秘": ("bi",),
    "折": ("she",),
    "能": ("nai",),
    "隗": ("wei", "kui"),
    "尉": ("wei", "yu"),
    "谌": ("chen", "shen"),
    "柏": ("bai", "bo"),
    "祭": ("zhai",),
    "宓": ("mi", "fu"),
    "藏": ("zang",),
    "卜": ("bu",),
    "阚": ("kan",),
    "粘": ("nian", "zhan"),
    "佴": ("nai",),
    "都": ("du",),
    "薄": ("bo",),
    "贠": ("yun",),
    "乜": ("nie",),
}


# in simplified characters, as what is compared with it is to be read
COMPOUND_SURNAME = re.compile(
    "欧阳|司马|上官|诸葛|东方|尉迟|皇甫|公孙|慕容|令狐|长孙|宇文|司徒|万俟|澹台|夏侯|轩辕"
    "|端木|百里|呼延|南宫|西门|独孤|赫连|司空|申屠|公羊|淳于|单于|太叔|仲孙|钟离|闻人|濮阳"
    "|公冶|宗政|完颜|拓跋|鲜于|闾丘|亓官"
)
BLANK_IN_NAME = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")
DOT_IN_NAME = re.compile(any_of(MIDDLE_DOTS + STOPS))


def without_blanks(name: str) -> str:
    """Return a name without the blanks by which 李 明 is set to the width of 李小明."""
    return BLANK_IN_NAME.sub("", name.strip())


def account_name(typed: str) -> str:
    """Return the name of an account that was typed: in any width, with what nobody sees
    in it, and with the marks that a Chinese keyboard gives for . and _.
    """
    name = half_width(typed).strip()
    for mark, meant in CHINESE_MARKS.items():
        name = name.replace(mark, meant)
    return name


def compound_surname_of(name: str) -> str:
    """Return the surname of two characters with which a name begins, in simplified
    characters: 欧阳 of 歐陽測國. Empty where it has none.
    """
    surname = COMPOUND_SURNAME.match(in_simplified(name))
    return surname[0] if surname else ""


def is_like_name(name: str) -> bool:
    """Tell whether an account is named as a person is: with a surname and one to three
    characters, or in parts with a dot between. 值班室 and 白关村党支部 are not.
    """
    if MIDDLE_DOT.search(name):
        return True
    plain = in_simplified(without_blanks(name))
    begins_as_name = plain[:1] in SURNAMES or COMPOUND_SURNAME.match(plain)
    is_as_long = SHORTEST_NAME <= len(plain) <= LONGEST_NAME
    return bool(begins_as_name) and is_as_long and not OF_OFFICE.search(plain)


def given_name_of(name: str) -> str:
    """Return a name without its surname; of one with a middle dot its first part.

    Empty for a surname alone.
    """
    parts = DOT_IN_NAME.split(name.strip())
    if len(parts) > 1:
        return parts[0]

    plain = folded(name)
    surname = compound_surname_of(plain) or plain[:1]
    return plain[len(surname) :]


def short_village_name(official_name: str) -> str:
    """Return 柳河村 for 柳河村村民委员会, and 东街社区 for 东街居委会; never doubles
    村 (domain §2).
    """
    name = official_name.strip()

    for suffix in sorted(VILLAGE_SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix) and name != suffix:
            kind = VILLAGE_SUFFIXES[suffix]
            place = name.removesuffix(suffix)
            return place if place.endswith((kind, "社区")) else place + kind

    return name


def free_abbreviation(town_name: str, county_name: str, taken: Collection[str]) -> str:
    """Return the first abbreviation of a town that is not taken, 2 to 4 characters
    (domain §2).

    白关镇 of 礼县 is BG; where another town has that, BGL; where that is gone too,
    BGL2, BGL3 … ValueError: every one of them is taken, or the name has no letters.
    """
    for candidate in _abbreviations(town_name, county_name):
        if candidate not in taken:
            return candidate
    raise ValueError(f"No abbreviation is left for {town_name}.")


def name_keys_of(name: str, phone: str) -> set[str]:
    """Return the texts that may be typed to find a resident: name, pinyin, initials,
    the phone's last four digits.

    A surname with two readings gives both: 单 is found by shan and by dan (ux 2.3).
    """
    written = lookup_text(name)
    keys = {written}

    for syllables in _readings(written):
        keys.add("".join(syllables))
        keys.add("".join(syllable[0] for syllable in syllables))

    if len(phone) >= TAIL_LENGTH:
        keys.add(phone[-TAIL_LENGTH:])

    return {key[:KEY_LENGTH] for key in keys if key}


def pinyin_of(name: str) -> str:
    """Return a name in Latin letters, without tones and blanks; the first reading of a
    surname that has one of its own.
    """
    written = lookup_text(name)
    readings = list(_readings(written))
    return "".join(readings[1] if len(readings) > 1 else readings[0])


def lookup_text(text: str) -> str:
    """Return a text in the one form in which keys are stored and asked for: folded,
    without blanks.
    """
    joined = re.sub(r"[\s'’`]+", "", folded(text))
    return joined[:KEY_LENGTH]


def _abbreviations(town_name: str, county_name: str) -> Iterator[str]:
    """Yield the abbreviations that a town may have, the shortest first.

    1. Its initials without 镇, 乡 or the like.
    2. The same with the county's initial.
    3. The same with a number from 2 on.
    """
    shortest, longest = ABBREVIATION_LENGTHS
    letters = _initials(TOWN_SUFFIX.sub("", town_name))
    if len(letters) < shortest:
        letters = _initials(town_name)
    if not letters:
        return

    if len(letters) >= shortest:
        yield letters[:longest]

    county = _initials(county_name)[:1]
    with_county = letters[: longest - 1] + county
    if len(with_county) >= shortest:
        yield with_county

    for number in range(2, 100):
        digits = str(number)
        yield (letters + county)[: longest - len(digits)] + digits


def _initials(name: str) -> str:
    firsts = [syllable[:1].upper() for syllable in _pinyin(name)]
    return "".join(first for first in firsts if first.isascii() and first.isalpha())


def _readings(name: str) -> Iterator[list[str]]:
    """Yield the syllables of a name: as read plainly, then by each other reading of its
    surname.
    """
    yield _syllables(name)
    for length in (2, 1):
        for reading in SURNAME_READINGS.get(name[:length], ()):
            yield [*reading.split(), *_syllables(name[length:])]


def _syllables(text: str) -> list[str]:
    syllables = []
    for reading in _pinyin(text):
        letters = re.sub(r"[^a-z0-9]", "", reading.lower())
        if letters:
            syllables.append(letters)
    return syllables


def _pinyin(text: str) -> list[str]:
    # Imported by the first name that is entered: its dictionaries fill 55 MB, which the
    # processes that read none (beat, letters, most of the web's) need not hold.
    from pypinyin import lazy_pinyin

    return lazy_pinyin(text)
