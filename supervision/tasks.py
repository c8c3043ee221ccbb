"""The sweep: once a minute, whatever is due; and what waits in the outbox."""

from celery import shared_task

from minshi.clock import now
from supervision import delivering, sweeping


@shared_task(ignore_result=True)
def sweep() -> None:
    sweeping.sweep(now())


@shared_task(ignore_result=True)
def deliver() -> None:
    delivering.deliver(now())
