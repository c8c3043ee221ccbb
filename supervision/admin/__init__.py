"""The admin of supervision: chases, orders and notices to look at, a town's settings
to edit.
"""

from supervision.admin import (
    backups,
    chasing,
    counters,
    figures,
    notices,
    orders,
    sealing,
    settings,
)

__all__ = [
    "backups",
    "chasing",
    "counters",
    "figures",
    "notices",
    "orders",
    "sealing",
    "settings",
]
