"""The ladder: each step once for a clock, due and recipient, to whom it is meant for,
whatever runs twice.
"""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from cases.models import Case, Clock, Concern
from cases.workflow import Action, make_move
from minshi.workdays import due_at, last_day_of, local_day
from supervision import tasks
from supervision.chasing import ladder
from supervision.chasing.ladder import look_at_clocks
from supervision.models import (
    Chase,
    ChaseStep,
    Notice,
    NoticeKind,
    OrderState,
    Rung,
    SupervisionOrder,
)
from supervision.notices.words import words_of
from supervision.orders import cancel_order
from tests import roles
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    dissatisfied_twice,
    officer,
    rated,
    spoken,
    staff,
    verified,
)
from tests.together import times_at_once
from tests.villages.duty_desk import away

pytestmark = pytest.mark.django_db
YELLOW, OVERDUE, URGE, ORDER = (
    ChaseStep.YELLOW,
    ChaseStep.OVERDUE,
    ChaseStep.URGE,
    ChaseStep.ORDER,
)


def look(at):
    return look_at_clocks(at)[0]


def told():
    return [(row.recipient, row.kind) for row in Notice.objects.order_by("pk")]


def steps():
    return list(Chase.objects.order_by("pk").values_list("step", flat=True))


def working_days_after(case, days):
    """The moment so many working days have passed since the due; the week of the tests
    has no holiday.
    """
    last = last_day_of(case.due_at)
    for _day in range(days):
        last += DAY
        while last.weekday() > 4:
            last += DAY
    return due_at(last)


def test_the_owner_is_reminded_when_the_clock_turns_yellow():
    here = staff()
    case = accepted(here)

    assert look(case.yellow_at - timedelta(seconds=1)) == 0
    assert look(case.yellow_at) == 1

    assert told() == [(here.secretary.user, NoticeKind.YELLOW)]
    chase = Chase.objects.get()
    assert (chase.case, chase.due_at, chase.at, chase.level) == (
        case,
        case.due_at,
        case.yellow_at,
        "remind",
    )


def test_each_step_comes_at_its_moment_and_not_a_second_before():
    here = staff()
    case = decided(here)
    moments = [
        (case.due_at, OVERDUE),
        (working_days_after(case, 1), URGE),
        (working_days_after(case, 3), ORDER),
    ]
    look(case.yellow_at)

    for moment, step in moments:
        assert look(moment - timedelta(seconds=1)) == 0
        assert look(moment) == 1
        assert steps()[-1] == step


def test_who_is_told_at_which_step():
    here = staff()
    case = decided(here, lead=here.office)
    signer = roles.reviewer_of(here.town, may_sign=True)
    for moment in (
        case.yellow_at,
        case.due_at,
        working_days_after(case, 1),
        working_days_after(case, 3),
    ):
        look(moment)

    handler, secretary = here.handler.user, here.secretary.user
    assert told() == [
        (handler, NoticeKind.YELLOW), (handler, NoticeKind.OVERDUE),
        (handler, NoticeKind.URGE), (secretary, NoticeKind.URGE),
        (signer.user, NoticeKind.ORDER_TO_SIGN),
    ]  # fmt: skip


def test_after_downtime_one_catch_up_is_told_and_not_every_step_that_was_missed():
    case = accepted(staff())

    assert look(working_days_after(case, 2)) == 1
    assert steps() == [URGE]


def test_a_second_sweep_writes_nothing():
    case = accepted(staff())
    look(case.due_at)

    assert look(case.due_at) == 0
    assert look(case.due_at + timedelta(hours=3)) == 0
    assert Notice.objects.count() == 1


def test_a_clock_looked_at_again_tells_nothing_twice():
    case = accepted(staff())
    look(case.due_at)

    Clock.objects.update(look_at=case.due_at)
    look(case.due_at)

    assert Notice.objects.count() == Chase.objects.count() == 1


def test_every_current_handler_of_an_office_is_told_once():
    here = staff()
    case = decided(here)
    second = roles.handler_of(here.office)
    roles.handler_of(here.office, user=here.handler.user)
    roles.handler_of(here.office, until_on=local_day(NOON))
    roles.handler_of(here.office, from_on=local_day(case.due_at + 30 * DAY))
    left = roles.handler_of(here.office).user
    left.is_active = False
    left.save()

    look(case.due_at)

    assert sorted(user.pk for user, _kind in told()) == sorted(
        [here.handler.user.pk, second.user.pk]
    )


def test_nobody_but_the_owner_is_reminded():
    here, there = staff(), staff()
    case = spoken(here)
    decided(there)

    look(case.due_at)

    assert [user for user, _kind in told()] == [here.duty.user]


