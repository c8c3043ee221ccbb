"""The admin of supervision: chases, orders and notices to look at, a town's settings
to edit.
"""

from supervision.admin import chasing, counters, notices, orders, sealing, settings

__all__ = ["chasing", "counters", "notices", "orders", "sealing", "settings"]
