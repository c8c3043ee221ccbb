"""What pages count and remember stands on Redis, and on the process alone while Redis
is away.
"""

import pytest
from django.core.cache import caches
from django.test import override_settings

from minshi import health
from minshi.cache import SharedCache
from tests.processes import free_port

ELSEWHERE = {"default": {"BACKEND": "minshi.cache.SharedCache", "LOCATION": ""}}


@pytest.fixture
def cache():
    """One whose Redis is not there."""
    cache = SharedCache(f"redis://127.0.0.1:{free_port()}/0", {})
    cache._own.clear()
    return cache


def test_tries_are_still_counted(cache):
    assert cache.get("tries", 0) == 0
    assert cache.add("tries", 0, 900)
    assert not cache.add("tries", 0, 900)

    assert [cache.incr("tries"), cache.incr("tries"), cache.get("tries")] == [1, 2, 2]
    assert cache.is_away


def test_a_code_used_once_is_not_taken_again(cache):
    assert cache.add("code", "y", timeout=30)
    assert not cache.add("code", "y", timeout=30)
    assert cache.delete("code")


def test_another_thread_of_the_process_counts_the_same(cache):
    cache.set("calls", [1.0, 2.0])

    assert SharedCache(f"redis://127.0.0.1:{free_port()}/0", {}).get("calls") == [
        1.0,
        2.0,
    ]


def test_readiness_is_not_had_from_the_process_alone():
    where = {
        "default": {
            **ELSEWHERE["default"],
            "LOCATION": f"redis://127.0.0.1:{free_port()}/0",
        }
    }
    with override_settings(CACHES=where):
        assert isinstance(caches["default"], SharedCache)
        assert not health._cache_keeps()


@pytest.mark.postgres
def test_with_redis_it_is_redis_that_answers(settings):
    cache = SharedCache(settings.REDIS_URL, {})
    cache.set("word", "kept", 10)

    assert cache.get("word") == "kept"
    assert not cache.is_away
    assert cache._own.get("word") is None
