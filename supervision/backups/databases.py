"""The two databases: a snapshot to back up, and a new one to restore into.

SQLite copies itself by its online backup, PostgreSQL by pg_dump and pg_restore. Both
run while people write, and hold them up in nothing.
"""

import contextlib
import copy
import gzip
import os
import secrets
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from django.db import DatabaseError, connection, connections, transaction
from django.utils.translation import gettext as _

from supervision.backups.refusals import BackupRefused

BLOCK = 262_144
LONGEST_NAME = 63  # of a database in PostgreSQL
LAST_LOOKS = 50  # a tenth of a second apart
SNAPSHOT = "snapshot"  # the names under which Django knows them meanwhile
SCRATCH = "scratch"


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


def snapshot(folder: Path) -> contextlib.AbstractContextManager[Snapshot]:
    """Take a snapshot of the program's database; `folder` has room for a copy of it."""
    if connection.vendor == "sqlite":
        return _sqlite_snapshot(folder)
    return _postgres_snapshot()


def scratch(folder: Path) -> contextlib.AbstractContextManager[Scratch]:
    """Make an empty database: in `folder`, or beside the program's in its server."""
    if connection.vendor == "sqlite":
        return _sqlite_scratch(folder)
    return _postgres_scratch()


def exists() -> bool:
    """Return if the program's database is there at all."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return Path(name).exists()

    with _server() as cursor:
        return _is_there(cursor, name)


@contextmanager
def _known_to_django(alias: str, **changes: Any) -> Iterator[str]:
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


# --- SQLite -------------------------------------------------------------------------


def _new_file(path: Path) -> Path:
    """Make an empty file that nobody else may read."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def _remove_sqlite(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


@dataclass(frozen=True)
class SqliteSnapshot:
    path: Path
    alias: str = SNAPSHOT

    def write_to(self, file: IO[bytes]) -> None:
        with (
            self.path.open("rb") as source,
            gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6, mtime=0) as target,
        ):
            shutil.copyfileobj(source, target, BLOCK)


@contextmanager
def _sqlite_snapshot(folder: Path) -> Iterator[SqliteSnapshot]:
    path = folder / f".{SNAPSHOT}-{secrets.token_hex(4)}.sqlite3"
    original = Path(connection.settings_dict["NAME"])
    if not exists():
        raise BackupRefused(_("There is no database in %s yet.") % original)

    try:
        _new_file(path)
        with (
            contextlib.closing(
                sqlite3.connect(f"{original.as_uri()}?mode=rw", uri=True)
            ) as source,
            contextlib.closing(sqlite3.connect(path)) as target,
        ):
            # all pages in one step, and so of one moment; writers go on in the WAL
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")

        with _known_to_django(SNAPSHOT, NAME=path, OPTIONS={}):
            yield SqliteSnapshot(path)
    finally:
        _remove_sqlite(path)


@dataclass(frozen=True)
class SqliteScratch:
    path: Path
    alias: str = SCRATCH

    def read_from(self, file: IO[bytes]) -> None:
        with (
            gzip.GzipFile(fileobj=file, mode="rb") as source,
            self.path.open("wb") as target,
        ):
            shutil.copyfileobj(source, target, BLOCK)
            target.flush()
            os.fsync(target.fileno())

        # by Django, whose functions stand in constraints
        with connections[self.alias].cursor() as cursor:
            cursor.execute("PRAGMA integrity_check(1)")
            (found,) = cursor.fetchone()
        if found != "ok":
            raise BackupRefused(
                _("SQLite finds the restored database damaged: %s") % found
            )

    def take_place(self, aside: str) -> str:
        """Become the database of the program; the former stays beside it."""
        place = Path(connection.settings_dict["NAME"])
        connections[self.alias].close()
        connection.close()

        kept = place.with_name(f"{place.name}.{aside}")
        if place.exists():
            _fold_wal(place)
            place.chmod(0o600)
            os.link(place, kept)
        self.path.replace(place)
        sync_folder(place.parent)
        return str(kept) if kept.exists() else ""


