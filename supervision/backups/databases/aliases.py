"""The names under which Django knows a second database meanwhile."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

SNAPSHOT = "snapshot"
SCRATCH = "scratch"


@contextmanager
def known_to_django(alias: str, **changes: Any) -> Iterator[str]:
    """Let Django read another database, with the settings of the program's but for
    `changes`, under the name `alias`.

    The table of databases is replaced, never changed: other threads go through it.
    """
    database = copy.deepcopy(connection.settings_dict) | changes
    connections.settings = connections.settings | {alias: database}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        others = {
            name: kept for name, kept in connections.settings.items() if name != alias
        }
        connections.settings = others
