"""The admin of cases is a window: rows by visible_to, changes by make_move, only topics and calendar are edited."""

from cases.admin import case, meetings, parts, settings

__all__ = ["case", "meetings", "parts", "settings"]
