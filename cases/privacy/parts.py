"""Parts of what was typed in a field that give its speaker away by themselves: the name
in 「儿子王守田」, group and door in 「白关村2组15号」.
"""

import re
from collections.abc import Iterator

from minshi.text.folding import visible

SHORTEST_PART = 2  # one character alone stands in other words

# --- names
BRACKETED = re.compile(r"[（(\[［【〔<＜《][^）)\]］】〕>＞》]*[）)\]］】〕>＞》]?")
BETWEEN_NAMES = re.compile(r"[\s、/／,，;；|+＋&＆]+")
AND = re.compile("[和跟与同及]")
KIN = (
    "儿子|女儿|丈夫|妻子|老公|老婆|老伴|母亲|父亲|妈妈|爸爸|妈|爸|哥哥|姐姐|弟弟|妹妹|哥|姐"
    "|弟|妹|侄子|侄女|侄|女婿|儿媳|媳妇|孙子|孙女|外甥|爷爷|奶奶|邻居|本人|家属|代"
)
KIN_BEFORE = re.compile(rf"(?:(?:其|他|她|的)?(?:{KIN})[：:]?)+")
KIN_AFTER = re.compile(rf"(?:的(?:{KIN})|代)+$")

# --- addresses
NUMBER = "[0-9０-９一二三四五六七八九十百〇零]+"
UNIT = "(?:村民小组|小组|组|社|队|栋|幢|座|号楼|楼|单元)"
DOOR = re.compile(
    rf"(?:{NUMBER}{UNIT}\s*)+"
    rf"[^，,。;；\n]{{0,12}}?{NUMBER}(?:[-－—]{NUMBER})*(?:[号户室]|$)"
)


def name_parts(typed: str) -> list[str]:
    """Return the names that stand in a name field, without what is said beside them.

    Without brackets, parted at blanks and commas, behind 儿子 and the like. A name that
    is all of the field is not repeated.
    """
    found = dict[str, None]()
    for part in BETWEEN_NAMES.split(BRACKETED.sub(" ", visible(typed))):
        for name in _parted_by_and(part):
            found[name] = None
            found[_without_kin(name)] = None

    found.pop(typed.strip(), None)
    return [name for name in found if _may_be_name(name)]


def address_parts(typed: str) -> list[str]:
    """Return group and door of an address, which a village has once.

    Neither the village alone nor the group: half the village lives there.
    """
    found = DOOR.search(typed)
    return [found[0]] if found and found[0] != typed.strip() else []


def _parted_by_and(part: str) -> Iterator[str]:
    """Yield the names around 和; 李和平 is one, for a name has two characters."""
    names = AND.split(part)
    if all(len(name) >= SHORTEST_PART for name in names):
        yield from names
    else:
        yield part


def _without_kin(name: str) -> str:
    behind = KIN_BEFORE.match(name)
    if behind:
        name = name[behind.end() :]
    return KIN_AFTER.sub("", name)


def _may_be_name(name: str) -> bool:
    return len(name) >= SHORTEST_PART and not re.fullmatch(KIN, name)
