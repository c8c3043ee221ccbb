"""Heights at which the rows of a spreadsheet show all their words: not every program
makes a row higher for words that wrap.
"""

from math import ceil
from unicodedata import east_asian_width

# In points, each a whole number of pixels: of a line, and the most that Excel takes.
LINE_HEIGHT = 15.75
HIGHEST_ROW = 408.75
MOST_WIDTHS = 1 << 16  # of characters, remembered


class Widths(dict[str, int]):
    """The width of each character in digits, looked up once."""

    def __missing__(self, character: str) -> int:
        width = 2 if east_asian_width(character) in "WFA" else 1
        if len(self) < MOST_WIDTHS:
            self[character] = width
        return width


WIDTHS = Widths()


def lines_in(text: str, width: float) -> int:
    """Return how many lines a text takes in a column so many digits wide.

    A Chinese character is as wide as two digits; a line is seldom filled to its end.
    """
    room = max(width - 2, 2)
    if 2 * len(text) <= room and "\n" not in text:
        return 1  # most cells, whatever is in them

    lines = 0
    for line in text.splitlines():
        wide = sum(map(WIDTHS.__getitem__, line))
        lines += max(1, ceil(wide / room))
    return max(1, lines)


def height_of(lines: int) -> float:
    """Return the height in points of a row of so many lines."""
    return min(lines * LINE_HEIGHT, HIGHEST_ROW)
