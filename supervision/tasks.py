"""The jobs of supervision: the sweep over what is due, the end of orders, the delivery
of notices, backups and their proof, the sealing and checking of history; and a note of
every job's run.
"""

from typing import Any

from celery import Task, shared_task, signals
from django.db.models import F

from minshi.clock import now
from supervision.backups import watching
from supervision.chasing import sweeping
from supervision.figures import storing
from supervision.models import JobRun
from supervision.notices import delivering, exports
from supervision.reports import making
from supervision.sealing import checking, seals
from supervision.sealing import watching as sealing_watching

# /readyz tells of it; a row written every twenty seconds would say no more
HEARTBEAT = "minshi.celery.heartbeat"


@shared_task(ignore_result=True)
def sweep() -> None:
    sweeping.sweep(now(), ends=False)


@shared_task(ignore_result=True)
def end_orders() -> None:
    sweeping.end_orders(now())


@shared_task(ignore_result=True)
def store_figures() -> None:
    storing.store_touched(now())


@shared_task(ignore_result=True)
def recount_figures() -> None:
    storing.recount_and_repair(now())


@shared_task(ignore_result=True)
def make_reports() -> None:
    making.make_reports_due(now())


@shared_task(ignore_result=True)
def seal_logs() -> None:
    seals.seal_logs(now())


@shared_task(ignore_result=True)
def check_history() -> None:
    checking.check_history(now())


@shared_task(ignore_result=True)
def deliver() -> None:
    delivering.deliver(now(), clock=now)


@shared_task(ignore_result=True)
def tell_of_exports() -> None:
    exports.tell_of_exports(now())


@shared_task(ignore_result=True)
def back_up() -> None:
    watching.back_up_if_due(now())


@shared_task(ignore_result=True)
def prove_backup() -> None:
    watching.prove_if_due(now())


@shared_task(ignore_result=True)
def watch_backups() -> None:
    watching.watch(now())


@shared_task(ignore_result=True)
def watch_history() -> None:
    sealing_watching.watch(now())


# --- the runs of the jobs of every app: an error in a receiver is logged by the worker,
# and the job goes on


def note_start(task: Task, **_kwargs: Any) -> None:
    if task.name != HEARTBEAT:
        JobRun.objects.update_or_create(
            name=task.name, defaults={"started_at": now(), "ended_at": None}
        )


def note_success(sender: Task, **_kwargs: Any) -> None:
    at = now()
    JobRun.objects.filter(name=sender.name).update(
        ended_at=at, ok_at=at, failures=0, error=""
    )


def note_failure(sender: Task, exception: BaseException, **_kwargs: Any) -> None:
    """Note the kind of error alone: its words may name a matter, and stand in the
    log.
    """
    JobRun.objects.filter(name=sender.name).update(
        ended_at=now(), failures=F("failures") + 1, error=type(exception).__name__
    )


signals.task_prerun.connect(note_start)
signals.task_success.connect(note_success)
signals.task_failure.connect(note_failure)
