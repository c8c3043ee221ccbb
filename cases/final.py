"""Topics of a town and what its deadlines are counted by: each change is sealed in the
audit log (villages/finals.py).
"""

from cases.models import CalendarDay, DeadlineRule, Topic
from villages.finals import Columns, Final

TOPIC = Final(
    "topic",
    Columns(
        Topic,
        ("town_id", "parent_id", "name", "reserved", "is_red_line", "is_offered"),
    ),
)
DEADLINE_RULE = Final(
    "deadline-rule",
    Columns(
        DeadlineRule,
        ("town_id", "rule", "amount", "unit", "from_at", "set_by_id"),
    ),
)
CALENDAR_DAY = Final(
    "calendar-day",
    Columns(CalendarDay, ("day", "town_id", "is_working", "name", "confirmed")),
)
