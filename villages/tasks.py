"""The jobs of the grid and its people."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db import InterfaceError, OperationalError

from minshi.celery import work_on_imports_soon
from minshi.clock import now, today
from minshi.jobs import SomeFailed
from villages.imports.checking import forget_finished
from villages.imports.running import waiting, work_through
from villages.imports.starting import forget_old
from villages.lookup_counts import record_lookups


@shared_task(ignore_result=True)
def write_lookups() -> int:
    """Write how often neighbours were looked up on the days that are over."""
    return record_lookups(now(), today())


logger = logging.getLogger(__name__)
# A worker gives way to other jobs after so long, and goes on when its turn comes.
TURN = timedelta(seconds=25)


@shared_task(ignore_result=True)
def work_on_imports() -> None:
    """Work on the lists that wait, one after another, for one turn. One that fails
    stops no other; the job then ends as failed.
    """
    forget_finished()
    until = now() + TURN
    failed: list[str] = []
    for run in waiting(now()):
        try:
            work_through(run, now, until=until)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # whatever a list does to its reader, those of others go on; the job fails
            logger.exception("The import %s could not be worked on", run)
            failed.append(str(run))
        if now() >= until:
            work_on_imports_soon()
            break

    if failed:
        raise SomeFailed(failed)


@shared_task(ignore_result=True)
def forget_imports() -> int:
    """Remove the rows of lists that were imported long ago."""
    return forget_old(now())
