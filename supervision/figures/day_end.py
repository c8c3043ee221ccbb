"""Open matters as they were at the end of a day that is over: the report of a month
says how many were in hand then, whenever it is drawn up.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from cases.models import Clock
from cases.models.choices import Light
from cases.models.scope import CaseQuerySet
from minshi import workdays
from supervision.figures.places import COUNTER
from supervision.figures.tallying import Numbers

Pauses = Sequence[Mapping[str, str]]


def count_at_end(
    cases: CaseQuerySet, day: date, figures: Mapping[str, str]
) -> dict[str, Numbers]:
    """Count by place those of some matters that were open at the end of a day, for each
    figure those of its light; "": all. One query.

    A clock runs while a matter is open; of two that cover the moment the later one ran,
    for the earlier one was taken up again since.
    """
    end = workdays.due_at(day)
    clocks = Clock.objects.filter(case__in=cases.values("pk"), started_at__lt=end)
    ran = clocks.exclude(stopped_at__lt=end).order_by("nth")
    rows = ran.values_list(
        "case",
        "case__village__code",
        "case__town__code",
        "due_at",
        "yellow_at",
        "pauses",
    )

    found = {}
    for case, village, town, due_at, yellow_at, pauses in rows.iterator():
        light = _light_at_end(day, due_at, yellow_at, pauses)
        found[case] = (village or town + COUNTER, light)

    by_place: dict[str, Numbers] = {}
    for place, light in found.values():
        numbers = by_place.setdefault(place, Counter())
        for code, wanted in figures.items():
            numbers[code] += wanted in ("", light)
    return by_place


def _light_at_end(
    day: date, due_at: datetime, yellow_at: datetime, pauses: Pauses
) -> Light:
    """Return the light that a clock had at the end of a day.

    A pause that began since is taken off again: the deadline it put off is the one of
    that day. More time that was granted since is not.
    """
    for pause in pauses:
        began = date.fromisoformat(pause["from"])
        if began > day:
            due_then = workdays.due_at(date.fromisoformat(pause["due_before"]))
            due_at = min(due_at, due_then)
        elif date.fromisoformat(pause["until"]) > day:
            return Light.GREY

    end = workdays.due_at(day)
    if due_at < end:
        return Light.RED
    return Light.YELLOW if yellow_at < end else Light.GREEN
