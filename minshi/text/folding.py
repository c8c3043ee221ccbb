"""What people write, in the one form in which it is stored for searching and asked for.

Both sides of a comparison come from here: a question folded otherwise than the stored
text finds nothing, not even itself.
"""

import re
import unicodedata

HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
DASHES = re.compile(r"[-\u2010-\u2015\u2043\u2212\u2500\u2501\u30fc]")
MIDDLE_DOTS = re.compile(r"[·•‧∙⋅⸱・᛫●]")
# typed where no middle dot is at hand, between two parts of a name
DOT_IN_NAME = re.compile(rf"(?<=[{HAN}])\.(?=[{HAN}])")
BLANK_IN_HAN = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")
# Never seen: joiners, marks of direction and variation, fillers.
UNSEEN_KINDS = ("Cf", "Cc", "Cn", "Co", "Cs")
UNSEEN = re.compile(
    "[\ufe00-\ufe0f\U000e0100-\U000e01ef\u115f\u1160\u3164\uffa0\u2800\u034f]"
)
SEEN_CONTROLS = "\t\n\r"


def visible(text: str) -> str:
    """Return a text without control and format characters and fillers.

    Blanks, tabs and breaks of line stay, and so does what only some fonts can show.
    """
    seen = [letter for letter in UNSEEN.sub("", text) if _is_seen(letter)]
    return "".join(seen)


def clean_text(text: str) -> str:
    """Return words as stored: nothing unseen, a break of line as one character, no
    blanks around.
    """
    return visible(text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def clean_line(text: str) -> str:
    """Return a name or a title as stored: as `clean_text`, on one line."""
    return " ".join(clean_text(text).split())


def is_blank(text: str) -> bool:
    """Return True for a text in which nothing can be seen."""
    return not visible(text).strip()


def folded(text: str) -> str:
    """Return a text in the form in which words are stored and asked for.

    Half width, lower case, one blank for many and none between Chinese characters, one
    kind of dash, no middle dots (阿依古丽·买买提 is typed with five of them, a full
    stop, or none), nothing unseen.
    """
    plain = visible(unicodedata.normalize("NFKC", text)).casefold()
    plain = DASHES.sub("-", plain)
    plain = MIDDLE_DOTS.sub("", plain)
    plain = DOT_IN_NAME.sub("", plain)
    return BLANK_IN_HAN.sub("", " ".join(plain.split()))


def _is_seen(letter: str) -> bool:
    if letter in SEEN_CONTROLS:
        return True
    return unicodedata.category(letter) not in UNSEEN_KINDS
