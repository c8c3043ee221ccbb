"""Persons in what was added to a text: what stood there before stays as it was."""

import re
from collections import Counter
from collections.abc import Iterable

from minshi.text.finding import PLACEHOLDER, Value
from minshi.text.letters import Letters, Span

# A value is known again by what stands around it: so many characters before and after,
# the surest first, and at last by being there at all.
SURROUNDINGS = (
    (24, 24),
    (24, 0),
    (0, 24),
    (6, 6),
    (6, 0),
    (0, 6),
    (1, 0),
    (0, 1),
    (0, 0),
)
EDGE = "\n"  # a text begins and ends as a line does
BESIDE_PART = 24  # characters that show where a part of a value stood
FEWEST_BESIDE_PART = 2
MOST_PARTS = 20  # more names that only both make together are none that people write


def blanked_additions(
    before: str, text: str, values: Iterable[Value], instead: str = PLACEHOLDER
) -> str:
    """Return a text with a placeholder for each of these values that was added to it.

    What spells a value and stood in `before` stays, wherever it was moved. What does so
    only together with what was added is left as it stood: the rest of it is not taken
    over, which is looked for MOST_PARTS times: so texts made to be hard take moments.
    """
    values = list(values)
    before = f"{EDGE}{before}{EDGE}"
    text = f"{EDGE}{text}{EDGE}"
    spans = _spans(text, values)
    added = _added(before, _spans(before, values), text, spans)

    parts = []
    done = 0
    looked_for = 0
    for span in spans:
        if span not in added:
            continue
        start, end = span
        part = _part_before(before, text, span) if looked_for < MOST_PARTS else ""
        looked_for += 1
        parts += [text[done:start], part or instead]
        done = end
    return "".join([*parts, text[done:]])[len(EDGE) : -len(EDGE)]


def _spans(text: str, values: Iterable[Value]) -> list[Span]:
    """Return where the values are spelled in a text, in order; those that overlap are
    one.
    """
    letters = Letters(text)
    spans: list[Span] = []
    for value in values:
        spans += value.spans(letters)

    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            first, last = joined[-1]
            joined[-1] = (first, max(last, end))
        else:
            joined.append((start, end))
    return joined


def _added(
    before: str, old_spans: list[Span], text: str, new_spans: list[Span]
) -> set[Span]:
    """Return the spans of a text that are none of those before.

    Each of before is found once: of a name written twice the one is known again whose
    surroundings are the same.
    """
    added = list(new_spans)
    for left, right in SURROUNDINGS:
        known = Counter(_surrounded(before, span, left, right) for span in old_spans)
        found = Counter[str]()
        strange = []
        for span in added:
            words = _surrounded(text, span, left, right)
            if found[words] < known[words]:
                found[words] += 1
            else:
                strange.append(span)
        added = strange

        old_spans = _left_over(before, old_spans, left, right, found)
    return set(added)


def _left_over(
    before: str, spans: list[Span], left: int, right: int, found: Counter[str]
) -> list[Span]:
    """Return the spans of before that were not found in the text."""
    found = found.copy()
    left_over = []
    for span in spans:
        words = _surrounded(before, span, left, right)
        if found[words]:
            found[words] -= 1
        else:
            left_over.append(span)
    return left_over


def _surrounded(text: str, span: Span, left: int, right: int) -> str:
    """Return a span with what stands before and after it; where it begins is marked."""
    start, end = span
    before = text[max(0, start - left) : start]
    after = text[end : end + right]
    return f"{before}\0{text[start:end]}\0{after}"


def _part_before(before: str, text: str, span: Span) -> str:
    """Return what stood there of a span that only became a value by what was added, or
    nothing.
    """
    start, end = span
    left = text[max(0, start - BESIDE_PART) : start]
    right = text[end : end + BESIDE_PART]
    between = re.escape(left) + f"(.{{0,{end - start - 1}}}?)" + re.escape(right)
    stood = re.search(between, before, re.DOTALL)
    if stood:
        return _common_part(stood[1], text[start:end])

    longest = range(end - start - 1, 0, -1)
    for length in longest if len(left.strip()) >= FEWEST_BESIDE_PART else ():
        if left + text[start : start + length] in before:
            return text[start : start + length]
    for length in longest if len(right.strip()) >= FEWEST_BESIDE_PART else ():
        if text[end - length : end] + right in before:
            return text[end - length : end]
    return ""


def _common_part(stood: str, value: str) -> str:
    """Return the beginning and the end of a value that stood there."""
    first = 0
    while first < len(stood) and stood[first] == value[first]:
        first += 1
    last = 0
    while last < len(stood) - first and stood[-1 - last] == value[-1 - last]:
        last += 1
    return value[:first] + value[len(value) - last :]
