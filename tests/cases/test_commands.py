"""`manage.py verify` names what does not fit, and fails."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cases.models import Case, Event
from minshi.clock import now
from minshi.history import history_lifted
from supervision.sealing.seals import seal_logs
from tests.cases.roads import NOON, rated, staff
from tests.roles import record_made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def verify(*numbers):
    out = StringIO()
    try:
        call_command("verify", *numbers, stdout=out)
    except CommandError as error:
        error.add_note(out.getvalue())
        raise
    return out.getvalue()


def tamper(case, sequence, **fields):
    with history_lifted():
        Event.objects.filter(case=case, sequence=sequence).update(**fields)


def found(*numbers):
    """The lines of what was found."""
    with pytest.raises(CommandError) as refused:
        verify(*numbers)
    return "".join(refused.value.__notes__)


def test_cases_that_nobody_touched_hold():
    rated(here := staff())
    rated(here)
    record_made(NOON)
    seal_logs(now())

    assert re.match(r"2 件事项、[1-9]\d* 条封存的记录都对得上。", verify())


def test_the_first_changed_row_of_a_case_is_named():
    here = staff()
    whole, changed = rated(here), rated(here)
    tamper(changed, 3, note="别的话")
    tamper(changed, 5, note="别的话")

    assert found().count(changed.number) == 1
    assert f"{changed.number} #3" in found(changed.number)
    assert verify(whole.number).startswith("1 件事项")


def test_a_missing_row_is_named():
    case = rated(staff())
    with history_lifted():
        Event.objects.filter(case=case, sequence=6).delete()

    assert f"{case.number} #6" in found()


def test_a_head_that_was_changed_is_named():
    case = rated(staff())
    Case.objects.filter(pk=case.pk).update(event_hash="0" * 64)

    assert case.number in found()


def test_an_unknown_number_is_an_error():
    with pytest.raises(CommandError):
        verify("XX-2026-0001")


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_cases(count, django_assert_num_queries):
    here = staff()
    numbers = [rated(here).number for _ in range(count)]

    # the batch with events, revisions, clocks, replies, ratings, call-backs, assignments,
    # cadres in conflict and the sealed rows, then the next; on SQLite twice more, for
    # values in another form
    with django_assert_num_queries(13 if connection.vendor == "sqlite" else 11):
        verify(*numbers)
