"""Whatever SQL has changed of a case stays found when the case moves on."""

import pytest

from cases.models import Case, Clock, CoSpeaker, Event, Reply, StateAtUpdate
from cases.workflow import Action, Speaker, make_move
from cases.workflow.findings import Wrong
from cases.workflow.state import CHANGED_BEFORE, GROUPS
from minshi.history import history_lifted
from tests.cases.roads import DAY, NOON, accepted, decided, officer, spoken, words
from tests.supervision.history.attacks import HOUR, MINUTE, found
from tests.supervision.history.test_before import bring_rows_up_to_date, of_before

pytestmark = pytest.mark.django_db


def urge(case, at=NOON + 5 * HOUR):
    case = Case.objects.get(pk=case.pk)
    return make_move(case, Action.URGE, by=Speaker(case, "code"), at=at)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"title": "没有这回事"}, {Wrong.WORDS}),
        ({"registered_at": NOON - DAY}, {Wrong.ORIGIN}),
        ({"title": "没有这回事", "grade": "minor"}, {Wrong.WORDS, Wrong.KIND}),
        ({"result": "全都修好了"}, {Wrong.RESULT}),
    ],
)
def test_columns_that_sql_changed_stay_found(here, changed, wrong):
    case = decided(here)
    Case.objects.filter(pk=case.pk).update(**changed)

    urge(case)
    assert found() == wrong

    make_move(
        case,
        Action.PROGRESS,
        by=officer(here.handler),
        at=NOON + 6 * HOUR,
        **words(Action.PROGRESS, NOON),
    )
    assert found() == wrong


def test_they_stay_found_where_they_are_put_right_afterwards(here):
    case = decided(here)
    was = Case.objects.filter(pk=case.pk).values("title")[0]
    Case.objects.filter(pk=case.pk).update(title="没有这回事")
    urge(case)

    Case.objects.filter(pk=case.pk).update(**was)
    urge(case, NOON + 3 * DAY)

    assert found() >= {Wrong.WORDS}


def put_in(case):
    Reply.objects.create(case=case, round=1, at=NOON, text="办好了")


def take_away(case):
    CoSpeaker.objects.filter(case=case).delete()


def move_clock(case):
    Clock.objects.filter(case=case).update(amount=90)


@pytest.mark.parametrize(
    ("change", "group", "wrong"),
    [
        (put_in, "answers", Wrong.REPLY),
        (take_away, "people", Wrong.PEOPLE),
        (move_clock, "clocks", Wrong.CLOCKS),
    ],
)
def test_rows_beside_it_stay_found(here, change, group, wrong):
    case = decided(here, accepted(here, spoken(here, co_speakers=("赵秀英",))))
    change(case)

    urge(case)

    assert wrong in found()
    assert case.events.last().state[group] == CHANGED_BEFORE


def test_of_two_matters_that_become_one_each_stays_found(here):
    case = spoken(here, speaker_name="王大妈")
    into = spoken(here, speaker_name="李二")
    Case.objects.filter(pk=into.pk).update(title="没有这回事")

    make_move(
        case,
        Action.MERGE,
        by=officer(here.secretary),
        at=NOON + HOUR,
        **words(Action.MERGE, NOON, into=into),
    )

    assert found() == {Wrong.WORDS}
    assert CHANGED_BEFORE not in case.events.last().state.values()


def test_an_older_seal_put_into_the_last_event_for_a_while_seals_nothing(here):
    case = spoken(here)
    before = Case.objects.filter(pk=case.pk).values("place", "remark")[0]
    case = make_move(
        case,
        Action.AMEND,
        by=officer(here.duty),
        at=NOON,
        place="村口",
        reason="补地点",
    )
    first, last = case.events.order_by("sequence")
    with history_lifted():
        Event.objects.filter(pk=last.pk).update(state=first.state)
    Case.objects.filter(pk=case.pk).update(**before)

    urge(case)
    with history_lifted():
        Event.objects.filter(pk=last.pk).update(state=last.state)

    assert Wrong.WORDS in found()


def test_an_old_matter_that_moves_on_is_as_it_was_sealed_at_the_update(here):
    case = of_before(here)
    bring_rows_up_to_date()

    call_back(case, here)

    assert found() == set()
    assert CHANGED_BEFORE not in case.events.last().state.values()


def test_an_old_matter_whose_seals_are_gone_stays_found(here):
    case = of_before(here)
    bring_rows_up_to_date()
    StateAtUpdate.objects.all().delete()

    call_back(case, here)

    changed = case.events.last().state
    assert {group for group in GROUPS if changed[group] == CHANGED_BEFORE}
    assert Wrong.PEOPLE in found()


def call_back(case, here):
    make_move(
        Case.objects.get(pk=case.pk),
        Action.CALL_BACK,
        by=officer(here.secretary),
        at=case.events.last().at + MINUTE,
        **words(Action.CALL_BACK, NOON),
    )
