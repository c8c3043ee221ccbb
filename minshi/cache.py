"""The cache that all processes share in Redis; while Redis is away each uses its own,
and no page breaks.
"""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

logger = logging.getLogger(__name__)
# A page waits for no Redis: by default the client tries ten times, with pauses, before
# it says that nobody is there.
PATIENCE = {
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
    "retry": Retry(NoBackoff(), 1),
}
PAUSE = 5.0  # seconds that a Redis which did not answer is left alone
_not_before: dict[str, float] = {}  # by address, for all threads of the process


class SharedCache(RedisCache):
    """Redis, or while it is away the memory of this process: tries, calls and codes
    used are still counted, by each process alone.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {**PATIENCE, **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._address = server
        self._own = LocMemCache("while-redis-is-away", settings.OWN_CACHE)
        self.is_away = False  # whether the last answer was our own

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        return bool(self._either("add", key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._either("get", key, default, version)

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        self._either("set", key, value, timeout, version)

    def delete(self, key: Any, version: Any = None) -> bool:
        return bool(self._either("delete", key, version))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        return int(self._either("incr", key, delta, version))

    def touch(
        self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        return bool(self._either("touch", key, timeout, version))

    def _either(self, what: str, *args: Any) -> Any:
        self.is_away = time.monotonic() < _not_before.get(self._address, 0)
        if not self.is_away:
            try:
                return getattr(super(), what)(*args)
            except (NoConnection, NoAnswer) as error:
                logger.warning(
                    "Redis does not answer (%s); this process goes on by itself.", error
                )
                self.is_away = True
                _not_before[self._address] = time.monotonic() + PAUSE
        return getattr(self._own, what)(*args)
