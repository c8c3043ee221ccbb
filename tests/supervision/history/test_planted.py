"""Triggers and the like that nobody of ours made: they change rows before anything
seals them, so they are found themselves.
"""

import os

import pytest
from django.db import DatabaseError, connection, transaction

from minshi.locks import broken_locks, planted
from supervision.sealing.findings import LogWrong
from tests.cases.roads import NOON
from tests.supervision.history.attacks import found
from villages.audit import record_audit
from villages.models import AuditRecord
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db

WRITES_ANOTHER = {
    "sqlite": (
        (
            "CREATE TRIGGER tidy AFTER INSERT ON villages_town BEGIN"
            " UPDATE villages_town SET name = '别的镇' WHERE id = NEW.id; END"
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.name := '别的镇'; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER tidy BEFORE INSERT ON villages_town FOR EACH ROW"
            " EXECUTE FUNCTION tidy()"
        ),
    ),
}
# on tables of which one has locks and one has none
RULES = {
    "rule": (
        "CREATE RULE tidy AS ON DELETE TO cases_clock DO INSTEAD NOTHING",
        "tidy（cases_clock）",
    ),
    "rule on a locked table": (
        "CREATE RULE tidy AS ON UPDATE TO cases_event DO INSTEAD NOTHING",
        "tidy（cases_event）",
    ),
    "policy": (
        "CREATE POLICY tidy ON cases_clock USING (false)",
        "tidy（cases_clock）",
    ),
    "row level security": (
        "ALTER TABLE cases_clock ENABLE ROW LEVEL SECURITY",
        "row level security（cases_clock）",
    ),
}


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def found_planted():
    return [f"{each.name}（{each.on}）" for each in planted()]


def test_nothing_is_planted_where_the_migrations_alone_ran():
    assert planted() == []


def test_a_trigger_that_changes_what_is_written_is_found():
    run(*WRITES_ANOTHER[connection.vendor])

    assert found_planted() == ["tidy（villages_town）"]
    assert found() == {LogWrong.PLANTED}
    assert broken_locks() == []


def test_a_view_in_the_place_of_a_table_is_found():
    run(
        "ALTER TABLE auth_group_permissions RENAME TO quiet",
        "CREATE VIEW auth_group_permissions AS SELECT * FROM quiet",
    )

    assert found_planted() == ["view（auth_group_permissions）"]


@pytest.mark.sqlite
def test_a_row_of_history_is_not_replaced(here):
    """REPLACE deletes the row that is there, past a trigger on DELETE."""
    record = record_audit(AuditKind.LOGIN, at=NOON, user=here.duty.user)

    with pytest.raises(DatabaseError), transaction.atomic():
        run("REPLACE INTO villages_auditrecord SELECT * FROM villages_auditrecord")
    assert AuditRecord.objects.filter(pk=record.pk).exists()


@pytest.mark.postgres
@pytest.mark.parametrize("kind", RULES)
def test_rules_and_row_level_security_are_found(kind):
    statement, where = RULES[kind]
    run(statement)

    assert found_planted() == [where]
    assert found() == {LogWrong.PLANTED}


@pytest.fixture
def _superuser():
    """As who administers the database, until the test is over."""
    run(f"SET LOCAL ROLE {os.environ['TEST_SUPERUSER']}")


@pytest.mark.postgres
@pytest.mark.superuser
@pytest.mark.usefixtures("_superuser")
def test_locks_that_are_silent_for_a_whole_session_are_found():
    run("SET LOCAL session_replication_role = replica")

    assert "cases_event_append_only" in broken_locks()


@pytest.mark.postgres
@pytest.mark.superuser
@pytest.mark.usefixtures("_superuser")
def test_an_event_trigger_of_the_database_is_found():
    run(
        "CREATE FUNCTION tidy() RETURNS event_trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NULL; END $$",
        "CREATE EVENT TRIGGER tidy ON ddl_command_start EXECUTE FUNCTION tidy()",
    )

    assert found_planted() == [f"tidy（{connection.settings_dict['NAME']}）"]


@pytest.mark.postgres
def test_locks_moved_to_tables_of_another_schema_are_found():
    """They were known by their names alone, wherever they stood."""
    moved = "CREATE TRIGGER cases_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE"
    run(
        "CREATE SCHEMA quiet",
        "CREATE TABLE quiet.cases_event (id int)",
        "DROP TRIGGER cases_event_append_only ON cases_event",
        f"{moved} ON quiet.cases_event FOR EACH STATEMENT"
        " EXECUTE FUNCTION minshi_append_only()",
    )

    assert broken_locks() == ["cases_event_append_only"]
    assert planted() == []


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement",
    [
        # a function that looks into other tables, or stands elsewhere
        "ALTER FUNCTION minshi_append_only() SET search_path = pg_temp",
        "CREATE SCHEMA quiet; ALTER FUNCTION minshi_append_only() SET SCHEMA quiet",
    ],
)
def test_locks_whose_function_works_elsewhere_are_found(statement):
    run(statement)

    assert "cases_event_append_only" in broken_locks()
