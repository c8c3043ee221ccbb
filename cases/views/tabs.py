"""The tabs above a list."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Tab:
    """One part of a list: where it is, what it is called, and how much is in it."""

    address: str
    label: str | Promise
    is_current: bool
    count: int | None = None  # None: not said
