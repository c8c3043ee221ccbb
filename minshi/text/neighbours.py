"""Names of many people in a text that speaks of few of them: found in every spelling,
and never in ordinary words.

Of the one who spoke it is known that the text may name them (`finding`). Of a whole
village nobody knows, and by chance its names stand across the gaps of sentences.
"""

import re
from collections.abc import Iterator

from minshi.text.finding import is_inside_word, starts_of, without_spans
from minshi.text.folding import DASHES, HAN, MIDDLE_DOTS, STOPS, any_of
from minshi.text.letters import Letters, Span
from minshi.text.ordinary import ORDINARY, is_person

SHORTEST_NAME = 2  # characters; one alone stands in other words
TWO, THREE = 2, 3
BLANK = r"[^\S\n\r]"
# what may stand between two characters of one name
WIDE = re.compile(rf"{BLANK}+")
DOTTED = re.compile(rf"{BLANK}*{any_of(MIDDLE_DOTS + STOPS)}{BLANK}*")
DASHED = re.compile(rf"{BLANK}*{any_of(DASHES)}{BLANK}*")
LETTER_BEFORE = re.compile(rf"[{HAN}\w]$")
LETTER_AFTER = re.compile(rf"^[{HAN}\w]")
# 王 建 国: the characters of a line are set wide, and go on
WIDE_BEFORE = re.compile(rf"(?<!\S)[{HAN}]{BLANK}+$")
WIDE_AFTER = re.compile(rf"^{BLANK}+[{HAN}](?!\S)")


class NeighbourName:
    """A name of one of many, as it may stand in a text."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.letters = Letters(name).plain

    @property
    def called(self) -> str:
        """How a text speaks of them that names nobody: 张某 (domain §6)."""
        return f"{self.name[0]}某"

    def spans(self, text: Letters) -> Iterator[Span]:
        """Yield the parts of a text that spell the name, in either script, with accents
        and dots, in one piece or set wide.
        """
        length = len(self.letters)
        if length < SHORTEST_NAME:
            return
        for start in starts_of(self.letters, text.plain):
            if self._is_meant(text, start):
                yield text.span(start, length)

    def _is_meant(self, text: Letters, start: int) -> bool:
        length = len(self.letters)
        if self.letters.isascii() and is_inside_word(text.plain, start, length):
            return False

        begin, end = text.span(start, length)
        before = text.text[:begin]
        after = text.text[end:]
        gaps = [gap for gap in text.gaps(start, length) if gap]
        if not gaps:
            return is_person(self.letters, before, after)

        is_wide = all(map(WIDE.fullmatch, gaps))
        is_dotted = all(map(DOTTED.fullmatch, gaps))
        if length > THREE:
            return is_wide or is_dotted or all(map(DASHED.fullmatch, gaps))
        if not is_wide and not is_dotted:
            return False

        begins_apart = not LETTER_BEFORE.search(before)
        ends_apart = not LETTER_AFTER.search(after)
        if length == TWO:
            is_of_line = WIDE_BEFORE.search(before) or WIDE_AFTER.search(after)
            is_apart = begins_apart and ends_apart and not is_of_line
            return is_apart and self.letters not in ORDINARY

        # 赵 铁 柱 is set wide; 姓王 建国 may be the end and the beginning of a sentence
        is_whole = is_dotted or len(gaps) == length - 1
        return is_whole or begins_apart or ends_apart


def without_names(text: str, names: list[str]) -> str:
    """Return a text with 张某 for each of these names, the longest first."""
    for name in sorted(names, key=len, reverse=True):
        neighbour = NeighbourName(name)
        spans = list(neighbour.spans(Letters(text)))
        text = without_spans(text, spans, neighbour.called)
    return text
