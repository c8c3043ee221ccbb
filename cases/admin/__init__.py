"""The admin of cases: a window, where rows come by visible_to, changes by make_move.

Only topics, standard texts and the calendar are edited.
"""

from cases.admin import case, ledgers, meetings, parts, settings

__all__ = ["case", "ledgers", "meetings", "parts", "settings"]
