"""Deadlines: their counting, a town's own rules, the work calendar (domain §4)."""

from cases.deadlines.counting import (
    LOOK_AHEAD,
    Counting,
    Spent,
    calendar_of,
    counting_of,
    default_span,
    new_clock,
    promised_on,
    set_due,
    spent_of,
)

__all__ = [
    "LOOK_AHEAD",
    "Counting",
    "Spent",
    "calendar_of",
    "counting_of",
    "default_span",
    "new_clock",
    "promised_on",
    "set_due",
    "spent_of",
]
