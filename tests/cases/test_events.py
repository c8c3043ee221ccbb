"""Events cannot be changed, and a chain that was tampered with names its first broken
row.
"""

import pytest
from django.db import IntegrityError, connection, transaction

from cases.models import Case, CaseRevision, Event
from cases.workflow import Action, make_move
from cases.workflow.findings import Wrong
from minshi.history import history_lifted
from tests.cases.roads import (
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
)
from tests.chains import findings_of

pytestmark = pytest.mark.django_db
APPEND_ONLY = (
    "cases_event",
    "cases_fourtwostep",
    "cases_frozenledger",
    "cases_frozenrow",
    "cases_minutescorrection",
    "cases_redentry",
    "cases_stepcorrection",
    "supervision_seal",
    "villages_auditrecord",
)


@pytest.fixture
def chained() -> Case:
    """Seven events, one of them with a revision."""
    here = staff()
    case = make_move(
        spoken(here),
        Action.AMEND,
        by=officer(here.duty),
        at=NOON,
        place="村口",
        reason="补地点",
    )
    return rated(
        here, verified(here, completed(here, decided(here, accepted(here, case))))
    )


def broken(case: Case) -> list[tuple[str, Wrong]]:
    return [(each.where, each.wrong) for each in findings_of([case])]


def triggers_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name"
                " = %s",
                [table],
            )
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT"
                " tgisinternal AND tgenabled <> 'D'",
                [table],
            )
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_catalogue_has_the_triggers_after_the_last_migration(table):
    verbs = (
        {"no_update", "no_delete"} if connection.vendor == "sqlite" else {"append_only"}
    )

    assert {f"{table}_{verb}" for verb in verbs} <= triggers_of(table)


@pytest.mark.parametrize(
    "statement", ["UPDATE cases_event SET note = 'x'", "DELETE FROM cases_event"]
)
def test_events_are_neither_changed_nor_deleted(chained, statement):
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert chained.events.count() == 7


def test_events_are_not_changed_by_the_models_either(chained):
    event = chained.events.first()

    with pytest.raises(IntegrityError), transaction.atomic():
        event.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(note="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk)._raw_delete("default")


@pytest.mark.postgres
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_history_is_not_truncated(table):
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_a_chain_nobody_touched_holds(chained):
    assert broken(chained) == []


def test_a_changed_note_is_named(chained):
    with history_lifted():
        Event.objects.filter(case=chained, sequence=4).update(note="没人要求过")

    assert broken(chained) == [(f"{chained.number} #4", Wrong.RECORD)]


@pytest.mark.parametrize(
    "column",
    [
        {"action": "accept"},
        {"at": NOON},
        {"user": None, "post": None, "actor_kind": "system"},
        {"data": {}},
        {"round": 9},
        {"via": "x"},
        {"key": "6f1d6f0e-9f6b-4d0e-8f0e-111111111111"},
    ],
)
def test_a_change_of_any_column_is_named(chained, column):
    with history_lifted():
        Event.objects.filter(case=chained, sequence=5).update(**column)

    assert broken(chained) == [(f"{chained.number} #5", Wrong.RECORD)]


def test_a_missing_row_in_the_middle_is_named(chained):
    with history_lifted():
        Event.objects.filter(case=chained, sequence=4)._raw_delete("default")

    assert broken(chained) == [(f"{chained.number} #5", Wrong.GAP)]


def test_a_missing_end_is_named(chained):
    with history_lifted():
        Event.objects.filter(case=chained, sequence=7)._raw_delete("default")

    assert broken(chained) == [(f"{chained.number} #7", Wrong.CUT)]


def test_a_changed_revision_is_named(chained):
    revision = CaseRevision.objects.get(event__case=chained, field="place")
    revision.new = "村尾"
    revision.save()

    assert broken(chained) == [(f"{chained.number} #2", Wrong.REVISION)]


def test_a_missing_revision_is_named(chained):
    CaseRevision.objects.filter(event__case=chained, field="place").delete()

    assert broken(chained) == [(f"{chained.number} #2", Wrong.REVISION_GONE)]


def test_a_revision_that_was_emptied_is_named(chained):
    CaseRevision.objects.filter(event__case=chained).update(
        old="", new="", erased_at=NOON
    )

    assert broken(chained) == [(f"{chained.number} #2", Wrong.REVISION)]
