"""Titles made from the beginning of somebody's words: cut where a clause ends, so that
no paper to be signed stops in the middle of a word.
"""

import re

CLAUSE_END = re.compile("[，,；;]")
SENTENCE_END = re.compile(r"[。！？!?；;\n]")
ELLIPSIS = "…"
SHORTEST = 6  # characters: 您好 and 王主任 alone are no matter


def cut_at_clause(text: str, *, usual: int, most: int) -> str:
    """Return a text of at most `usual` characters, or as far as its last whole clause.

    A first clause that is longer stays whole up to `most`; beyond that it is cut off
    and ends in an ellipsis.
    """
    if len(text) <= usual:
        return text

    ends = [end for end in _ends_of_clauses(text) if end <= most]
    short_enough = [end for end in ends if end <= usual]
    if short_enough:
        return text[: short_enough[-1]]
    if ends:
        return text[: ends[0]]
    return text if len(text) <= most else text[: usual - 1] + ELLIPSIS


def whole_clauses(title: str) -> str:
    """Return a title that was cut off as far as its last whole clause; any other, and
    one of a single clause, as it is.
    """
    if not is_cut_off(title):
        return title
    ends = _ends_of_clauses(title)
    return title[: ends[-1]] if ends else title


def is_cut_off(title: str) -> bool:
    """Tell whether a title ends in one ellipsis; two are somebody's own."""
    return title.endswith(ELLIPSIS) and not title.endswith(ELLIPSIS * 2)


def first_sentence(text: str) -> str:
    return SENTENCE_END.split(text.strip(), maxsplit=1)[0]


def _ends_of_clauses(text: str) -> list[int]:
    return [end.start() for end in CLAUSE_END.finditer(text) if end.start() >= SHORTEST]
