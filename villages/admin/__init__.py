"""The admin is a window for each role, not a back door: rights come from posts, rows from reach."""

from villages.admin import duty, grid, people, registers

__all__ = ["duty", "grid", "people", "registers"]
