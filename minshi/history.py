"""Append-only tables, and rows frozen once closed, by database triggers that migration
operations make.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

Run = Callable[[str], Any]


def protect_rows(table: str, run: Run) -> None:
    """Refuse UPDATE, DELETE and, on PostgreSQL, TRUNCATE of `table`; safe to call
    again.
    """
    if connection.vendor == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            run(f"DROP TRIGGER IF EXISTS {table}_no_{verb.lower()}")
            run(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return

    run(
        "CREATE OR REPLACE FUNCTION minshi_append_only() RETURNS trigger LANGUAGE"
        " plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING"
        " ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    run(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
    run(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON"
        f" {table} FOR EACH STATEMENT EXECUTE FUNCTION minshi_append_only()"
    )


def unprotect_rows(table: str, run: Run) -> None:
    if connection.vendor == "sqlite":
        for verb in ("update", "delete"):
            run(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
    else:
        run(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")


@dataclass(frozen=True)
class Frozen:
    """Rows of `table` that nothing changes any more: while `closed` holds, a condition
    in SQL on the row "{row}".

    Where no row may be put in, none may be moved in by UPDATE either. Where rows may be
    put in, as a meeting that is then closed by UPDATE, only the row as it was counts.
    """

    table: str
    closed: str
    verbs: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")

    def freeze(self, run: Run) -> None:
        self.thaw(run)

        for verb in self.verbs:
            closed = self._condition(verb)
            if connection.vendor == "sqlite":
                self._freeze_in_sqlite(verb, closed, run)
            else:
                self._freeze_in_postgresql(verb, closed, run)

    def _condition(self, verb: str) -> str:
        """Return when a verb is refused: by the row as it was, as it would be, or by
        either.
        """
        was_closed = self.closed.format(row="OLD")
        would_be_closed = self.closed.format(row="NEW")
        if verb == "INSERT":
            return would_be_closed
        if verb == "UPDATE" and "INSERT" in self.verbs:
            return f"({was_closed}) OR ({would_be_closed})"
        return was_closed

    def _freeze_in_sqlite(self, verb: str, closed: str, run: Run) -> None:
        name = self._name(verb)
        run(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {self.table} WHEN {closed}"
            f" BEGIN SELECT RAISE(ABORT, '{self.table} is closed'); END"
        )

    def _freeze_in_postgresql(self, verb: str, closed: str, run: Run) -> None:
        name = self._name(verb)
        run(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
            f" AS $$ BEGIN IF {closed} THEN RAISE EXCEPTION '{self.table} is closed'"
            " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN"
            " COALESCE(NEW, OLD); END $$"
        )
        run(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {self.table} FOR EACH ROW"
            f" EXECUTE FUNCTION {name}()"
        )

    def thaw(self, run: Run) -> None:
        on = "" if connection.vendor == "sqlite" else f" ON {self.table}"
        for verb in self.verbs:
            run(f"DROP TRIGGER IF EXISTS {self._name(verb)}{on}")

    def _name(self, verb: str) -> str:
        return f"{self.table}_frozen_{verb.lower()}"


@contextmanager
def history_lifted() -> Iterator[None]:
    """Let every row change, as for the teardown that empties all tables: tests only.

    The catalogue knows the triggers, so that no list of tables has to be maintained.
    """
    if connection.vendor == "sqlite":
        catalogue = "SELECT name, '', sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        catalogue = (
            "SELECT tgname, ' ON ' || tgrelid::regclass, pg_get_triggerdef(oid)"
            " FROM pg_trigger WHERE NOT tgisinternal"
        )

    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        triggers = cursor.fetchall()

        for name, on_table, _definition in triggers:
            cursor.execute(f"DROP TRIGGER {name}{on_table}")
        try:
            yield
        finally:
            for _name, _on_table, definition in triggers:
                cursor.execute(definition)


def _plain(schema_editor: BaseDatabaseSchemaEditor) -> Run:
    """Return what runs SQL as it stands: with parameters, if only (), psycopg2 takes a
    % in it for a placeholder.
    """
    return lambda sql: schema_editor.execute(sql, None)


class ChangesTriggers(Operation):
    """A migration operation that changes triggers of a table.

    Repeat it after every later change of the table, as SQLite drops triggers then.
    """

    reduces_to_sql = True
    reversible = True

    def apply(self, run: Run) -> None:
        """Change the triggers by SQL."""
        raise NotImplementedError

    def undo(self, run: Run) -> None:
        """Change them back."""
        raise NotImplementedError

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Do nothing: triggers are no part of the model state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        self.apply(_plain(schema_editor))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        self.undo(_plain(schema_editor))


class AppendOnly(ChangesTriggers):
    """A migration operation that makes a table append-only."""

    def __init__(self, table: str) -> None:
        self.table = table

    def apply(self, run: Run) -> None:
        protect_rows(self.table, run)

    def undo(self, run: Run) -> None:
        unprotect_rows(self.table, run)

    def describe(self) -> str:
        return f"Makes {self.table} append-only"


class FrozenRows(ChangesTriggers):
    """A migration operation that freezes the closed rows of a table."""

    def __init__(self, rows: Frozen) -> None:
        self.rows = rows

    def apply(self, run: Run) -> None:
        self.rows.freeze(run)

    def undo(self, run: Run) -> None:
        self.rows.thaw(run)

    def describe(self) -> str:
        return f"Freezes closed rows of {self.rows.table}"


class ThawedRows(ChangesTriggers):
    """A migration operation that lets closed rows change, before a change of a table
    that the triggers read: SQLite would stop at them.
    """

    def __init__(self, rows: Frozen) -> None:
        self.rows = rows

    def apply(self, run: Run) -> None:
        self.rows.thaw(run)

    def undo(self, run: Run) -> None:
        self.rows.freeze(run)

    def describe(self) -> str:
        return f"Lets closed rows of {self.rows.table} change"
