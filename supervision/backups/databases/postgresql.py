"""PostgreSQL: dumped of one moment by pg_dump, read back by pg_restore."""

import contextlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import DatabaseError, connection, connections, transaction
from django.utils.translation import gettext as _

from minshi.system_words import reason_in
from supervision.backups.databases.aliases import SCRATCH, SNAPSHOT, known_to_django
from supervision.backups.files import BLOCK
from supervision.backups.refusals import BackupRefused, still_running

LONGEST_NAME = 63  # of a database in PostgreSQL
LAST_LOOKS = 50  # a tenth of a second apart


def exists() -> bool:
    """Return if the program's database is there in its server."""
    with _server() as cursor:
        return _is_there(cursor, connection.settings_dict["NAME"])


def is_in_use() -> bool:
    """Return if others than this thread have sessions at the program's database."""
    place = connection.settings_dict["NAME"]
    connection.close()
    with _server() as cursor:
        return not _is_left_alone(cursor, place)


def _run(
    program: str, *options: str, database: str
) -> tuple[list[str], dict[str, str]]:
    """Return the command and the environment of a program of PostgreSQL; the password
    goes by the environment, as every user of the machine can read commands. What it
    says is in English, wherever it runs: its reasons are looked for in that.
    """
    settings = connection.settings_dict | {"NAME": database}
    named, env = connection.client_class.settings_to_cmd_args_env(settings, [])
    arguments = [*named[1:-1], "--dbname", named[-1]]
    return [program, *options, *arguments], os.environ | (env or {}) | {"LC_ALL": "C"}


@contextmanager
def _process(
    command: list[str], env: dict[str, str], **pipes: Any
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program of PostgreSQL. BackupRefused: it is missing, or ends with an error,
    with its own last words.
    """
    with TemporaryFile() as stderr:
        try:
            process = subprocess.Popen(command, env=env, stderr=stderr, **pipes)  # noqa: S603 - no shell; the program is ours to name
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
            stderr.seek(0)
            lines = stderr.read().decode(errors="replace").splitlines()

        if code:
            words = _("%(program)s did not succeed: %(reason)s")
            reason = reason_in(" ".join(lines[:3])) or f"exit code {code}"
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
def snapshot() -> Iterator[PostgresSnapshot]:
    """Hold one moment open, to be dumped and read, until the block ends."""
    with known_to_django(SNAPSHOT), transaction.atomic(using=SNAPSHOT):
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
            _is_left_alone(cursor, place)
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
        known_to_django(alias, NAME="postgres"),
        connections[alias].cursor() as cursor,
    ):
        yield cursor


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name.replace('"', '""'))


def _is_there(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


def _is_left_alone(cursor: Any, name: str) -> bool:
    """Return if nobody has a session at a database. Those that were closed, our own
    too, have a moment: the server ends each a little after its client has left.
    """
    for _nth in range(LAST_LOOKS):
        if not _others_at(cursor, name):
            return True
        cursor.execute("SELECT pg_sleep(0.1)")
    return False


def _others_at(cursor: Any, name: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        # of other accounts' sessions the kind may not be read
        " AND coalesce(backend_type, 'client backend') = 'client backend'",
        [name],
    )
    return cursor.fetchone() is not None


@contextmanager
def scratch() -> Iterator[PostgresScratch]:
    """Make an empty database in the same server; drop those that killed runs left."""
    place = connection.settings_dict["NAME"]
    prefix = f"{place[:40]}_{SCRATCH}_"
    name = f"{prefix}{secrets.token_hex(4)}"

    with _server() as cursor:
        _claim(cursor, name)
        _drop_abandoned(cursor, prefix)
        _create(cursor, name, place)
        try:
            with known_to_django(SCRATCH, NAME=name):
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
