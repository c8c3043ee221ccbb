"""The locks that the database puts on history, compared with those that the migrations
make: by what they do, for a trigger of the same name may do nothing. And what else was
put on our tables, for it may change rows before anything seals them.

Ours are the tables that a name without a schema finds, as every query of ours does:
locks that were moved to a table of the same name elsewhere are not there.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.migrations import Migration
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
IN_SQLITE_ON = re.compile(r"\bON (?P<table>\w+)")
# A lock that works fires in this session ("O" and "A"; "D" never does and "R" for
# replicas alone), and its function is of our schema, in PL/pgSQL, without a search path
# of its own by which it would look into other tables. Triggers that PostgreSQL makes
# for foreign keys are left out.
IN_POSTGRESQL = """
    SELECT relation.relname, trigger.tgname, pg_get_triggerdef(trigger.oid),
           function.prosrc,
           (trigger.tgenabled = 'A' OR trigger.tgenabled = 'O'
              AND current_setting('session_replication_role') <> 'replica')
             AND function.pronamespace = relation.relnamespace
             AND function.proconfig IS NULL
             AND language.lanname = 'plpgsql'
      FROM pg_trigger AS trigger
      JOIN pg_class AS relation ON relation.oid = trigger.tgrelid
      JOIN pg_proc AS function ON function.oid = trigger.tgfoid
      JOIN pg_language AS language ON language.oid = function.prolang
     WHERE pg_table_is_visible(relation.oid)
       AND NOT (trigger.tgisinternal
                AND function.pronamespace = 'pg_catalog'::regnamespace)
"""
IN_SQLITE = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
# What changes or hides rows beside triggers. PostgreSQL has rules of its own on the
# tables of its catalogue.
BESIDE_TRIGGERS = """
    SELECT relation.relname, rule.rulename
      FROM pg_rewrite AS rule JOIN pg_class AS relation ON relation.oid = rule.ev_class
     WHERE pg_table_is_visible(relation.oid) AND rule.rulename <> '_RETURN'
       AND relation.relnamespace <> 'pg_catalog'::regnamespace
    UNION ALL
    SELECT relation.relname, policy.polname
      FROM pg_policy AS policy
      JOIN pg_class AS relation ON relation.oid = policy.polrelid
     WHERE pg_table_is_visible(relation.oid)
    UNION ALL
    SELECT relname, 'row level security'
      FROM pg_class WHERE pg_table_is_visible(oid) AND relrowsecurity
    UNION ALL
    SELECT current_database(), evtname FROM pg_event_trigger
"""


@dataclass(frozen=True)
class Lock:
    """A trigger: the table it is on, and what it does, to compare."""

    table: str
    does: tuple[Any, ...]


# by table and name: PostgreSQL has names of triggers once for each table
Locks = dict[tuple[str, str], Lock]


@dataclass(frozen=True, order=True)
class Planted:
    """Something on a table, or on the whole database, that no migration put there."""

    name: str
    on: str


def broken_locks() -> list[str]:
    """Return the names of the locks that the migrations made and that the database has
    not, has switched off, or has put something else in the place of.
    """
    there = _in_database()
    broken = []
    for key, lock in _made_by_migrations().items():
        if there.get(key) != lock:
            _table, name = key
            broken.append(name)
    return sorted(broken)


def planted() -> list[Planted]:
    """Return what may change, hide or add rows of ours and was made by no migration:
    triggers; views in the place of tables; in PostgreSQL also rewrite rules, row level
    security and event triggers.
    """
    found = [
        Planted(name, table)
        for table, name in _in_database().keys() - _made_by_migrations().keys()
    ]

    ours = set(connection.introspection.django_table_names())
    with connection.cursor() as cursor:
        for relation in connection.introspection.get_table_list(cursor):
            if relation.type == "v" and relation.name in ours:
                found.append(Planted("view", relation.name))

        if connection.vendor == "postgresql":
            cursor.execute(BESIDE_TRIGGERS)
            found += [Planted(name, table) for table, name in cursor.fetchall()]
    return sorted(found)


def is_there(name: str) -> bool:
    """Tell whether the database has a lock of this name, whatever it does."""
    return any(name == there for _table, there in _in_database())


def _in_database() -> Locks:
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(IN_SQLITE if is_sqlite else IN_POSTGRESQL)
        rows = cursor.fetchall()

    locks = {}
    for table, name, statement, *how in rows:
        if is_sqlite:
            locks[table, name] = _in_sqlite(table, statement)
        else:
            locks[table, name] = _in_postgresql(table, statement, *how)
    return locks


@cache
def _migrations() -> dict[tuple[str, str], Migration]:
    """Return the migrations of all apps, which are read from disk once."""
    return MigrationLoader(None).disk_migrations


def _made_by_migrations() -> Locks:
    """Return the locks that are there once all migrations ran."""
    made = _Made()
    for _app_and_name, migration in sorted(_migrations().items()):
        for operation in migration.operations:
            if isinstance(operation, ChangesTriggers):
                operation.apply(made.run)
    return {(lock.table, name): lock for name, lock in made.locks.items()}


class _Made:
    """What the statements of migrations leave, read without a database. Each name is
    given once.
    """

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
            table = IN_SQLITE_ON.search(statement)
            if table is None:
                raise ValueError(f"A migration makes a trigger on no table: {name}")
            self.locks[name] = _in_sqlite(table["table"], statement)
        elif trigger := TRIGGER.fullmatch(statement):
            body = self.bodies[trigger["function"]]
            lock = _in_postgresql(trigger["table"], statement, body, works=True)
            self.locks[trigger["name"]] = lock


def _in_sqlite(table: str, statement: str) -> Lock:
    """Return a trigger without the quotes that SQLite adds where it renames a table."""
    return Lock(table, tuple(statement.replace('"', "").split()))


def _in_postgresql(table: str, statement: str, body: str, works: bool) -> Lock:
    """Return what a trigger does, however PostgreSQL orders its verbs; one of another
    shape, as with a condition, is like none of ours, and so is one that does not work:
    IN_POSTGRESQL says what that is.
    """
    found = TRIGGER.fullmatch(statement)
    if found is None or not works:
        return Lock(table, (statement, body, works))
    verbs = frozenset(found["verbs"].split(" OR "))
    return Lock(table, (found["each"], verbs, body))