def test_who_stands_in_is_told_beside_whoever_is_away_and_no_further():
    here = staff()
    case = accepted(here)
    days = (local_day(case.yellow_at) - local_day(NOON)).days
    away(here.secretary, here.member, days=days)

    look(case.yellow_at)

    assert [user for user, _kind in told()] == [here.secretary.user, here.member.user]


def test_a_substitute_who_is_away_too_is_not_followed():
    here = staff()
    case = accepted(here)
    days = (local_day(case.yellow_at) - local_day(NOON)).days
    away(here.secretary, here.member, days=days)
    away(here.member, here.secretary, days=days)

    look(case.yellow_at)

    assert [user for user, _kind in told()] == [here.secretary.user]


def test_a_closed_case_reminds_nobody():
    rated(staff())

    assert look(NOON + 90 * DAY) == 0


def test_a_suspended_case_stays_silent_until_the_day_it_goes_on():
    here = staff()
    case = accepted(here)
    until_on = local_day(NOON + 14 * DAY)
    case = make_move(
        case,
        Action.DEFER,
        by=officer(here.secretary),
        at=NOON,
        reason="等会",
        until_on=until_on,
    )
    Case.objects.filter(pk=case.pk).update(yellow_at=NOON, due_at=NOON + DAY)
    Clock.objects.filter(case=case, stopped_at=None).update(
        yellow_at=NOON, due_at=NOON + DAY, look_at=NOON
    )

    assert look(case.grey_until - timedelta(seconds=1)) == 0
    assert look(case.grey_until) == 1


def test_a_moved_due_reminds_anew():
    here = staff()
    case = decided(here)
    at = case.yellow_at
    look(at)
    make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=at,
        reason="下雨",
        until_on=local_day(at + 20 * DAY),
    )
    case = make_move(
        case, Action.RULE_EXTENSION, by=officer(here.secretary), at=at, ruling="granted"
    )

    assert look(case.yellow_at - timedelta(seconds=1)) == 0
    assert look(case.yellow_at) == 1
    assert Chase.objects.values("due_at").distinct().count() == 2


def test_a_new_owner_is_told_what_the_last_one_was():
    here = staff()
    case = decided(here)
    look(case.due_at)
    values = {"lead": here.member, "assistants": [], "reason": "站里人手紧"}
    make_move(
        case, Action.REASSIGN, by=officer(here.secretary), at=case.due_at, **values
    )

    look(case.due_at + timedelta(minutes=1))

    assert told() == [
        (here.handler.user, NoticeKind.OVERDUE),
        (here.member.user, NoticeKind.OVERDUE),
    ]
    assert steps() == [OVERDUE]


def test_where_nobody_is_left_the_town_office_is_alarmed():
    here = staff()
    case = accepted(here)
    here.secretary.until_on = local_day(NOON)
    here.secretary.save()

    look(case.due_at)

    assert told() == [(here.reviewer.user, NoticeKind.ALARM)]


def test_whom_a_matter_concerns_is_never_told():
    here = staff()
    case = accepted(here)
    Concern.objects.create(case=case, user=here.secretary.user)

    look(case.due_at)

    assert here.secretary.user not in [user for user, _kind in told()]
    assert [kind for _user, kind in told()] == [NoticeKind.ALARM]


def test_the_thirty_days_that_only_remind_urge_nobody_and_raise_no_order():
    here = staff()
    case = verified(here)

    look(case.due_at + 60 * DAY)

    assert steps() == [OVERDUE]


def test_long_overdue_raises_one_order_to_be_signed():
    here = staff()
    case = accepted(here)
    roles.reviewer_of(here.town, may_sign=True)

    look(working_days_after(case, 3))
    Clock.objects.update(look_at=NOON)
    look(working_days_after(case, 4))

    order = SupervisionOrder.objects.get()
    assert (order.state, order.case, order.town, order.raised_by) == (
        OrderState.TO_SIGN,
        case,
        here.town,
        None,
    )
    assert Chase.objects.get().order == order


def test_a_second_dissatisfaction_raises_an_order_at_once():
    here = staff()
    case = dissatisfied_twice(here)

    look(case.clocks.get(stopped_at=None).started_at)

    assert steps() == [ChaseStep.DISSATISFIED]
    assert SupervisionOrder.objects.get().reason == "群众两次不满意"


def test_a_town_may_set_its_own_steps():
    here = staff()
    case = accepted(here)
    Rung.objects.create(town=here.town, step=URGE, days=2, told=["head", "overseer"])
    Rung.objects.create(town=here.town, step=OVERDUE, is_on=False, told=["owner"])
    look(case.yellow_at)

    assert look(working_days_after(case, 1)) == 0
    assert look(working_days_after(case, 2)) == 1
    assert [user for user, kind in told() if kind == NoticeKind.URGE] == [
        here.secretary.user,
        here.supervisor.user,
    ]


