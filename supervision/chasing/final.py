"""A town's own steps of the ladder: each change is sealed (villages/finals.py)."""

from supervision.models import Rung
from villages.finals import Columns, Final

RUNG = Final(
    "rung",
    Columns(
        Rung,
        ("town_id", "step", "is_on", "days", "told", "by_letter", "by_robot"),
    ),
)
