"""What people write, in the one form in which it is stored for searching and asked for.

Both sides of a comparison come from here: a question folded otherwise than the stored
text finds nothing, not even itself.
"""

import re
import unicodedata

from minshi.text.identity import (
    IDENTITY_NUMBER,
    OLD_IDENTITY_LENGTH,
    OLD_IDENTITY_NUMBER,
)
from minshi.text.lookalikes import normal
from minshi.text.numerals import NUMERALS, STARTS_OF_NUMERALS, in_digits
from minshi.text.runs import with_words_apart
from minshi.text.simplified import simplified

# Chinese characters; with those for private use, by which older registers of residents
# write the rare ones of names.
HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
    "\ue000-\uf8ff\U000f0000-\U0010ffff"
)
DASHES = (
    "-\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2500\u2501\u30fc"
    "\ufe58\ufe63\uff0d"
)
MIDDLE_DOTS = "·•‧∙⋅⸱⸳・･ㆍᆞ᛫●ꞏ"
# typed where no middle dot is at hand, between two parts of a name
STOPS = ".．"
# between the digits of a number or the parts of a name, where no blank is
SEPARATORS = DASHES + MIDDLE_DOTS + STOPS

# Straight ones are typed for any of these, and these for one another.
QUOTES = "'\"‘’‚‛“”„‟「」『』﹁﹂﹃﹄〝〞〟"
# 1,200 and １，２００; in 120，300已经交了 the comma is of another width, and a pause
THOUSANDS = re.compile(
    r"(?<!\d)(?<!\d,)[0-9]{1,3}(?:,[0-9]{3})+(?!\d)"
    r"|(?<!\d)(?<!\d，)[０-９]{1,3}(?:，[０-９]{3})+(?!\d)"
)
# 三千 五百 and 三千，五百 are two numbers, and so are 1200 三个月 and 120，300
_PAUSE = r"(?:\s*[,，﹐]\s*|\s+)"
BETWEEN_NUMBERS = re.compile(
    rf"(?<=[{NUMERALS}]){_PAUSE}(?=[\d{STARTS_OF_NUMERALS}])"
    rf"|(?<=\d){_PAUSE}(?=[{STARTS_OF_NUMERALS}])"
    r"|(?<=\d)\s*，\s*(?=\d)"
    r"|(?<=\d),(?=\d{1,8}(?:\.\d{1,4})?\s*[百佰千仟万萬亿億])"
)
# 3 万 5 千: one number set wide
UNIT_SET_WIDE = re.compile(r"(?<=\d) ([百佰千仟万萬亿億]) (?=\d)")

# Never seen: marks of variation, fillers, and what Unicode sets aside for such marks.
UNSEEN = re.compile(
    "[\ufe00-\ufe0f\u115f\u1160\u3164\uffa0\u2800\u034f"
    "\u2065\ufff0-\ufff8\ufdd0-\ufdef\U000e0000-\U000e0fff]"
)
# What nearly every text is made of, all of it seen: asked of the whole at once, for
# character by character it took half of an import.
PLAIN = re.compile("[\\t\\n\\r -~\u3000-\u303f\u4e00-\u9ffc\uff01-\uff5e]*")
# Control and format characters, halves of a pair. What Python's tables do not know yet
# is seen all the same: rare characters of names, new emoji.
UNSEEN_KINDS = ("Cf", "Cc", "Cs")
# the last two of each plane: no XML may hold them, and so no workbook
NO_CHARACTERS = (0xFFFE, 0xFFFF)
SEEN_CONTROLS = "\t\n\r"


def any_of(characters: str) -> str:
    """Return a pattern for one of these characters."""
    return f"[{re.escape(characters)}]"


