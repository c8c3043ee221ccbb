"""Several at the same moment, each on a connection of its own."""

import threading
from collections.abc import Callable

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.db import connections

PATIENCE = 60  # seconds; a deadlock is broken by the database after one


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run every call in a thread of its own from one starting shot; return the results,
    or what was raised, in their order.
    """
    shot = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(index: int, call: Callable[[], object]) -> None:
        shot.wait(PATIENCE)
        try:
            results[index] = call()
        except Exception as error:  # noqa: BLE001 - handed to the test, which looks at it
            results[index] = error
        finally:
            connections.close_all()
            _hang_up_redis()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    return results


def times_at_once(times: int, call: Callable[[], object]) -> list[object]:
    """Run one call so many times at the same moment; raise the first error of any."""
    results = at_once(*[call] * times)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def _hang_up_redis() -> None:
    """Close the connections to Redis that this thread has of its own."""
    for cache in caches.all(initialized_only=True):
        if isinstance(cache, RedisCache):
            for pool in cache._cache._pools.values():
                pool.disconnect()
