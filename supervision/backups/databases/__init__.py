"""The two databases: a snapshot to back up, and a new one to restore into.

SQLite copies itself by its online backup, PostgreSQL by pg_dump and pg_restore. Both
run while people write, and hold them up in nothing.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Protocol

from django.db import connection

from supervision.backups.databases import postgresql, sqlite


class Snapshot(Protocol):
    """A database as it was at one moment."""

    @property
    def alias(self) -> str:
        """The name by which Django reads it."""

    def write_to(self, file: IO[bytes]) -> None:
        """Write the dump of that moment."""


class Scratch(Protocol):
    """A new database, gone after the block that made it unless it took a place."""

    @property
    def alias(self) -> str:
        """The name by which Django reads it."""

    def read_from(self, file: IO[bytes]) -> None:
        """Fill it with a dump. BackupRefused: the database does not take it."""

    def take_place(self, aside: str) -> str:
        """Become the database of the program. The former one stays under the name
        `aside`; return where. BackupRefused: the program is still running.
        """


def snapshot(folder: Path) -> AbstractContextManager[Snapshot]:
    """Take a snapshot of the program's database; `folder` has room for a copy of it."""
    if connection.vendor == "sqlite":
        return sqlite.snapshot(folder)
    return postgresql.snapshot()


def scratch(folder: Path) -> AbstractContextManager[Scratch]:
    """Make an empty database: in `folder`, or beside the program's in its server."""
    if connection.vendor == "sqlite":
        return sqlite.scratch(folder)
    return postgresql.scratch()


def is_in_use() -> bool:
    """Return if somebody else has the program's database open, five seconds after they
    were first seen there. The connection of this thread is closed.
    """
    if connection.vendor == "sqlite":
        return sqlite.is_in_use()
    return postgresql.is_in_use()


def exists() -> bool:
    """Return if the program's database is there at all."""
    if connection.vendor == "sqlite":
        return sqlite.exists()
    return postgresql.exists()