DASH = re.compile(any_of(DASHES))
MIDDLE_DOT = re.compile(any_of(MIDDLE_DOTS))
QUOTE = re.compile(any_of(QUOTES))
# 阿依古丽-买买提, and not 村口——水管
DASH_IN_NAME = re.compile(rf"(?<=[{HAN}])-(?=[{HAN}])")
STOP_IN_NAME = re.compile(rf"(?<=[{HAN}])\.(?=[{HAN}])")
# 欠我 120 元, 2 组 15 号: a blank beside a number, or one of the words for it
BLANK_BESIDE_NUMBER = re.compile(
    rf"(?<=[{HAN}])(?<![{NUMERALS}]) (?=[a-z]*-?\d)"
    rf"|(?<=\d) (?=[{HAN}])(?![{STARTS_OF_NUMERALS}])"
)
# ⑴ and ㈠: a number in brackets as one character, which NFKC would write in three
NUMBERS_IN_BRACKETS = {
    code: unicodedata.normalize("NFKC", chr(code)).strip("()")
    for code in (*range(0x2474, 0x2488), *range(0x3220, 0x322A))
}
# ❶ and ➀, which NFKC leaves as they are
NUMBERS_IN_BRACKETS |= {
    code: str(int(unicodedata.numeric(chr(code)))) for code in range(0x2776, 0x2794)
}
# ½ is 1⁄2 in NFKC, with a slash that nobody types; 看着 is typed 看著, too, which is no
# other character in simplified writing; 〔2026〕 is typed [2026], 3～5天 3-5天
AS_TYPED = str.maketrans(
    {"\u2044": "/", "\u2215": "/", "著": "着"}
    | dict.fromkeys("〔【[", "(")
    | dict.fromkeys("〕】]", ")")
    | dict.fromkeys("~〜∼", "-")
)
# 139 9391 2345, 139-9391-2345, 0939-442 1234, (0939)4421234, 400-800-1234, and the
# number of a card or a meter in groups of four: one number however it is set. Years
# beside each other are several, and so are amounts: 2023 2024 2025 2026, 400 500 1000元
NUMBER_SET_WIDE = re.compile(
    r"(?<!\d)(?:"
    r"1[3-9]\d[-. ]?\d{4}[-. ]?\d{4}|1[3-9]\d[-. ]\d{3}[-. ]\d{5}"
    r"|1[3-9]\d{3}-\d{6}|1[3-9]\d{2}-\d{3}-\d{4}"
    r"|(?:0(?!0)\d{2,3}[- ]?|\(0\d{2,3}\)[- ]?)\d{3,4}[- ]?\d{4}"
    r"|[48]00-\d{3,4}-\d{3,4}"
    r"|0\d{1,2}(?: \d{4}){2}"
    r"|(?!(?:19|20)\d\d)\d{4}(?:[ -](?!(?:19|20)\d\d(?!\d))\d{4}){3}(?:[ -]\d{1,4})?"
    r")(?!\d)"
)
# 6212 2619 6003 0512 34, 621226-19600305-123X, 620502 800101 123: what has a birthday
# where the numbers of identity cards have it
IDENTITY_SET_WIDE = re.compile(
    r"(?<!\d)[1-9](?:[-. ]?\d){16}[-. ]?[\dxX](?![\da-zA-Z])"
)
OLD_IDENTITY_SET_WIDE = re.compile(r"(?<!\d)\d{6}[- ]\d{6}[- ]\d{3}(?!\d)")
BETWEEN_GROUPS = re.compile("[-. ]")
# 甘K-12345 is 甘K12345, Wi-Fi is WiFi
DASH_IN_SIGN = re.compile(
    rf"(?<=[{HAN}][a-z])[- ](?=[a-z0-9]{{5,6}}(?![a-z0-9]))|(?<=[a-z])-(?=[a-z])"
)
# 11月03日 is 11月3日, and 11月03号 is 11月3号; of a door 03号 the zero stays
ZERO_OF_DAY = re.compile(r"(?<!\d)0(?=[1-9][月日])|(?<=\d月)0(?=[1-9]号)")
BLANK_IN_HAN = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")


def visible(text: str) -> str:
    """Return a text without control and format characters and fillers.

    Blanks, tabs and breaks of line stay, and so does what only some fonts can show.
    """
    if PLAIN.fullmatch(text):
        return text
    seen = [letter for letter in UNSEEN.sub("", text) if _is_seen(letter)]
    return "".join(seen)


def half_width(text: str) -> str:
    """Return a name, code or number in half width, without what nobody sees in it and
    radicals in place of characters.
    """
    return normal(visible(text))


