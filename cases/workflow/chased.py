"""The last 督办 of a matter within a day, shown before somebody chases it again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cases.models import Case, Event
from cases.workflow import Action

WITHIN = timedelta(days=1)


def chased_today(cases: Iterable[Case], at: datetime) -> dict[int, Event]:
    """Return the last 督办 of each that was chased, by case. One query."""
    chased = Event.objects.filter(
        case__in=cases, action=Action.SUPERVISE, at__gte=at - WITHIN
    )
    return {
        event.case_id: event
        for event in chased.select_related("user").order_by("at", "pk")
    }
