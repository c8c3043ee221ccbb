"""Append-only tables by database triggers: one function makes them, a migration operation calls it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

Run = Callable[[str], Any]


def protect(table: str, run: Run) -> None:
    """Refuses UPDATE, DELETE and, on PostgreSQL, TRUNCATE of `table`; safe to call again."""
    if connection.vendor == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            run(f"DROP TRIGGER IF EXISTS {table}_no_{verb.lower()}")
            run(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    run(
        "CREATE OR REPLACE FUNCTION minshi_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    run(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
    run(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION minshi_append_only()"
    )


def unprotect(table: str, run: Run) -> None:
    if connection.vendor == "sqlite":
        for verb in ("update", "delete"):
            run(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
    else:
        run(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")


@contextmanager
def history_lifted(tables: tuple[str, ...]) -> Iterator[None]:
    """Tests only: lets the teardown between tests empty append-only tables."""
    with connection.cursor() as cursor:
        for table in tables:
            unprotect(table, cursor.execute)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                protect(table, cursor.execute)


def _plain(schema_editor: BaseDatabaseSchemaEditor) -> Run:
    """Runs SQL as it stands: with parameters, if only (), psycopg2 takes a % in it for a placeholder."""
    return lambda sql: schema_editor.execute(sql, None)


class AppendOnly(Operation):
    """The migration operation; repeat it after every later change of the table (SQLite drops triggers then)."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing: triggers are no part of the model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        protect(self.table, _plain(schema_editor))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        unprotect(self.table, _plain(schema_editor))

    def describe(self) -> str:
        return f"Makes {self.table} append-only"
