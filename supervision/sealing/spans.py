"""Keys of rows as spans in a text: 1-57,60; keys below zero, which SQL alone gives,
with their sign: -5--3.
"""

import re
from collections.abc import Iterable, Iterator

Span = tuple[int, int]
SPAN = re.compile(r"(?P<first>-?\d+)(?:-(?P<last>-?\d+))?")


def text_of(keys: Iterable[int]) -> str:
    """Return the spans of keys given in rising order."""
    spans: list[list[int]] = []
    for key in keys:
        if spans and key == spans[-1][1] + 1:
            spans[-1][1] = key
        else:
            spans.append([key, key])

    parts = []
    for first, last in spans:
        parts.append(f"{first}" if first == last else f"{first}-{last}")
    return ",".join(parts)


def spans_in(text: str) -> Iterator[Span]:
    """Yield the first and last key of each span. ValueError: no such text."""
    for part in text.split(","):
        span = SPAN.fullmatch(part)
        if span is None:
            raise ValueError(part)
        yield int(span["first"]), int(span["last"] or span["first"])


def keys_in(text: str) -> list[int]:
    """Return the keys in rising order. ValueError: no such text."""
    keys: list[int] = []
    for first, last in spans_in(text):
        keys.extend(range(first, last + 1))
    return keys


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same keys in as few spans as possible, in rising order."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found
