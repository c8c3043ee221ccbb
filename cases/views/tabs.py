"""The tabs above a list."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Tab:
    """One part of a list: its address, its name, and how much is in it."""

    address: str
    label: str | Promise
    is_current: bool
    count: int | None = None  # None: no number is shown
