"""The rules of towns: a deadline, a day off, a quorum or a step of the ladder that SQL
changed, put in or took away is found, and what a reviewer sets is not.
"""

from datetime import timedelta

import pytest

from cases.deadlines.calendar import drop_day, load_calendar, set_day
from cases.deadlines.rules import set_rule
from cases.models import CalendarDay, DeadlineRule
from cases.models.choices import Rule
from minshi.workdays import Span, Unit
from supervision.models import ChaseStep, Rung
from supervision.sealing.findings import LogWrong
from supervision.town_settings import drop_rung, set_rung
from tests.cases.roads import DAY, NOON
from tests.supervision.history.attacks import MINUTE, by_sql, found
from villages.bodies import drop_procedure, set_procedure
from villages.models import Procedure

pytestmark = pytest.mark.django_db
SOON = (NOON + 3 * DAY).date()
SOONER = NOON + MINUTE
URGED = {
    "is_on": True,
    "days": 2,
    "told": ["head"],
    "by_letter": True,
    "by_robot": False,
}
QUORUM = {
    "quorum_of": 3,
    "quorum_in": 4,
    "quorum_above": False,
    "pass_of": 2,
    "pass_in": 3,
    "pass_above": False,
    "pass_base": "present",
    "substitutes_vote": False,
    "article": "镇里定的",
}


@pytest.fixture
def rules(here):
    by = here.reviewer.user
    set_rule(here.town, Rule.SPEAK, Span(5, Unit.WORKING), by=by, at=NOON)
    set_day(here.town, SOON, is_working=False, name="庙会", by=by, at=NOON)
    set_procedure(here.town, "minshi_committee", by=by, at=NOON, **QUORUM)
    set_rung(here.town, ChaseStep.URGE, by=by, at=NOON, **URGED)
    return {rows: rows.objects.get() for rows in (DeadlineRule, CalendarDay)} | {
        rows: rows.objects.get() for rows in (Procedure, Rung)
    }


CHANGES = [
    (DeadlineRule, "SET amount = 300"),
    (DeadlineRule, "SET from_at = '2099-01-01 00:00:00+00:00'"),
    (CalendarDay, "SET is_working = TRUE"),
    (Procedure, "SET quorum_of = 1"),
    (Rung, "SET is_on = FALSE"),
    (Rung, "SET told = '[]'"),
]


@pytest.mark.parametrize(("rows", "change"), CHANGES)
def test_a_changed_rule_is_found(rules, rows, change):
    assert found() == set()

    by_sql(rows, f"UPDATE {rows._meta.db_table} {change}", id=rules[rows].pk)

    assert found() == {LogWrong.CLOSED}


@pytest.mark.parametrize("rows", [DeadlineRule, CalendarDay, Procedure, Rung])
def test_a_rule_that_was_taken_away_or_put_in_is_found(here, rules, rows):
    rows.objects.all()._raw_delete("default")
    assert found() == {LogWrong.CLOSED_GONE}

    rules[rows].pk = None
    rules[rows].save(force_insert=True)
    assert LogWrong.CLOSED in found()


def test_what_a_reviewer_sets_anew_or_drops_is_recorded(here, rules):
    by = here.reviewer.user
    set_rule(here.town, Rule.SPEAK, Span(6, Unit.WORKING), by=by, at=SOONER)
    set_day(here.town, SOON, is_working=True, name="", by=by, at=SOONER)
    set_procedure(
        here.town, "minshi_committee", by=by, at=SOONER, **QUORUM | {"pass_in": 2}
    )
    set_rung(here.town, ChaseStep.URGE, by=by, at=SOONER, **URGED | {"days": 1})
    assert found() == set()

    later = SOONER + MINUTE
    drop_day(here.town, SOON, by=by, at=later)
    drop_procedure(here.town, "minshi_committee", by=by, at=later)
    drop_rung(here.town, ChaseStep.URGE, by=by, at=later)
    assert not CalendarDay.objects.exists()
    assert not Rung.objects.exists()
    assert not Procedure.objects.exists()
    assert found() == set()


def test_the_calendar_as_it_is_loaded_is_recorded(here):
    load_calendar(None, NOON)
    assert CalendarDay.objects.count() > 50
    assert found() == set()

    day = CalendarDay.objects.filter(day__gt=NOON.date()).earliest("day")
    by_sql("day", "UPDATE cases_calendarday SET is_working = NOT is_working", id=day.pk)
    assert found() == {LogWrong.CLOSED}


def test_days_that_a_load_changes_or_takes_away_are_recorded(here):
    load_calendar(None, NOON)
    first = CalendarDay.objects.filter(day__gt=NOON.date()).earliest("day")
    ordinary = first.day - timedelta(days=1)
    CalendarDay.objects.filter(pk=first.pk).update(name="别的")
    extra = CalendarDay.objects.create(day=ordinary, is_working=False, name="")

    loaded = load_calendar(None, NOON + MINUTE)

    assert (loaded.changed, loaded.removed) == (1, 1)
    assert not CalendarDay.objects.filter(pk=extra.pk).exists()
    assert found() == set()
