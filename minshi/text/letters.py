"""A text read letter by letter: what each character is, whatever it looks like."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from typing import Any

from minshi.text.folding import DASHES, HAN, any_of, visible

# as digits are written out, and read aloud on the telephone
HAN_DIGITS = str.maketrans(
    "〇零一幺壹二两贰三叁四肆五伍六陆七柒八捌九玖", "0011122233445566778899"
)
ROUND_ZEROS = "○◯"  # signs, which are digits only among digits
LETTER = re.compile(rf"(?!{any_of(DASHES)})(?:[^\W_]|[{HAN}])")
HAN_LETTER = re.compile(f"[{HAN}]")
# accents, signs around a letter, strokes through it
MARKS = ("Mn", "Me")
# strokes and hooks that stand between letters: ʹ, or one that makes a word longer
MODIFIER = "Lm"
MOST_CHARACTERS = 1 << 16  # read once, and remembered

Span = tuple[int, int]  # of a text: the first character, and the one after the last


@lru_cache(maxsize=MOST_CHARACTERS)
def letters_of(character: str) -> str:
    """Return the letters and digits a character stands for; often one, perhaps none.

    In one width, small, simplified, without accents; digits of every script as ours.
    """
    plain = unicodedata.normalize("NFKD", character).casefold()
    return "".join(map(_letter_of, plain))


@lru_cache(maxsize=MOST_CHARACTERS)
def digits_of(character: str) -> str:
    """Return the same with digits for 一二三."""
    if character in ROUND_ZEROS:
        return "0"
    return letters_of(character).translate(HAN_DIGITS)


def with_digits(text: str) -> str:
    """Return a text with a digit for each character that is one: 一, ①, ١.

    Every character keeps its place.
    """
    characters = []
    for character in text:
        digit = digits_of(character)
        is_digit = len(digit) == 1 and digit.isdecimal()
        characters.append(digit if is_digit else character)
    return "".join(characters)


def unmarked(text: str) -> str:
    """Return a text without accents and other marks upon its characters."""
    plain = [letter for letter in text if unicodedata.category(letter) not in MARKS]
    return "".join(plain)


@dataclass(frozen=True)
class Letters:
    """The letters and digits of a text in one form, and the place of each in it."""

    text: str
    read: Callable[[str], str] = letters_of

    @cached_property
    def in_digits(self) -> "Letters":
        """The same text, read with digits for 一二三."""
        return Letters(self.text, digits_of)

    @cached_property
    def _pairs(self) -> list[tuple[str, int]]:
        pairs = []
        for place, character in enumerate(self.text):
            for letter in self.read(character):
                pairs.append((letter, place))
        return pairs

    @cached_property
    def plain(self) -> str:
        return "".join(letter for letter, _place in self._pairs)

    def places(self, start: int, length: int) -> list[int]:
        """Return where in the text these letters stand."""
        return [place for _letter, place in self._pairs[start : start + length]]

    def span(self, start: int, length: int) -> Span:
        """Return the part of the text from the first of these letters to the last."""
        places = self.places(start, length)
        return places[0], places[-1] + 1

    def gaps(self, start: int, length: int) -> Iterator[str]:
        """Yield what is seen between each two of these letters, without marks."""
        for place, next_place in pairwise(self.places(start, length)):
            yield unmarked(visible(self.text[place + 1 : next_place]))


def _letter_of(character: str) -> str:
    """Return a letter in its one form; "" for a sign or a mark."""
    if not LETTER.match(character):
        return ""
    if HAN_LETTER.match(character):
        return _simplified(character)

    category = unicodedata.category(character)
    if category == MODIFIER:
        return ""
    return _digit_of(character) if category.startswith("N") else character


def _digit_of(character: str) -> str:
    """Return ours for a digit of any script, or in a circle; else the character."""
    number = unicodedata.numeric(character, -1)
    is_digit = number in range(10)
    return str(int(number)) if is_digit else character


def _simplified(character: str) -> str:
    simplified: str = _converter().convert(character)
    return simplified if len(simplified) == 1 else character


@cache
def _converter() -> Any:
    # imported by the first Chinese character that is read: it has tables to load
    from opencc import OpenCC

    return OpenCC("t2s")
