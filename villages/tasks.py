"""The jobs of the grid and its people."""

from celery import shared_task

from minshi.clock import now, today
from villages.lookup_counts import record_lookups


@shared_task(ignore_result=True)
def write_lookups() -> int:
    """Write how often neighbours were looked up on the days that are over."""
    return record_lookups(now(), today())
