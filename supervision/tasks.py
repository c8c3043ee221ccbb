"""The sweep: once a minute, whatever is due and not written yet."""

from celery import shared_task

from minshi.clock import now
from supervision.reminders import remind


@shared_task(ignore_result=True)
def sweep() -> None:
    remind(now())
