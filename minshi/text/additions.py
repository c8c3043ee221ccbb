"""Persons in what was added to a text: what stood there before stays as it was."""

import re
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher

from minshi.text.finding import PLACEHOLDER, PersonalValue
from minshi.text.letters import Letters, Span

CLAUSE = re.compile(r"[^。；;！!？?\n]+")


def blanked_additions(
    before: str, text: str, values: Iterable[PersonalValue], instead: str = PLACEHOLDER
) -> str:
    """Return a text with a placeholder for each of these values that was added to it.

    What spells a value and stood in `before` stays. What does so only together with
    what was added is left as it stood: the rest of it is not taken over.
    """
    letters = Letters(text)
    spans = _joined(span for value in values for span in value.spans(letters))
    if not spans:
        return text

    is_kept = _kept(before, text)
    parts = []
    done = 0
    for start, end in spans:
        parts.append(text[done:start])
        kept = [place for place in range(start, end) if is_kept[place]]
        parts.append("".join(text[place] for place in kept) if kept else instead)
        done = end
    return "".join([*parts, text[done:]])


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, those that overlap as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            first, last = joined[-1]
            joined[-1] = (first, max(last, end))
        else:
            joined.append((start, end))
    return joined


def _kept(before: str, text: str) -> list[bool]:
    """Return of each character of a text if it stood there before: in its place among
    the others, or in a clause that was moved as a whole.
    """
    is_kept = [False] * len(text)
    matcher = SequenceMatcher(None, before, text)
    for _old, new, length in matcher.get_matching_blocks():
        is_kept[new : new + length] = [True] * length

    moved = Counter(CLAUSE.findall(before))
    clauses = list(CLAUSE.finditer(text))
    for clause in clauses:
        if all(is_kept[clause.start() : clause.end()]):
            moved[clause[0]] -= 1
    for clause in clauses:
        if moved[clause[0]] > 0 and not all(is_kept[clause.start() : clause.end()]):
            moved[clause[0]] -= 1
            is_kept[clause.start() : clause.end()] = [True] * len(clause[0])
    return is_kept
