"""The marks by which the jobs find what is due: one that SQL put off or took away is
found and set right, and one that the jobs set is not.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F

from cases.deadlines.calendar import set_day
from cases.models import Clock, Event
from cases.workflow import Action, make_move
from minshi import workdays
from supervision.chasing.ladder import look_at_clocks
from supervision.chasing.sweeping import sweep
from supervision.models import Chase, EventSeen, SupervisionOrder, Watermark
from supervision.orders import raise_order, remind_of_orders_due
from supervision.sealing.checking import check_history
from supervision.sealing.findings import LogWrong
from supervision.sealing.looks import look_again_where_set_back
from tests.cases.roads import DAY, NOON, accepted, decided, officer, words
from tests.supervision.history.attacks import HOUR, MINUTE, found

pytestmark = pytest.mark.django_db
NEVER = datetime(2099, 1, 1, tzinfo=UTC)


def put_off():
    running = Clock.objects.filter(stopped_at=None)
    assert running.update(look_at=None) > 0


def in_its_time(at):
    return {wrong for wrong in found(at) if wrong == LogWrong.PUT_OFF}


@pytest.fixture
def running(here):
    return decided(here).clocks.get(stopped_at=None)


@pytest.mark.parametrize("look_at", [None, NEVER])
def test_a_clock_at_which_nobody_looks_any_more_is_found(running, look_at):
    assert found(NOON) == set()

    Clock.objects.filter(pk=running.pk).update(look_at=look_at)

    assert found(NOON) == {LogWrong.PUT_OFF}


def test_a_clock_whose_step_passed_meanwhile_is_found(running):
    put_off()

    assert in_its_time(running.due_at + 30 * DAY) == {LogWrong.PUT_OFF}


def test_a_clock_of_which_every_step_was_taken_is_left_alone(running):
    for days in range(40):
        at = running.yellow_at + days * DAY
        look_at_clocks(at)
        assert in_its_time(at) == set()

    assert Clock.objects.get(pk=running.pk).look_at is None
    assert Chase.objects.count() == 4


def test_a_step_of_a_moment_ago_is_no_finding_before_the_sweep(running):
    look_at_clocks(running.yellow_at)

    assert in_its_time(running.due_at + 2 * DAY) == set()


def test_a_clock_that_waits_to_be_tried_again_is_left_alone(running):
    at = running.due_at
    Clock.objects.filter(pk=running.pk).update(look_at=at + HOUR)

    assert in_its_time(at) == set()


def test_a_clock_that_is_paused_is_looked_at_when_the_pause_ends(here):
    case = make_move(
        accepted(here),
        Action.DEFER,
        by=officer(here.secretary),
        at=NOON,
        **words(Action.DEFER, NOON),
    )
    clock = Clock.objects.filter(case=case, stopped_at=None)
    clock.update(look_at=NOON)
    look_at_clocks(NOON)
    assert clock.get().look_at == case.grey_until
    assert in_its_time(NOON) == set()

    clock.update(look_at=NEVER)
    assert in_its_time(NOON) == {LogWrong.PUT_OFF}


def test_what_was_put_off_is_looked_at_by_the_next_sweep(running):
    look_at_clocks(running.due_at)
    put_off()
    at = running.due_at + 30 * DAY

    check_history(at)
    look_at_clocks(at)

    assert Chase.objects.filter(step="order").exists()
    assert in_its_time(at) == set()


def test_a_day_that_a_town_works_is_looked_at_at_once(here, running):
    """Its step comes the sooner for it, and nobody put it off."""
    at = running.due_at + DAY
    look_at_clocks(at)
    last_day = workdays.last_day_of(running.due_at)
    days = [last_day + timedelta(days=nth) for nth in range(2, 9)]
    for day in days:
        set_day(here.town, day, is_working=True, name="", by=here.reviewer.user, at=at)

    assert in_its_time(at) == set()
    assert Clock.objects.get(pk=running.pk).look_at <= at


def test_clocks_are_compared_together(here, django_assert_max_num_queries):
    for _nth in range(2):
        decided(here)
    put_off()
    with django_assert_max_num_queries(200) as two:
        found(NOON)
    for _nth in range(6):
        decided(here)
    put_off()

    with django_assert_max_num_queries(200) as eight:
        found(NOON)

    of_two = [query for query in two if "chase" in query["sql"]]
    of_eight = [query for query in eight if "chase" in query["sql"]]
    assert len(of_two) == len(of_eight)


# --- a clock that was set back


@pytest.fixture
def under_way(here, running, to_sign):
    """Beside them a matter that is paused."""
    make_move(
        accepted(here),
        Action.DEFER,
        by=officer(here.secretary),
        at=NOON,
        **words(Action.DEFER, NOON),
    )


@pytest.mark.parametrize("days", [1, 8, 40])
def test_a_clock_that_was_set_back_puts_nothing_off(under_way, days):
    sweep(NOON + days * DAY)

    sweep(NOON)

    assert in_its_time(NOON) == set()


@pytest.mark.usefixtures("under_way")
def test_a_clock_that_is_right_lets_nobody_look_again(django_assert_num_queries):
    sweep(NOON)

    with django_assert_num_queries(1):
        look_again_where_set_back(NOON + 59 * MINUTE)


def test_a_watermark_of_what_is_to_come_is_no_clock_that_was_set_back(running):
    """What lies below it was told to nobody: the nightly check says so."""
    sweep(NOON)
    Watermark.objects.update(floor=10**9, ceiling_at=NEVER)

    sweep(NOON)

    assert in_its_time(NOON) == {LogWrong.PUT_OFF}


# --- orders


@pytest.fixture
def to_sign(here):
    order = raise_order(
        accepted(here),
        reason="逾期",
        demand="请立即办理",
        reply_on=(NOON + 3 * DAY).date(),
        key=None,
        by=officer(here.reviewer),
        at=NOON,
    )
    assert order.state == "to_sign"
    assert found(NOON) == set()
    return order


@pytest.mark.parametrize("remind_at", [None, NEVER])
def test_an_order_of_which_nobody_is_reminded_is_found(to_sign, remind_at):
    SupervisionOrder.objects.update(remind_at=remind_at)

    assert found(NOON) == {LogWrong.PUT_OFF}


def test_an_order_that_was_put_off_is_reminded_of(to_sign):
    SupervisionOrder.objects.update(remind_at=None)

    check_history(NOON)

    assert remind_of_orders_due(NOON) == (1, [])
    assert in_its_time(NOON) == set()


# --- events


@pytest.mark.parametrize(
    "ahead", [{"floor": 10**9}, {"ceiling": 10**9}, {"ceiling_at": NEVER}]
)
def test_a_watermark_of_what_is_to_come_is_found_and_set_right(running, ahead):
    sweep(NOON)
    assert in_its_time(NOON) == set()

    Watermark.objects.update(**ahead)
    assert found(NOON) >= {LogWrong.PUT_OFF}

    check_history(NOON)
    assert in_its_time(NOON) == set()
    last = Event.objects.latest("pk").pk
    assert not Watermark.objects.filter(floor__gt=last).exists()
    assert not Watermark.objects.filter(floor__gt=F("ceiling")).exists()


def test_a_mark_of_an_event_to_come_is_found_and_taken_away(running):
    sweep(NOON)
    last = Event.objects.latest("pk").pk

    # as the shell of SQLite takes it; PostgreSQL looks at the end of a transaction
    with connection.constraint_checks_disabled():
        EventSeen.objects.create(event_id=last + 1)
        assert found(NOON) >= {LogWrong.PUT_OFF}
        check_history(NOON)

    assert not EventSeen.objects.filter(event_id__gt=last).exists()
    assert in_its_time(NOON) == set()
