"""/healthz: the process answers. /readyz: everything it depends on answers, and the
background jobs run.
"""

import logging
import threading
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minshi.celery import HEARTBEAT_KEY

logger = logging.getLogger(__name__)
# what this code needs stays applied: asked until it was so once
_migrated = threading.Event()


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer for each part "ok" or "failed", without a word that would help an
    attacker; 503 when one failed.
    """
    parts = {name: _outcome(name, works) for name, works in CHECKS.items()}
    if set(parts.values()) == {"ok"}:
        return JsonResponse({"status": "ok", **parts}, status=200)
    return JsonResponse({"status": "failed", **parts}, status=503)


def _outcome(name: str, works: Callable[[], bool]) -> str:
    try:
        return "ok" if works() else "failed"
    except Exception:  # whatever a broken part throws, the answer names the part
        logger.exception("Not ready: %s", name)
        return "failed"


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _cache_keeps() -> bool:
    cache.set("readyz", "kept", 10)
    return bool(cache.get("readyz") == "kept") and not getattr(cache, "is_away", False)


def _migrations_are_applied() -> bool:
    if not _migrated.is_set():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.set()
    return True


def _beat_was_heard() -> bool:
    return cache.get(HEARTBEAT_KEY) is not None


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "cache": _cache_keeps,
    "migrations": _migrations_are_applied,
    "beat": _beat_was_heard,
}
urlpatterns = [path("healthz", healthz), path("readyz", readyz)]
