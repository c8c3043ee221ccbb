"""What people write, in the one form in which it is stored for searching and asked for.

Both sides of a comparison come from here: a question folded otherwise than the stored
text finds nothing, not even itself.
"""

import re
import unicodedata

from minshi.text.numerals import in_digits
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
BETWEEN_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

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
BLANK_BESIDE_NUMBER = re.compile(rf"(?<=[{HAN}]) (?=[a-z]*-?\d)|(?<=\d) (?=[{HAN}])")
# ⑴ and ㈠: a number in brackets as one character, which NFKC would write in three
NUMBERS_IN_BRACKETS = {
    code: unicodedata.normalize("NFKC", chr(code)).strip("()")
    for code in (*range(0x2474, 0x2488), *range(0x3220, 0x322A))
}
# ½ is 1⁄2 in NFKC, with a slash that nobody types; 看着 is typed 看著, too, which is no
# other character in simplified writing
AS_TYPED = str.maketrans({"\u2044": "/", "\u2215": "/", "著": "着"})
# 139 9391 2345, 139-9391-2345, 0939-442 1234, (0939)4421234: one number however it is
# set
PHONE_SET_WIDE = re.compile(
    r"(?<!\d)(?:"
    r"1[3-9]\d[-. ]?\d{4}[-. ]?\d{4}|1[3-9]\d[-.]\d{3}[-.]\d{5}"
    r"|(?:0\d{2,3}[- ]?|\(0\d{2,3}\)[- ]?)\d{3,4}[- ]?\d{4}"
    r")(?!\d)"
)
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
    """Return a name, code or number in half width, without what nobody sees in it."""
    return unicodedata.normalize("NFKC", visible(text))


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
    stop, a dash, or none), nothing unseen.
    """
    plain = visible(unicodedata.normalize("NFKC", text)).casefold()
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

    Names have keys of their own and are never compared in this form alone.
    """
    plain = folded(without_brackets(text))
    plain = QUOTE.sub('"', "".join(map(simplified, plain))).translate(AS_TYPED)
    before = ""
    while plain != before:  # 3 千 is 3千, and that is 3000
        before = plain
        plain = closed_around_numbers(BETWEEN_THOUSANDS.sub("", plain))
        plain = in_digits(plain)
    return plain


def without_brackets(text: str) -> str:
    """Return a text with 一 for ㈠ and 1 for ⑴, which is to be asked before NFKC."""
    return text.translate(NUMBERS_IN_BRACKETS)


def closed_around_numbers(text: str) -> str:
    """Return a folded text without blanks and dashes within phones, nor blanks between
    a number and Chinese characters.
    """
    return BLANK_BESIDE_NUMBER.sub("", with_plain_phones(text))


def with_plain_phones(text: str) -> str:
    """Return a text in half width in which phones are plain digits."""
    return PHONE_SET_WIDE.sub(_digits_alone, text)


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
