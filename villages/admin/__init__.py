"""The admin is a window for each role, not a back door: rights come from posts, rows
from reach.
"""

from villages.admin import bodies, duty, grid, imports, logins, people, registers

__all__ = ["bodies", "duty", "grid", "imports", "logins", "people", "registers"]