def _fold_wal(path: Path) -> None:
    """Bring all of a database into its one file, once the last who had it open are
    gone. BackupRefused: somebody still has it open after five seconds.
    """
    for _nth in range(LAST_LOOKS):
        if _is_folded(path):
            return
        time.sleep(0.1)
    raise still_running()


def _is_folded(path: Path) -> bool:
    with contextlib.closing(sqlite3.connect(path, timeout=0)) as database:
        try:
            (mode,) = database.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError:  # somebody is reading or writing
            return False
    return bool(mode == "delete")


def still_running() -> BackupRefused:
    return BackupRefused(
        _("The program is still running on this database. Stop it first, then restore.")
    )


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, as fsync does for what files hold."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _sqlite_scratch(folder: Path) -> Iterator[SqliteScratch]:
    path = folder / f".{SCRATCH}-{secrets.token_hex(4)}.sqlite3"
    try:
        _new_file(path)
        with _known_to_django(SCRATCH, NAME=path):
            yield SqliteScratch(path)
    finally:
        _remove_sqlite(path)


# --- PostgreSQL ---------------------------------------------------------------------


def _run(
    program: str, *options: str, database: str
) -> tuple[list[str], dict[str, str]]:
    """Return the command and the environment of a program of PostgreSQL; the password
    goes by the environment, as every user of the machine can read commands.
    """
    settings = connection.settings_dict | {"NAME": database}
    named, env = connection.client_class.settings_to_cmd_args_env(settings, [])
    arguments = [*named[1:-1], "--dbname", named[-1]]
    return [program, *options, *arguments], os.environ | (env or {})


