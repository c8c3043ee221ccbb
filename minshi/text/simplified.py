"""Traditional characters and the simplified ones for them."""

from functools import cache, lru_cache
from typing import Any

MOST_CHARACTERS = 1 << 16  # read once, and remembered


@lru_cache(maxsize=MOST_CHARACTERS)
def simplified(character: str) -> str:
    """Return one character in its simplified form; any other as it is."""
    if character.isascii():
        return character
    found: str = _converter().convert(character)
    return found if len(found) == 1 else character


@cache
def _converter() -> Any:
    # imported by the first Chinese character that is read: it has tables to load
    from opencc import OpenCC

    return OpenCC("t2s")
