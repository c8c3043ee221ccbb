"""People at the same moment, on PostgreSQL: one wins, the others hear why not, numbers
run on.
"""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from cases.models import Case, Event
from cases.models.choices import CloseReason, Stage
from cases.workflow import Action, Speaker, Spoken, make_move, register
from minshi.errors import MoveRefused, RuleBroken, StaleVersion
from tests.api import Api
from tests.cases.roads import NOON, accepted, officer, spoken, staff, words
from tests.chains import findings_of
from tests.together import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_one_of_two_decisions_wins_and_the_other_is_refused_clearly():
    here = staff()
    case = accepted(here)

    def decide(lead):
        values = words(Action.DECIDE, NOON, lead=lead)
        return lambda: make_move(
            case, Action.DECIDE, by=officer(here.secretary), at=NOON, **values
        )

    results = at_once(decide(here.office), decide(here.duty))

    assert sorted(
        type(result) for result in results if isinstance(result, Exception)
    ) == [MoveRefused]
    assert Event.objects.filter(case=case, action="decide").count() == 1
    assert case.assignments.count() == 1
    assert findings_of([Case.objects.get(pk=case.pk)]) == []


def test_whoever_saw_the_older_version_is_told_so():
    here = staff()
    case = accepted(here)

    def regrade(grade):
        values = {"grade": grade, "reason": "人多", "version": case.version}
        return lambda: make_move(
            case, Action.REGRADE, by=officer(here.secretary), at=NOON, **values
        )

    results = at_once(regrade("major"), regrade("minor"))

    assert [type(result) for result in results if isinstance(result, Exception)] == [
        StaleVersion
    ]


@pytest.mark.parametrize("attempt", range(5))
def test_of_two_people_who_write_at_once_neither_is_refused_for_the_time(attempt):
    here = staff()
    case = spoken(here)

    def write(text, at):
        by = Speaker(case, "code")
        return lambda: make_move(case, Action.SUPPLEMENT, by=by, at=at, text=text)

    results = at_once(
        write("还有一盏", NOON), write("灯杆也歪了", NOON + timedelta(seconds=1))
    )

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Event.objects.filter(case=case, action="supplement").count() == 2
    assert findings_of([case]) == []


def test_a_form_sent_twice_makes_one_case():
    here, key = staff(), uuid4()
    form = Spoken(verbatim="水管漏水", village=here.village)

    results = at_once(
        *[lambda: register(form, by=officer(here.duty), at=NOON, key=key)] * 4
    )

    assert {result.number for result in results} == {Case.objects.get().number}
    assert Event.objects.count() == 1


def test_a_matter_sent_several_times_at_once_is_new_to_one_client_alone():
    here, key = staff(), str(uuid4())
    data = {"verbatim": "水管漏水", "village": here.village.pk}
    headers = {"Idempotency-Key": key}

    answers = at_once(
        *[lambda: Api(here.duty).post("cases/", data, **headers) for _nth in "123456"]
    )

    codes = Counter(answer.status_code for answer in answers)
    assert codes == {201: 1, 200: 5}
    assert Case.objects.count() == 1


def test_a_move_sent_twice_is_made_once():
    here, key = staff(), uuid4()
    case = accepted(here)
    values = words(Action.DECIDE, NOON, lead=here.office)

    results = at_once(
        *[
            lambda: make_move(
                case,
                Action.DECIDE,
                by=officer(here.secretary),
                at=NOON,
                key=key,
                **values,
            )
        ]
        * 3
    )

    assert [result.stage for result in results] == [Stage.HANDLE] * 3
    assert Event.objects.filter(action="decide").count() == 1


def test_twenty_at_once_get_twenty_numbers_in_a_row():
    here = staff()
    form = Spoken(verbatim="水管漏水", village=here.village)

    results = at_once(*[lambda: register(form, by=officer(here.duty), at=NOON)] * 20)

    assert [result for result in results if isinstance(result, Exception)] == []
    numbers = sorted(result.number for result in results)
    assert numbers == [
        f"{here.town.abbreviation}-2026-{sequence:04d}" for sequence in range(1, 21)
    ]


@pytest.mark.parametrize("attempt", range(5))
def test_two_merges_that_cross_do_not_wait_for_each_other(attempt):
    here = staff()
    first, second = accepted(here), accepted(here, spoken(here, verbatim="还是那盏灯"))

    def merge(case, into):
        return lambda: make_move(
            case, Action.MERGE, by=officer(here.secretary), at=NOON, into=into
        )

    results = at_once(merge(first, second), merge(second, first))

    refused = [result for result in results if isinstance(result, Exception)]
    assert [isinstance(error, RuleBroken) for error in refused] == [True]
    closed = Case.objects.get(stage=Stage.CLOSED)
    assert closed.close_reason == CloseReason.MERGED
    assert closed.merged_into.stage == Stage.DELIBERATE
    assert findings_of(Case.objects.all()) == []


def test_a_merge_and_a_move_of_the_case_merged_into_end_in_some_order():
    here = staff()
    first, second = accepted(here), accepted(here, spoken(here, verbatim="还是那盏灯"))
    values = words(Action.DECIDE, NOON, lead=here.office)

    results = at_once(
        lambda: make_move(
            second, Action.MERGE, by=officer(here.secretary), at=NOON, into=first
        ),
        lambda: make_move(
            first, Action.DECIDE, by=officer(here.secretary), at=NOON, **values
        ),
        lambda: make_move(
            second, Action.REGRADE, by=officer(here.secretary), at=NOON, grade="major"
        ),
    )

    assert [
        error
        for error in results
        if isinstance(error, Exception) and not isinstance(error, RuleBroken)
    ] == []
    first.refresh_from_db()
    assert first.stage == Stage.HANDLE
    assert findings_of(Case.objects.all()) == []
