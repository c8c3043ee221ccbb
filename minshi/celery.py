"""The Celery app, its beat schedule, and the embedded worker and beat of the form without Redis."""

import os
import threading

from celery import Celery
from celery.beat import EmbeddedService

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minshi.settings")
app = Celery("minshi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "sweep": {"task": "supervision.tasks.sweep", "schedule": 60.0},
    "end-suspensions": {"task": "cases.tasks.end_suspensions", "schedule": 600.0},
    "close-unrated": {"task": "cases.tasks.close_unrated", "schedule": 3600.0},
    "rehome-orphans": {"task": "cases.tasks.rehome_orphans", "schedule": 3600.0},
    "refresh-calendar": {"task": "cases.tasks.refresh_calendar", "schedule": 86400.0},
}
_started = threading.Event()


def start_embedded() -> None:
    """One solo worker thread and one beat thread in this process; nothing where Redis serves."""
    from django.conf import settings

    if settings.REDIS_URL or os.environ.get("MINSHI_NO_BACKGROUND") or _started.is_set():
        return
    if settings.DEBUG and "runserver" in " ".join(os.sys.argv) and os.environ.get("RUN_MAIN") != "true":  # type: ignore[attr-defined]
        return  # the reloader's parent process
    _started.set()
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    worker = app.WorkController(pool_cls="solo", concurrency=1, without_heartbeat=True, without_gossip=True)
    threading.Thread(target=worker.start, name="minshi-worker", daemon=True).start()
    EmbeddedService(app, thread=True).start()