@contextmanager
def _process(
    command: list[str], env: dict[str, str], **pipes: Any
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program of PostgreSQL. BackupRefused: it is missing, or ends with an error,
    with its own last words.
    """
    with TemporaryFile() as said:
        try:
            process = subprocess.Popen(command, env=env, stderr=said, **pipes)  # noqa: S603 - no shell; the program is ours to name
        except FileNotFoundError as error:
            words = _(
                "%s was not found: install the client programs of PostgreSQL"
                " (postgresql-client), of the server's version or a later one."
            )
            raise BackupRefused(words % command[0]) from error

        try:
            yield process
        finally:
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            code = process.wait()
            said.seek(0)
            lines = said.read().decode(errors="replace").splitlines()

        if code:
            words = _("%(program)s did not succeed: %(reason)s")
            reason = " ".join(lines[:3]) or f"exit code {code}"
            raise BackupRefused(words % {"program": command[0], "reason": reason})


@dataclass(frozen=True)
class PostgresSnapshot:
    name: str  # by which another session of the server reads the same moment
    alias: str = SNAPSHOT

    def write_to(self, file: IO[bytes]) -> None:
        command, env = _run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={self.name}",
            database=connection.settings_dict["NAME"],
        )
        with _process(command, env, stdout=subprocess.PIPE) as process:
            assert process.stdout  # noqa: S101 - asked for; mypy cannot know
            shutil.copyfileobj(process.stdout, file, BLOCK)


@contextmanager
def _postgres_snapshot() -> Iterator[PostgresSnapshot]:
    with _known_to_django(SNAPSHOT), transaction.atomic(using=SNAPSHOT):
        with connections[SNAPSHOT].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone()
        yield PostgresSnapshot(name)


@dataclass(frozen=True)
class PostgresScratch:
    name: str
    alias: str = SCRATCH

    def read_from(self, file: IO[bytes]) -> None:
        command, env = _run(
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--single-transaction",
            database=self.name,
        )
        with _process(command, env, stdin=subprocess.PIPE) as process:
            assert process.stdin  # noqa: S101 - asked for; mypy cannot know
            # where it stopped reading, its own words say why
            with contextlib.suppress(BrokenPipeError):
                shutil.copyfileobj(file, process.stdin, BLOCK)

    def take_place(self, aside: str) -> str:
        """Become the database of the program by name; the former keeps another."""
        place = connection.settings_dict["NAME"]
        kept = f"{place}_{aside}"[:LONGEST_NAME]
        connections[self.alias].close()
        connection.close()

        with _server() as cursor:
            _wait_for_the_last(cursor, place)
            with transaction.atomic(using=cursor.db.alias):
                there = _is_there(cursor, place)
                if there and _others_at(cursor, place):
                    raise still_running()
                if there:
                    cursor.execute(
                        f"ALTER DATABASE {_quoted(place)} RENAME TO {_quoted(kept)}"
                    )
                cursor.execute(
                    f"ALTER DATABASE {_quoted(self.name)} RENAME TO {_quoted(place)}"
                )
        return kept if there else ""


@contextmanager
def _server() -> Iterator[Any]:
    """Give a cursor in the server's own database, from where others are made, renamed
    and dropped.
    """
    alias = f"server-{secrets.token_hex(4)}"
    with (
        _known_to_django(alias, NAME="postgres"),
        connections[alias].cursor() as cursor,
    ):
        yield cursor


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name.replace('"', '""'))


def _is_there(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


def _wait_for_the_last(cursor: Any, name: str) -> None:
    """Give sessions that were closed, our own too, a moment: the server ends each a
    little after its client has left.
    """
    for _nth in range(LAST_LOOKS):
        if not _others_at(cursor, name):
            return
        cursor.execute("SELECT pg_sleep(0.1)")


def _others_at(cursor: Any, name: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        # of other accounts' sessions the kind may not be read
        " AND coalesce(backend_type, 'client backend') = 'client backend'",
        [name],
    )
    return cursor.fetchone() is not None


@contextmanager
def _postgres_scratch() -> Iterator[PostgresScratch]:
    place = connection.settings_dict["NAME"]
    prefix = f"{place[:40]}_{SCRATCH}_"
    name = f"{prefix}{secrets.token_hex(4)}"

    with _server() as cursor:
        _claim(cursor, name)
        _drop_abandoned(cursor, prefix)
        _create(cursor, name, place)
        try:
            with _known_to_django(SCRATCH, NAME=name):
                yield PostgresScratch(name)
        finally:
            # one that took the place has another name by now
            cursor.execute(f"DROP DATABASE IF EXISTS {_quoted(name)}")


def _claim(cursor: Any, name: str) -> bool:
    """Claim a database by name, as long as this session lasts; return if it was
    free.
    """
    cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
    (is_free,) = cursor.fetchone()
    return bool(is_free)


def _drop_abandoned(cursor: Any, prefix: str) -> None:
    """Drop what runs left that were killed: nobody claims it any more."""
    cursor.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
    )
    for (name,) in cursor.fetchall():
        if _claim(cursor, name):
            cursor.execute(f"DROP DATABASE {_quoted(name)}")


def _create(cursor: Any, name: str, like: str) -> None:
    """Create an empty database that sorts and folds text as `like` does."""
    cursor.execute(
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database"
        " WHERE datname IN (%s, current_database()) ORDER BY datname = %s DESC",
        [like, like],
    )
    encoding, collate, ctype = cursor.fetchone()

    try:
        cursor.execute(
            f"CREATE DATABASE {_quoted(name)} TEMPLATE template0 ENCODING %s"
            " LC_COLLATE %s LC_CTYPE %s",
            [encoding, collate, ctype],
        )
    except DatabaseError as error:
        words = _(
            "No database can be made to restore into: %(reason)s The account of the"
            " database needs the right to (ALTER ROLE %(role)s CREATEDB)."
        )
        role = connection.settings_dict["USER"] or "minshi"
        reason = str(error).strip()
        raise BackupRefused(words % {"reason": reason, "role": role}) from error
