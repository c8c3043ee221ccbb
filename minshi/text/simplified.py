"""Traditional characters and other old forms, and the simplified ones for them."""

from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from itertools import islice, product
from typing import Any

from minshi.text.lookalikes import normal

# As households' books and lists of Japanese fonts have them: what the tables of
# OpenCC 1.x leave, in names and places.
OLD_FORMS = {
    "髙": "高",
    "囯": "国",
    "邨": "村",
    "淸": "清",
    "靑": "青",
    "呉": "吴",
    "郞": "郎",
    "尙": "尚",
    "衞": "卫",
    "馀": "余",
    "锺": "钟",
    "𠮷": "吉",
    "竜": "龙",
}
MOST_CHARACTERS = 1 << 16  # read once, and remembered
# Unicode: Chinese characters, without the rarest; radicals; compatibility ideographs
WRITTEN = ((0x3400, 0x9FFF), (0x2E80, 0x2FDF), (0xF900, 0xFAFF))
# so that a question to a database has an end: a usual name has four forms
MOST_FORMS, MOST_TOGETHER = 32, 10_000


@lru_cache(maxsize=MOST_CHARACTERS)
def simplified(character: str) -> str:
    """Return one character in its simplified form; any other as it is.

    Of traditional ones by OpenCC, of further old ones by OLD_FORMS.
    """
    if character.isascii():
        return character
    found: str = _converter().convert(character)
    plain = found if len(found) == 1 else character
    return OLD_FORMS.get(plain, plain)


def forms_of(character: str) -> tuple[str, ...]:
    """Return a simplified character, and after it all that is written for it: 马, then
    馬, ⻢ and ⾺. For asking a database that compares what it stores as it stands.
    """
    return _forms().get(character, (character,))


def forms_of_names(names: Collection[str]) -> set[str]:
    """Return names that are in simplified characters, and with them the ways to write
    them in others: of each at most MOST_FORMS, and no more of any where MOST_TOGETHER
    were found.
    """
    forms = set(names)
    most = len(forms) + MOST_TOGETHER
    for name in sorted(names):
        if len(forms) >= most:
            break
        ways = product(*map(forms_of, name))
        forms |= {"".join(way) for way in islice(ways, MOST_FORMS)}
    return forms


@cache
def _forms() -> Mapping[str, tuple[str, ...]]:
    """Return what is written for simplified characters, where there is anything.

    All is read at once, each on a line: one by one it would take some seconds.
    """
    written: list[str] = []
    for first, last in WRITTEN:
        written += map(chr, range(first, last + 1))
    written += OLD_FORMS
    found: str = _converter().convert(normal("\n".join(written)))
    usual = "".join(OLD_FORMS.get(each, each) for each in found)
    plain = usual.split("\n")

    forms: dict[str, tuple[str, ...]] = {}
    for character, simple in zip(written, plain, strict=True):
        if character != simple and len(simple) == 1:
            others = forms.get(simple, (simple,))
            if character not in others:
                forms[simple] = (*others, character)
    return forms


@cache
def _converter() -> Any:
    # imported by the first Chinese character that is read: it has tables to load
    from opencc import OpenCC

    return OpenCC("t2s")
