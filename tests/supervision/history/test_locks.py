"""The locks that the database itself puts on history: that they were taken off is
found.
"""

import pytest
from django.db import connection

from minshi.locks import broken_locks
from supervision.sealing.checking import LogWrong
from tests.supervision.history.attacks import found

pytestmark = pytest.mark.django_db

TRIGGERS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgrelid::regclass FROM pg_trigger"
    " WHERE NOT tgisinternal",
}


def triggers():
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        return cursor.fetchall()


def drop(name, table):
    on = "" if connection.vendor == "sqlite" else f" ON {table}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")


def test_all_that_the_migrations_made_are_there():
    assert broken_locks() == []
    assert found() == set()


def test_every_lock_that_is_taken_off_is_found_by_its_name():
    dropped = triggers()
    for name, table in dropped:
        drop(name, table)

    assert broken_locks() == sorted(name for name, _table in dropped)
    assert found() == {LogWrong.UNLOCKED}


def test_a_lock_that_is_switched_off_is_found():
    name, table = triggers()[0]
    if connection.vendor == "sqlite":  # knows no switch
        drop(name, table)
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")

    assert broken_locks() == [name]


EMPTIED = {
    "sqlite": (
        "DROP TRIGGER cases_event_no_update",
        (
            "CREATE TRIGGER cases_event_no_update BEFORE UPDATE ON cases_event BEGIN SELECT"
            " 1; END"
        ),
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION minshi_append_only() RETURNS trigger LANGUAGE"
            " plpgsql AS $$ BEGIN RETURN NULL; END $$"
        ),
    ),
}


def test_a_lock_that_was_emptied_under_its_own_name_is_found():
    with connection.cursor() as cursor:
        for statement in EMPTIED[connection.vendor]:
            cursor.execute(statement)

    broken = broken_locks()

    assert broken
    assert all(name.startswith("cases_event") for name in broken) == (
        connection.vendor == "sqlite"
    )


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE cases_event ENABLE REPLICA TRIGGER cases_event_append_only",
        (
            "DROP TRIGGER cases_event_append_only ON cases_event;"
            " CREATE TRIGGER cases_event_append_only BEFORE UPDATE ON cases_event FOR EACH"
            " STATEMENT EXECUTE FUNCTION minshi_append_only()"
        ),
        (
            "DROP TRIGGER cases_event_append_only ON cases_event;"
            " CREATE TRIGGER cases_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON"
            " cases_event FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION"
            " minshi_append_only()"
        ),
    ],
)
def test_a_lock_that_holds_no_longer_for_all_is_found(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert broken_locks() == ["cases_event_append_only"]