def clean_text(text: str) -> str:
    """Return words as stored: nothing unseen, a break of line as one character, no
    blanks around.
    """
    return visible(text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def clean_line(text: str) -> str:
    """Return a name or a title as stored: as `clean_text`, on one line."""
    return " ".join(clean_text(text).split())


def is_blank(text: str) -> bool:
    """Return True for a text that says nothing: no letter, number or symbol in it.

    A full stop or an accent alone is none; an emoji is an answer. What Python's tables
    do not know may be a rare character of a name.
    """
    return not any(map(_says_something, visible(text)))


def folded(text: str) -> str:
    """Return a text in the form in which words are stored and asked for.

    Half width, lower case, one blank for many and none between Chinese characters, one
    kind of dash, no middle dots (阿依古丽·买买提 is typed with five of them, a full
    stop, a dash, or none), nothing unseen, no radicals in place of characters.
    """
    plain = visible(normal(text)).casefold()
    plain = DASH.sub("-", plain)
    plain = MIDDLE_DOT.sub("", plain)
    plain = STOP_IN_NAME.sub("", plain)
    plain = DASH_IN_NAME.sub("", plain)
    return BLANK_IN_HAN.sub("", " ".join(plain.split()))


def searchable(text: str) -> str:
    """Return a text in the form in which words are searched: folded, with digits for
    numbers (二组十五号 is 2组15号, 1,200 is 1200, 1.2万 is 12000, ㈠ is 1), no blanks
    between a number and the characters beside it, phones as plain digits, simplified
    characters, one kind of quotation mark and of slash.

    A blank, a break of line or a comma between two numbers parts them. Names have keys
    of their own and are never compared in this form alone.
    """
    text = UNIT_SET_WIDE.sub(r"\1", without_brackets(without_thousands(text)))
    parts = BETWEEN_NUMBERS.split(text)
    plain = " ".join(folded(with_words_apart(part)) for part in parts)
    plain = _with_signs_as_typed(plain)
    before = ""
    while plain != before:  # 3 千 is 3千, and that is 3000
        before = plain
        plain = in_digits(closed_around_numbers(plain))
    return ZERO_OF_DAY.sub("", plain)


def as_written(text: str) -> str:
    """Return a text as it is searched with its numbers in the words in which they were
    written: 八百一亩, which `searchable` reads as 810亩, is found by 八百.
    """
    text = without_brackets(without_thousands(text))
    return with_plain_phones(_with_signs_as_typed(folded(text)))


def _with_signs_as_typed(plain: str) -> str:
    """Return a folded text with simplified characters, one kind of quotation mark and
    of slash, and no dash in the signs of cars.
    """
    plain = QUOTE.sub('"', "".join(map(simplified, plain))).translate(AS_TYPED)
    return DASH_IN_SIGN.sub("", plain)


def without_thousands(text: str) -> str:
    """Return a text as it was typed with 1200 for 1,200."""
    return THOUSANDS.sub(lambda number: re.sub("[,，]", "", number[0]), text)


def without_brackets(text: str) -> str:
    """Return a text with 一 for ㈠ and 1 for ⑴, which is to be asked before NFKC."""
    return text.translate(NUMBERS_IN_BRACKETS)


def closed_around_numbers(text: str) -> str:
    """Return a folded text without blanks and dashes within phones, nor blanks between
    a number and Chinese characters.
    """
    return BLANK_BESIDE_NUMBER.sub("", with_plain_phones(text))


def with_plain_phones(text: str) -> str:
    """Return a text in half width in which phones and numbers of cards are plain
    digits.
    """
    text = IDENTITY_SET_WIDE.sub(_identity_alone, text)
    text = OLD_IDENTITY_SET_WIDE.sub(_identity_alone, text)
    return NUMBER_SET_WIDE.sub(_digits_alone, text)


def _identity_alone(number: re.Match[str]) -> str:
    """Return a number without what parts its groups; as it stands where it has no
    birthday.
    """
    plain = BETWEEN_GROUPS.sub("", number[0])
    is_identity = IDENTITY_NUMBER.match(plain.lower())
    is_old = OLD_IDENTITY_NUMBER.match(plain) and len(plain) == OLD_IDENTITY_LENGTH
    return plain if is_identity or is_old else number[0]


def _digits_alone(number: re.Match[str]) -> str:
    return re.sub(r"\D", "", number[0])


def _says_something(letter: str) -> bool:
    category = unicodedata.category(letter)
    return category[0] in "LNS" or category in ("Co", "Cn")


def _is_seen(letter: str) -> bool:
    if letter in SEEN_CONTROLS:
        return True
    if ord(letter) & 0xFFFF in NO_CHARACTERS:
        return False
    return unicodedata.category(letter) not in UNSEEN_KINDS
