"""The test database: migrated once, and copied by every later run and worker.

Migrating takes seconds of CPU, which each worker of each run would pay. The first one
after a change of a migration or a model pays; `--create-db` makes it pay again.
"""

import fcntl
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import django
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from minshi.history import history_lifted
from tests.environment import ROOT

# All that decides what an empty database holds: tables and triggers by the migrations,
# content types and permissions by the models, other apps by settings and lock.
DECISIVE = (
    "*/migrations/*.py",
    "*/models/**/*.py",
    "minshi/history.py",
    "minshi/settings.py",
    "minshi/tables.py",
    "requirements-dev.lock",
)

# What migrating wrote there stays.
KEPT = frozenset({"auth_permission", "django_content_type"})


def state_of(root: Path) -> str:
    """Return a hash over all that decides what an empty database holds."""
    total = hashlib.sha256(django.__version__.encode())
    for pattern in DECISIVE:
        for path in sorted(root.glob(pattern)):
            total.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return total.hexdigest()[:16]


class Template(Protocol):
    """A migrated database that stays, for one state of the project."""

    def exists(self) -> bool: ...

    def save(self) -> None:
        """Keep a copy of the test database, in place of that of an older state."""

    def copy(self, verbosity: int) -> None:
        """Make the test database out of the template."""


class SqliteTemplate:
    def __init__(self, folder: Path, state: str) -> None:
        self.folder = folder
        self.file = folder / f"{state}.sqlite3"

    def exists(self) -> bool:
        return self.file.exists()

    def save(self) -> None:
        for older in self.folder.glob("*.sqlite3*"):
            older.unlink()
        draft = self.file.with_suffix(".sqlite3.draft")
        with closing(sqlite3.connect(draft)) as copy:
            connection.connection.backup(copy)
        draft.rename(self.file)

    def copy(self, verbosity: int) -> None:
        switch_to_test_database()
        with closing(sqlite3.connect(self.file)) as template:
            template.backup(connection.connection)


class PostgresTemplate:
    """Beside the test databases in the server, its state in its comment."""

    def __init__(self, state: str) -> None:
        self.name = f"{settings.DATABASES['default']['NAME']}_template"
        self.state = state

    def exists(self) -> bool:
        with connection.creation._nodb_cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s"
                " AND shobj_description(oid, 'pg_database') = %s",
                [self.name, self.state],
            )
            return cursor.fetchone() is not None

    def save(self) -> None:
        original = connection.settings_dict["NAME"]
        connection.close()  # PostgreSQL copies no database that is in use
        with connection.creation._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.name}"')
            cursor.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{original}"')
            cursor.execute(f"COMMENT ON DATABASE \"{self.name}\" IS '{self.state}'")

    def copy(self, verbosity: int) -> None:
        connection.settings_dict["TEST"]["TEMPLATE"] = self.name
        connection.creation._create_test_db(verbosity, autoclobber=True)
        switch_to_test_database()


def switch_to_test_database() -> None:
    """Connect to the test database, as Django does after it has made one."""
    name = connection.creation._get_test_db_name()
    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = name
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()


def bring_up_now() -> None:
    """Make a copy of an old template as new as a database that was just migrated: what
    the nightly check forgives a new installation must not depend on the run.
    """
    MigrationRecorder.Migration.objects.update(applied=timezone.now())


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let one worker after the other in: the first migrates, the others copy."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copying(
    migrate: Callable[..., str], template: Template, folder: Path, *, anew: bool
) -> Callable[..., str]:
    """Return what creates the test database: `migrate` only where it has to."""

    def create(verbosity: int = 1, **options: Any) -> str:
        with alone_in(folder):
            if anew or not template.exists():
                migrate(verbosity=verbosity, **options)
                template.save()
                connection.ensure_connection()
            else:
                template.copy(verbosity)
            bring_up_now()
        return connection.settings_dict["NAME"]

    return create


def hand_out_copies(patch: pytest.MonkeyPatch, folder: Path, *, anew: bool) -> None:
    """Make Django take its test database from the template kept in `folder`."""
    state = state_of(ROOT)
    template = (
        SqliteTemplate(folder, state)
        if connection.vendor == "sqlite"
        else PostgresTemplate(state)
    )
    creation = connection.creation
    create = copying(creation.create_test_db, template, folder, anew=anew)
    patch.setattr(creation, "create_test_db", create)


def empty_tables() -> None:
    """Delete every row but those of `KEPT`, append-only and closed ones too.

    Django's own way truncates every table and writes all permissions anew, which takes
    longer than most tests that leave rows behind.
    """
    names = connection.introspection.django_table_names(
        only_existing=True, include_views=False
    )
    wanted = [name for name in names if name not in KEPT]
    with transaction.atomic(), connection.cursor() as cursor:
        filled = _filled(cursor, wanted)
        if not filled:
            return
        with history_lifted():
            for name in filled:
                cursor.execute(f'DELETE FROM "{name}"')  # noqa: S608 - tables of our models; a name cannot be a parameter
            connection.check_constraints()


def _filled(cursor: Any, tables: list[str]) -> list[str]:
    asked = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")"  # noqa: S608 - a table's name
        for name in tables
    )
    cursor.execute(asked)
    return [name for (name,) in cursor.fetchall()]
