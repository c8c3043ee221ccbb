"""The Celery app, its beat schedule, and the embedded worker and beat of the form
without Redis.
"""

import atexit
import fcntl
import logging
import os
import sys
import threading
from typing import IO

from celery import Celery, signals
from celery.beat import EmbeddedService
from celery.schedules import crontab
from celery.worker import state
from kombu.entity import Queue
from kombu.exceptions import OperationalError

LETTERS = "letters"
BACKUPS = "backups"
HEARTBEAT_KEY = "beat"
HEARTBEAT_EVERY = 20.0  # seconds
HOUR = 3600.0  # seconds
BEHIND_PAGES = 10  # nice: how far a job steps back for whoever waits for a page
STALE_AFTER = 120  # seconds without a heartbeat: beat, broker or worker stands still
FOLLOW_ROSTER = "cases.tasks.follow_roster"
WRITE_EXPORTS = "cases.tasks.write_exports"
WORK_ON_IMPORTS = "villages.tasks.work_on_imports"
PATIENCE = 10.0  # seconds a thread is given to end
MOMENT = 1.0  # seconds a page waits for a job to be taken

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minshi.settings")
app = Celery("minshi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# What goes out by mail and telephone waits for others: with a worker of its own it
# holds up no sweep. Backups take long, and only the worker of theirs has their key and
# their disk. A worker that is told nothing takes all.
app.conf.task_default_queue = "celery"
app.conf.task_queues = tuple(
    Queue(name)  # type: ignore[no-untyped-call]  # kombu has no types
    for name in ("celery", LETTERS, BACKUPS)
)
app.conf.task_routes = {
    "supervision.tasks.deliver": {"queue": LETTERS},
    "supervision.tasks.back_up": {"queue": BACKUPS},
    "supervision.tasks.prove_backup": {"queue": BACKUPS},
}
app.conf.beat_schedule = {
    # These two pile up in no queue: what waited longer than until the next one is
    # dropped.
    "heartbeat": {
        "task": "minshi.celery.heartbeat",
        "schedule": HEARTBEAT_EVERY,
        "options": {"expires": HEARTBEAT_EVERY},
    },
    "sweep": {
        "task": "supervision.tasks.sweep",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "deliver": {
        "task": "supervision.tasks.deliver",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "end-orders": {
        "task": "supervision.tasks.end_orders",
        "schedule": 600.0,
        "options": {"expires": 600.0},
    },
    "seal-logs": {
        "task": "supervision.tasks.seal_logs",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    # boards and reports read past days from where this stores them
    "store-figures": {
        "task": "supervision.tasks.store_figures",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    # each looks if the month that is over has its report
    "make-reports": {
        "task": "supervision.tasks.make_reports",
        "schedule": HOUR,
        "options": {"expires": HOUR},
    },
    "recount-figures": {
        "task": "supervision.tasks.recount_figures",
        "schedule": crontab(hour=3, minute=40),
    },
    # at night, and at once where the machine was off then
    "check-history": {
        "task": "supervision.tasks.check_history",
        "schedule": crontab(hour=2, minute=30),
    },
    "end-suspensions": {"task": "cases.tasks.end_suspensions", "schedule": 600.0},
    "close-unrated": {"task": "cases.tasks.close_unrated", "schedule": 3600.0},
    "rehome-orphans": {"task": "cases.tasks.rehome_orphans", "schedule": 3600.0},
    "follow-roster": {
        "task": FOLLOW_ROSTER,
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "write-exports": {
        "task": WRITE_EXPORTS,
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "tell-of-exports": {
        "task": "supervision.tasks.tell_of_exports",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "remove-exports": {"task": "cases.tasks.remove_exports", "schedule": 3600.0},
    # Each looks every hour if the night's or the week's is still to be made: a machine
    # that was off makes up for it, and what failed is tried again.
    "back-up": {
        "task": "supervision.tasks.back_up",
        "schedule": HOUR,
        "options": {"expires": HOUR},
    },
    "prove-backup": {
        "task": "supervision.tasks.prove_backup",
        "schedule": HOUR,
        "options": {"expires": HOUR},
    },
    "watch-backups": {"task": "supervision.tasks.watch_backups", "schedule": HOUR},
    "watch-history": {"task": "supervision.tasks.watch_history", "schedule": HOUR},
    "remove-orphan-files": {
        "task": "cases.tasks.remove_orphan_files",
        "schedule": 86400.0,
    },
    "digest-files": {"task": "cases.tasks.digest_files", "schedule": 86400.0},
    # a list is worked on at once; this goes on with one whose worker was killed
    "work-on-imports": {
        "task": WORK_ON_IMPORTS,
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "forget-imports": {"task": "villages.tasks.forget_imports", "schedule": 86400.0},
    "write-lookups": {"task": "villages.tasks.write_lookups", "schedule": 3600.0},
    "refresh-calendar": {"task": "cases.tasks.refresh_calendar", "schedule": 86400.0},
}
logger = logging.getLogger(__name__)
_guard = threading.Lock()
_running: "Background | None" = None


# What follows is told to ignore that Celery's decorators have no types: without one the
# checker trusts nothing that they decorate.
@app.task(name="minshi.celery.heartbeat", ignore_result=True)  # type: ignore[untyped-decorator]
def heartbeat() -> None:
    """Leave a sign for /readyz that beat, broker and worker work together; it goes by
    itself when they do not.
    """
    from django.core.cache import cache

    cache.set(HEARTBEAT_KEY, "alive", STALE_AFTER)


@signals.worker_process_init.connect  # type: ignore[untyped-decorator]
def _step_back(**_kwargs: object) -> None:
    """Let pages go first where both want the processor: a file of 20,000 rows takes
    seconds, and who asked for it goes on meanwhile.
    """
    os.nice(BEHIND_PAGES)


@signals.beat_init.connect  # type: ignore[untyped-decorator]
@signals.beat_embedded_init.connect  # type: ignore[untyped-decorator]
def _at_once(**_kwargs: object) -> None:
    """Queue what a fresh start must not wait for: the heartbeat, the sweep of what fell
    due meanwhile, and the backup of a night and the reports of a month when the machine
    was off.
    """
    heartbeat.delay()
    app.send_task("supervision.tasks.sweep")
    app.send_task("supervision.tasks.back_up", expires=HOUR)
    app.send_task("supervision.tasks.make_reports", expires=HOUR)


def follow_roster_soon() -> None:
    """Ask for the cases to go to the next shift after a hand-over: at once, or where no
    broker answers within the hour.
    """
    _ask_for(FOLLOW_ROSTER)


def work_on_imports_soon() -> None:
    """Ask for an uploaded list to be worked on: at once, or where no broker answers
    within a minute.
    """
    _ask_for(WORK_ON_IMPORTS)


def write_exports_soon() -> None:
    """Ask for the files that are waited for to be written: at once, or where no broker
    answers within a minute of its return.
    """
    _ask_for(WRITE_EXPORTS)


def _ask_for(task: str) -> None:
    """Ask for a job. The page waits a moment for it and no longer: a broker that hangs
    answers nobody, ever.
    """
    asking = threading.Thread(
        target=_send, args=(task,), name="minshi-asking", daemon=True
    )
    asking.start()
    asking.join(MOMENT)


def _send(task: str) -> None:
    try:
        app.send_task(task, retry=False)
    except OperationalError:
        logger.warning("No broker took %s; it runs at its next turn.", task)


class Background:
    """One solo worker thread and one beat thread inside the serving process."""

    def __init__(self, lock: IO[str]) -> None:
        self.lock = lock  # held while this process runs the jobs
        worker = app.WorkController(
            pool_cls="solo",
            concurrency=1,
            without_heartbeat=True,
            without_gossip=True,
            without_mingle=True,
        )
        self.worker = threading.Thread(
            target=worker.start, name="minshi-worker", daemon=True
        )
        self.beat = EmbeddedService(app, thread=True)

    def start(self) -> None:
        state.should_stop = None
        self.worker.start()
        self.beat.start()

    def stop(self) -> None:
        """Let the job under way end, write the schedule file and give the lock back."""
        self.beat.stop()
        state.should_stop = os.EX_OK  # the worker looks at it between two jobs
        self.worker.join(PATIENCE)
        self.lock.close()


def start_embedded() -> bool:
    """Start the background threads, once in a process and in one process at a time, and
    return whether they run.

    1. Do nothing where Redis serves, or in the parent process of runserver's reloader.
    2. Take the lock of the folder. Where another process has it, wait in a thread and
       take over when that process ends.
    3. Start the threads.

    Only the WSGI module calls it: management commands have no background.
    """
    from django.conf import settings

    with _guard:
        if (
            _running
            or settings.REDIS_URL
            or os.environ.get("MINSHI_NO_BACKGROUND")
            or _is_reloader()
        ):
            return _running is not None

        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        lock = (settings.VAR_DIR / "beat-schedule.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting = threading.Thread(
                target=_take_over, args=(lock,), name="minshi-waiting", daemon=True
            )
            waiting.start()
            return False

        _start(lock)
        return True


def _take_over(lock: IO[str]) -> None:
    fcntl.flock(lock, fcntl.LOCK_EX)
    with _guard:
        _start(lock)


def _start(lock: IO[str]) -> None:
    global _running  # noqa: PLW0603 - one background a process
    _running = Background(lock)
    _running.start()
    atexit.register(stop_embedded)


def stop_embedded() -> None:
    """End the background threads of this process, if it has any."""
    global _running
    with _guard:
        background, _running = _running, None
    if background:
        atexit.unregister(stop_embedded)
        background.stop()


def _is_reloader() -> bool:
    return (
        "runserver" in sys.argv
        and "--noreload" not in sys.argv
        and os.environ.get("RUN_MAIN") != "true"
    )
