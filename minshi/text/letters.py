"""A text read letter by letter: what each character is, whatever it looks like."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import pairwise

from minshi.text.folding import HAN, SEPARATORS, any_of, visible
from minshi.text.lookalikes import with_ideographs
from minshi.text.numerals import DIGITS, Numeral, as_called_out, numerals_in
from minshi.text.runs import IN_CHINESE, ROUND_ZEROS, breaks_in
from minshi.text.simplified import simplified

LETTER = re.compile(rf"(?!{any_of(SEPARATORS)})(?:[^\W_]|[{HAN}])")
HAN_LETTER = re.compile(f"[{HAN}]")
# accents, signs around a letter, strokes through it
MARKS = ("Mn", "Me")
# strokes and hooks that stand between letters: ʹ, or one that makes a word longer
MODIFIER = "Lm"
# between a number and a word that is read as digits beside it
BREAK = "\n"
MOST_CHARACTERS = 1 << 16  # read once, and remembered

Span = tuple[int, int]  # of a text: the first character, and the one after the last


class Characters(dict[int, str]):
    """What each character stands for, by its code, as `str.translate` asks for it."""

    def __init__(self, read: Callable[[str], str]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, code: int) -> str:
        letters = self.read(chr(code))
        if len(self) < MOST_CHARACTERS:
            self[code] = letters
        return letters


def _read_letters(character: str) -> str:
    plain = unicodedata.normalize("NFKD", with_ideographs(character)).casefold()
    return "".join(map(_letter_of, plain))


def _read_digits(character: str) -> str:
    if character in ROUND_ZEROS:
        return "0"
    return LETTERS[ord(character)].translate(DIGITS)


LETTERS = Characters(_read_letters)
LETTERS_AND_DIGITS = Characters(_read_digits)


def letters_of(character: str) -> str:
    """Return the letters and digits a character stands for; often one, perhaps none.

    In one width, small, simplified, without accents; digits of every script as ours.
    """
    return LETTERS[ord(character)]


def digits_of(character: str) -> str:
    """Return the same with digits for 一二三."""
    return LETTERS_AND_DIGITS[ord(character)]


def _simplified_character(character: str) -> str:
    plain = letters_of(character)
    is_one = len(plain) == 1 and HAN_LETTER.match(plain)
    return plain if is_one else character


SIMPLIFIED = Characters(_simplified_character)


def in_simplified(text: str) -> str:
    """Return a text with the simplified one for each Chinese character, whether it was
    traditional, an old form or a radical that looks like it: 馬, 髙, ⻢.

    Every character keeps its place.
    """
    return text if text.isascii() else text.translate(SIMPLIFIED)


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


def with_digits_apart(text: str) -> str:
    """Return the same where no word is read as a digit that stands beside a number:
    the 一 of 13812345678一直 stays.
    """
    plain = with_digits(text)
    for place in breaks_in(text):
        for beside in (place - 1, place):
            if text[beside] in IN_CHINESE:
                plain = plain[:beside] + text[beside] + plain[beside + 1 :]
    return plain


def unmarked(text: str) -> str:
    """Return a text without accents and other marks upon its characters."""
    plain = [letter for letter in text if unicodedata.category(letter) not in MARKS]
    return "".join(plain)


class Letters:
    """The letters and digits of a text in one form, and the place of each in it."""

    def __init__(self, text: str, *, reads_digits: bool = False) -> None:
        self.text = text
        # as it is read, each character in its place
        self._as_read = as_called_out(text) if reads_digits else text
        self._characters = LETTERS_AND_DIGITS if reads_digits else LETTERS
        # where a number ends and a word begins; none where no digits are read
        self._breaks = breaks_in(text) if reads_digits else []
        # the numbers that are written out
        self._numerals = list(self._numerals_read()) if reads_digits else []
        self._in_digits: Letters | None = None
        # the letters alone
        self.plain = self._read()

    @property
    def in_digits(self) -> "Letters":
        """The same text, read with digits for 一二三 and for 十五."""
        if self._in_digits is None:
            self._in_digits = Letters(self.text, reads_digits=True)
        return self._in_digits

    def _numerals_read(self) -> Iterator[Numeral]:
        """Yield the numbers written out; none runs over the end of a number."""
        ends = [0, *self._breaks, len(self.text)]
        for begin, end in pairwise(ends):
            for numeral in numerals_in(self.text[begin:end]):
                yield Numeral(
                    begin + numeral.start, begin + numeral.end, numeral.digits
                )

    def _read(self) -> str:
        """Return the letters, read all at once: of a thousand texts one has something
        whose place is asked for.
        """
        if self._breaks:
            return "".join(letter for letter, _place in self._letters)

        parts = []
        done = 0
        for numeral in self._numerals:
            parts.append(
                self._as_read[done : numeral.start].translate(self._characters)
            )
            parts.append(numeral.digits)
            done = numeral.end

        rest = self._as_read[done:].translate(self._characters)
        return "".join([*parts, rest])

    @cached_property
    def _letters(self) -> list[tuple[str, Span]]:
        """Every letter, and the part of the text in which it stands."""
        numerals = {each.start: each for each in self._numerals}
        breaks = set(self._breaks)

        letters: list[tuple[str, Span]] = []
        read_until = 0
        for place, character in enumerate(self._as_read):
            if place in breaks:
                letters.append((BREAK, (place, place)))
            if place in numerals:
                letters += _digits_of_numeral(numerals[place])
                read_until = numerals[place].end
            if place >= read_until:
                for letter in self._characters[ord(character)]:
                    letters.append((letter, (place, place + 1)))
        return letters

    def span(self, start: int, length: int) -> Span:
        """Return the part of the text from the first of these letters to the last."""
        _first, (begin, _end) = self._letters[start]
        _last, (_begin, end) = self._letters[start + length - 1]
        return begin, end

    def gaps(self, start: int, length: int) -> Iterator[str]:
        """Yield what is seen between each two of these letters, without marks."""
        parts = [part for _letter, part in self._letters[start : start + length]]
        for (_start, end), (next_start, _end) in pairwise(parts):
            yield unmarked(visible(self.text[end:next_start]))


def _digits_of_numeral(numeral: Numeral) -> Iterator[tuple[str, Span]]:
    """Yield the digits of 十五, of which each stands for all of it."""
    yield numeral.digits[0], (numeral.start, numeral.end)
    for digit in numeral.digits[1:]:
        yield digit, (numeral.end, numeral.end)


def _letter_of(character: str) -> str:
    """Return a letter in its one form; "" for a sign or a mark."""
    if not LETTER.match(character):
        return ""
    if HAN_LETTER.match(character):
        return simplified(character)

    category = unicodedata.category(character)
    if category == MODIFIER:
        return ""
    return _digit_of(character) if category.startswith("N") else character


def _digit_of(character: str) -> str:
    """Return ours for a digit of any script, or in a circle; else the character."""
    number = unicodedata.numeric(character, -1)
    is_digit = number in range(10)
    return str(int(number)) if is_digit else character
