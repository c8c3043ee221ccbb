"""verify_events names the first broken row and fails."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case, Event
from minshi.history import history_lifted
from tests.cases.roads import rated, staff

pytestmark = pytest.mark.django_db


def verify(*numbers):
    out = StringIO()
    call_command("verify_events", *numbers, stdout=out)
    return out.getvalue()


def tamper(case, sequence, **fields):
    with history_lifted():
        Event.objects.filter(case=case, sequence=sequence).update(**fields)


def test_whole_chains_hold():
    rated(here := staff())
    rated(here)

    assert verify() == "2 chains hold.\n"


def test_the_first_changed_row_is_named():
    here = staff()
    whole, changed = rated(here), rated(here)
    tamper(changed, 3, note="别的话")
    tamper(changed, 5, note="别的话")

    with pytest.raises(CommandError, match=f"{changed.number} #3"):
        verify()
    assert verify(whole.number) == "1 chains hold.\n"


def test_a_missing_row_is_named():
    case = rated(staff())
    with history_lifted():
        Event.objects.filter(case=case, sequence=6).delete()

    with pytest.raises(CommandError, match=f"{case.number} #6"):
        verify()


def test_a_head_that_was_changed_is_named():
    case = rated(staff())
    Case.objects.filter(pk=case.pk).update(event_hash="0" * 64)

    with pytest.raises(CommandError, match=case.number):
        verify()


def test_an_unknown_number_is_an_error():
    with pytest.raises(CommandError):
        verify("XX-2026-0001")


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_cases(count, django_assert_num_queries):
    here = staff()
    for _ in range(count):
        rated(here)

    with django_assert_num_queries(3):
        verify()
