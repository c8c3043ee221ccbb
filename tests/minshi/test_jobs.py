"""What every job does with its rows: one that fails stops no other, and a database that
is gone stops all.
"""

import pytest
from django.db import OperationalError, transaction

from minshi.jobs import done_for
from tests.villages.factories import TownFactory
from villages.models import Town

pytestmark = pytest.mark.django_db


def renamed(rows):
    for town in rows:
        if town.name == "坏":
            raise ZeroDivisionError
        Town.objects.filter(pk=town.pk).update(name="好")
    return len(rows)


def test_rows_that_are_all_well_are_done_together():
    calls = []
    done_for([1, 2, 3], lambda rows: calls.append(rows) or len(rows))

    assert calls == [[1, 2, 3]]


def test_one_bad_row_is_named_and_the_others_are_done(caplog):
    towns = [TownFactory(name=name) for name in ("甲", "坏", "乙")]

    assert done_for(towns, renamed) == (2, [towns[1]])

    assert sorted(Town.objects.values_list("name", flat=True)) == ["坏", "好", "好"]
    assert "ZeroDivisionError" in caplog.text


def test_what_a_bad_row_began_is_taken_back():
    def half(rows):
        Town.objects.filter(pk=rows[0].pk).update(name="半")
        raise ZeroDivisionError

    town = TownFactory(name="甲")
    done_for([town], half)

    assert Town.objects.get().name == "甲"


def test_a_database_that_is_gone_ends_the_job_at_once():
    calls = []

    def gone(rows):
        calls.append(rows)
        raise OperationalError("server closed the connection")

    with pytest.raises(OperationalError), transaction.atomic():
        done_for([1, 2, 3], gone)
    assert len(calls) == 1
