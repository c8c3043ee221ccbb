"""The locks that the database puts on history, compared with those that the migrations
make: by what they do, for a trigger of the same name may do nothing.
"""

import re
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from minshi.history import ChangesTriggers

DROP = re.compile(r"DROP TRIGGER IF EXISTS (?P<name>\w+)")
FUNCTION = re.compile(
    r"CREATE OR REPLACE FUNCTION (?P<name>\w+)\(\).*AS \$\$(?P<body>.*)\$\$", re.DOTALL
)
TRIGGER = re.compile(
    r"CREATE TRIGGER (?P<name>\w+) BEFORE (?P<verbs>[A-Z ]+)"
    r" ON (?:\w+\.)?(?P<table>\w+) FOR EACH (?P<each>ROW|STATEMENT)"
    r" EXECUTE FUNCTION (?:\w+\.)?(?P<function>\w+)\(\)"
)
# "O" and "A" fire in every session, "D" never and "R" for replicas alone
IN_POSTGRESQL = """
    SELECT trigger.tgname, pg_get_triggerdef(trigger.oid), function.prosrc
      FROM pg_trigger AS trigger
      JOIN pg_proc AS function ON function.oid = trigger.tgfoid
     WHERE NOT trigger.tgisinternal AND trigger.tgenabled IN ('O', 'A')
"""
IN_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"

Lock = tuple[Any, ...]  # what a trigger does, to compare


def broken_locks() -> list[str]:
    """Return the names of the locks that the migrations made and that the database has
    not, has switched off, or has put something else in the place of.
    """
    there = _in_database()
    wanted = _made_by_migrations()
    return sorted(name for name, lock in wanted.items() if there.get(name) != lock)


def is_there(name: str) -> bool:
    """Tell whether the database has a lock of this name, whatever it does."""
    return name in _in_database()


def _in_database() -> dict[str, Lock]:
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(IN_SQLITE if is_sqlite else IN_POSTGRESQL)
        rows = cursor.fetchall()

    if is_sqlite:
        return {name: _in_sqlite(statement) for name, statement in rows}
    return {name: _in_postgresql(statement, body) for name, statement, body in rows}


def _made_by_migrations() -> dict[str, Lock]:
    """Return the locks that are there once all migrations ran."""
    made = _Made()
    migrations = MigrationLoader(None).disk_migrations
    for _app_and_name, migration in sorted(migrations.items()):
        for operation in migration.operations:
            if isinstance(operation, ChangesTriggers):
                operation.apply(made.run)
    return made.locks


class _Made:
    """What the statements of migrations leave, read without a database."""

    def __init__(self) -> None:
        self.locks: dict[str, Lock] = {}
        self.bodies: dict[str, str] = {}

    def run(self, statement: str) -> None:
        if dropped := DROP.match(statement):
            self.locks.pop(dropped["name"], None)
        elif function := FUNCTION.match(statement):
            self.bodies[function["name"]] = function["body"]
        elif connection.vendor == "sqlite":
            name = statement.split()[2]
            self.locks[name] = _in_sqlite(statement)
        elif trigger := TRIGGER.fullmatch(statement):
            body = self.bodies[trigger["function"]]
            self.locks[trigger["name"]] = _in_postgresql(statement, body)


def _in_sqlite(statement: str) -> Lock:
    """Return a trigger without the quotes that SQLite adds where it renames a table."""
    return tuple(statement.replace('"', "").split())


def _in_postgresql(statement: str, body: str) -> Lock:
    """Return what a trigger does, however PostgreSQL orders its verbs; one of another
    shape, as with a condition, is like none of ours.
    """
    found = TRIGGER.fullmatch(statement)
    if found is None:
        return (statement, body)
    verbs = frozenset(found["verbs"].split(" OR "))
    return (found["table"], found["each"], verbs, body)
