"""Counts to which many requests add at the same moment, in the cache that all processes
share: one increment decides who was one too many.

Whoever reads a count, decides and then writes it lets everybody pass who reads it
before the first has written.
"""

import contextlib
import hashlib

from django.core.cache import cache

TRIES_TO_COUNT = 3  # a count that is forgotten in between begins anew


def count_one(name: str, seconds: int) -> int:
    """Add one to a count and return it, this one included.

    The count is forgotten so many seconds after its first one, and goes on when the
    process that counted has died.
    """
    key = _key(name)
    for _nth in range(TRIES_TO_COUNT):
        cache.add(key, 0, seconds)
        with contextlib.suppress(ValueError):  # forgotten between the two lines
            count = cache.incr(key)
            if count <= 1:
                # Redis may have made it anew between its own two steps, for ever
                cache.touch(key, seconds)
            return max(count, 1)
    return 1


def take_one_back(name: str) -> None:
    """Take one from a count; one that is forgotten stays so.

    A count that was forgotten meanwhile and began anew falls no lower than nothing.
    """
    key = _key(name)
    with contextlib.suppress(ValueError):
        if cache.decr(key) < 0:
            cache.incr(key)


def count_of(name: str) -> int:
    return int(cache.get(_key(name), 0))


def _key(name: str) -> str:
    """Return the key of a count: of any name one that every cache takes, and that tells
    nobody whose it is.
    """
    return f"count:{hashlib.sha256(name.encode()).hexdigest()}"
