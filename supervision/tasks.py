"""The sweep: once a minute, whatever is due."""

from celery import shared_task

from minshi.clock import now
from supervision import sweeping


@shared_task(ignore_result=True)
def sweep() -> None:
    sweeping.sweep(now())
