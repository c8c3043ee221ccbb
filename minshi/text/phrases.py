"""Words that somebody wrote down to be blanked, found as they stand and otherwise."""

from collections.abc import Iterator
from unicodedata import normalize

from minshi.text.finding import PAUSE, SHORTEST_VALUE, PersonalValue, signs_in
from minshi.text.letters import Letters, Span
from minshi.text.papers import LONGEST_GAP


class AsWritten(PersonalValue):
    """Words found by their letters, with whatever stands between them where it stands
    there as well: 7:30送奶的, and 15、16号.

    A person wrote them down to be blanked, so that a pause within a number parts none:
    3000只鸡 is 3,000只鸡.
    """

    def __init__(self, words: str, *, in_digits: bool = False) -> None:
        letters = Letters(words)
        if in_digits:
            letters = letters.in_digits

        self.letters = letters.plain
        self.is_number = False
        self.national = ""
        self.has_digits = in_digits
        self.door = None
        gaps = letters.gaps(0, len(self.letters))
        self.own_gaps = [normalize("NFKC", gap) for gap in gaps]

    def _is_together(self, text: Letters, start: int) -> bool:
        is_short = len(self.letters) == SHORTEST_VALUE
        gaps = text.gaps(start, len(self.letters))
        for gap, own in zip(gaps, self.own_gaps, strict=True):
            if normalize("NFKC", gap) == own:
                continue
            if signs_in(gap) > LONGEST_GAP or (is_short and PAUSE.search(gap)):
                return False
        return True


class Phrase:
    """Words that somebody wrote down to be blanked: found as every value is; as they
    are written; and with their numbers in digits, so that 半夜十二点 is 半夜12点.

    In 三组十五一直漏 the number runs on, and 三组十五 stands there all the same.
    """

    def __init__(self, words: str) -> None:
        self.forms = (
            PersonalValue(words),
            AsWritten(words),
            AsWritten(words, in_digits=True),
        )

    def spans(self, text: Letters) -> Iterator[Span]:
        for form in self.forms:
            yield from form.spans(text)