def test_a_case_that_fails_does_not_hold_up_the_others(monkeypatch):
    here, there = staff(), staff()
    bad, good = accepted(here), accepted(there)
    whole = ladder.moments_of

    def fails(clock, *rest):
        if clock.case_id == bad.pk:
            raise ZeroDivisionError
        return whole(clock, *rest)

    monkeypatch.setattr(ladder, "moments_of", fails)
    _taken, failed = look_at_clocks(good.due_at)

    assert failed == [bad.number]
    assert [user for user, _kind in told()] == [there.secretary.user]
    assert bad.clocks.get(stopped_at=None).look_at == good.due_at + timedelta(hours=1)


@pytest.mark.parametrize("count", [1, 3])
def test_nothing_due_costs_one_query(count, django_assert_num_queries):
    here = staff()
    for _nth in range(count):
        accepted(here)

    with django_assert_num_queries(3):  # with the transaction's own two
        assert look(NOON) == 0


def test_more_than_a_batch_is_taken_to_the_end(monkeypatch):
    monkeypatch.setattr("supervision.chasing.ladder.BATCH", 2)
    here = staff()
    cases = [accepted(here) for _nth in range(5)]

    assert look(cases[-1].due_at) == 5


def test_a_towns_calendar_is_read_once_for_all_batches(monkeypatch):
    monkeypatch.setattr("supervision.chasing.ladder.BATCH", 1)
    here = staff()
    cases = [accepted(here) for _nth in range(3)]

    with CaptureQueriesContext(connection) as asked:
        assert look(cases[-1].yellow_at) == 3

    assert sum("cases_calendarday" in query["sql"] for query in asked) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sweeps_at_the_same_time_tell_each_once():
    here = staff()
    cases = [accepted(here) for _nth in range(12)]

    taken = times_at_once(4, lambda: look(cases[-1].due_at))

    assert sum(taken) == Chase.objects.count() == Notice.objects.count() == 12


def test_the_task_reads_the_clock():
    case = accepted(staff())

    with time_machine.travel(case.due_at, tick=False):
        tasks.sweep()

    assert OVERDUE in steps()


def test_the_command_sweeps_at_a_time_in_shanghai():
    case = accepted(staff())
    day = local_day(case.due_at)
    out = StringIO()

    call_command("sweep", at=f"{day - DAY}T23:59", stdout=StringIO())
    call_command("sweep", at=f"{day}T00:00", stdout=out)

    assert steps() == [YELLOW, OVERDUE]
    assert "took 1 steps" in out.getvalue()


def test_the_command_refuses_what_is_no_time():
    with pytest.raises(CommandError):
        call_command("sweep", at="yesterday")


def test_a_second_dissatisfaction_asks_for_one_order_however_often_it_is_looked_at(
    here,
):
    case = dissatisfied_twice(here)
    clock = case.clocks.get(stopped_at=None)
    look(clock.started_at)
    cancel_order(
        SupervisionOrder.objects.get(),
        reason="先约谈",
        by=officer(here.signer),
        at=clock.started_at,
    )

    for moment in (clock.yellow_at, clock.due_at, working_days_after(case, 1)):
        look(moment)
    assert SupervisionOrder.objects.count() == 1
    assert steps() == [ChaseStep.DISSATISFIED, YELLOW, OVERDUE, URGE]

    look(working_days_after(case, 3))
    drafted = SupervisionOrder.objects.get(state=OrderState.TO_SIGN)
    assert (drafted.chases.get().step, drafted.reason) == (ORDER, "逾期多日")
    assert Notice.objects.filter(order=drafted, kind=NoticeKind.ORDER_TO_SIGN).exists()


def test_both_steps_that_ask_for_an_order_at_once_ask_for_one_and_its_signer_hears_once(
    here,
):
    case = dissatisfied_twice(here)

    look(working_days_after(case, 3))

    order = SupervisionOrder.objects.get()
    assert order.reason == "群众两次不满意"
    assert set(order.chases.values_list("step", flat=True)) == {
        ORDER,
        ChaseStep.DISSATISFIED,
    }
    assert told() == [(here.signer.user, NoticeKind.ORDER_TO_SIGN)]


@pytest.mark.parametrize(
    ("road", "step"),
    [(spoken, "受理"), (accepted, "议定"), (completed, "核查"), (verified, "回访")],
)
def test_a_matter_that_waits_for_another_step_than_the_work_is_called_so(road, step):
    case = road(staff())
    look(case.due_at + DAY / 24)

    notices = Notice.objects.filter(kind__in=(NoticeKind.OVERDUE, NoticeKind.URGE))

    with translation.override("zh-hans"):
        words = {words_of(notice) for notice in notices.worded()}
    assert words
    assert all(f"该{step}的，还没{step}" in text for text in words)
