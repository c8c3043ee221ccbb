"""The jobs of the grid and its people."""

from datetime import timedelta

from celery import shared_task

from minshi.celery import work_on_imports_soon
from minshi.clock import now, today
from villages.imports.running import waiting, work_through
from villages.imports.starting import forget_old
from villages.lookup_counts import record_lookups


@shared_task(ignore_result=True)
def write_lookups() -> int:
    """Write how often neighbours were looked up on the days that are over."""
    return record_lookups(now(), today())


# A worker gives way to other jobs after so long, and goes on when its turn comes.
TURN = timedelta(seconds=25)


@shared_task(ignore_result=True)
def work_on_imports() -> None:
    """Work on the lists that wait, one after another, for one turn."""
    until = now() + TURN
    for run in waiting(now()):
        work_through(run, now, until=until)
        if now() >= until:
            work_on_imports_soon()
            return


@shared_task(ignore_result=True)
def forget_imports() -> int:
    """Remove the rows of lists that were imported long ago."""
    return forget_old(now())
