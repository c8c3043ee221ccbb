"""The locks that the database itself puts on history: that they were taken off is
found.
"""

import pytest
from django.db import connection

from minshi.history import missing_triggers
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
    assert missing_triggers() == []
    assert found() == set()


def test_every_lock_that_is_taken_off_is_found_by_its_name():
    dropped = triggers()
    for name, table in dropped:
        drop(name, table)

    assert missing_triggers() == sorted(name for name, _table in dropped)
    assert found() == {LogWrong.UNLOCKED}


def test_a_lock_that_is_switched_off_is_found():
    name, table = triggers()[0]
    if connection.vendor == "sqlite":  # knows no switch
        drop(name, table)
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")

    assert missing_triggers() == [name]
