"""One reminder per clock, due, step and recipient: never two, never to somebody else, never for a suspended case."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from cases.models import Case, Clock
from cases.workflow import Action, make_move
from minshi.workdays import local_day
from supervision import tasks
from supervision.models import Reminder, ReminderStep
from supervision.reminders import missing_for_posts, remind, reminders_for, reminders_of
from tests import roles
from tests.cases.roads import DAY, NOON, accepted, decided, officer, rated, spoken, staff

pytestmark = pytest.mark.django_db
YELLOW, OVERDUE = ReminderStep.YELLOW, ReminderStep.OVERDUE


def told():
    return [(row.recipient, row.step) for row in Reminder.objects.order_by("pk")]


def test_the_owner_is_reminded_when_the_clock_turns_yellow():
    here = staff()
    case = accepted(here)

    assert remind(case.yellow_at - timedelta(seconds=1)) == 0
    assert remind(case.yellow_at) == 1

    assert told() == [(here.secretary.user, YELLOW)]
    reminder = Reminder.objects.get()
    assert (reminder.clock.case, reminder.due_at, reminder.at) == (case, case.due_at, case.yellow_at)


def test_the_owner_is_reminded_again_when_it_is_overdue():
    here = staff()
    case = accepted(here)
    remind(case.yellow_at)

    assert remind(case.due_at - timedelta(seconds=1)) == 0
    assert remind(case.due_at) == 1

    assert told() == [(here.secretary.user, YELLOW), (here.secretary.user, OVERDUE)]


def test_after_downtime_what_was_missed_is_not_repeated():
    case = accepted(staff())

    remind(case.due_at + 3 * DAY)

    assert [step for _user, step in told()] == [OVERDUE]


def test_a_second_sweep_writes_nothing():
    case = accepted(staff())
    remind(case.due_at)

    assert remind(case.due_at) == 0
    assert remind(case.due_at + DAY) == 0
    assert Reminder.objects.count() == 1


def test_every_current_handler_of_an_office_is_reminded_once():
    here = staff()
    case = decided(here)
    second = roles.handler_of(here.office)
    roles.handler_of(here.office, user=here.handler.user)
    roles.handler_of(here.office, until_on=local_day(NOON))
    roles.handler_of(here.office, from_on=local_day(case.due_at + 30 * DAY))
    away = roles.handler_of(here.office).user
    away.is_active = False
    away.save()

    remind(case.due_at)

    recipients = [user for user, _step in told()]
    assert here.handler.user in recipients
    assert second.user in recipients
    assert away not in recipients
    assert len(recipients) == len(set(recipients)) == 2


def test_nobody_but_the_owner_is_reminded():
    here, there = staff(), staff()
    case = spoken(here)
    decided(there)

    remind(case.due_at)

    assert [user for user, _step in told()] == [here.duty.user]


def test_a_closed_case_reminds_nobody():
    rated(staff())

    assert remind(NOON + 90 * DAY) == 0


def test_a_suspended_case_stays_silent_until_the_day_it_goes_on():
    here = staff()
    case = accepted(here)
    until_on = local_day(NOON + 14 * DAY)
    case = make_move(case, Action.DEFER, by=officer(here.secretary), at=NOON, reason="等会", until_on=until_on)
    Case.objects.filter(pk=case.pk).update(yellow_at=NOON, due_at=NOON + DAY)
    Clock.objects.filter(case=case, stopped_at=None).update(yellow_at=NOON, due_at=NOON + DAY)

    assert remind(case.grey_until - timedelta(seconds=1)) == 0
    assert remind(case.grey_until) == 1


def test_a_moved_due_reminds_anew():
    here = staff()
    case = decided(here)
    remind(case.yellow_at)
    at = case.yellow_at
    make_move(
        case, Action.ASK_EXTENSION, by=officer(here.handler), at=at, reason="下雨", until_on=local_day(at + 20 * DAY)
    )
    case = make_move(case, Action.RULE_EXTENSION, by=officer(here.secretary), at=at, ruling="granted")

    assert remind(case.yellow_at) == 1
    assert len(set(Reminder.objects.values_list("due_at", flat=True))) == 2


def test_a_new_owner_is_reminded_of_what_the_old_one_was():
    here = staff()
    case = decided(here, lead=here.member)
    remind(case.due_at)
    other = roles.committee_member_of(here.village)
    make_move(
        case, Action.REASSIGN, by=officer(here.secretary), at=case.due_at, lead=other, assistants=[], reason="出差"
    )

    remind(case.due_at)

    assert told() == [(here.member.user, OVERDUE), (other.user, OVERDUE)]


def test_an_owner_whose_post_has_ended_is_not_reminded():
    here = staff()
    case = accepted(here)
    here.secretary.until_on = local_day(NOON)
    here.secretary.save()

    assert remind(case.due_at) == 0


@pytest.mark.parametrize("count", [1, 3, 50])
def test_two_queries_when_nothing_is_due(count, django_assert_num_queries):
    here = staff()
    for _ in range(count):
        case = accepted(here)
    remind(case.due_at)

    with django_assert_num_queries(2):
        assert remind(case.due_at) == 0


def test_more_than_a_batch_is_written_to_the_end(monkeypatch):
    monkeypatch.setattr("supervision.reminders.BATCH", 2)
    here = staff()
    for _ in range(5):
        case = accepted(here)

    assert remind(case.due_at) == 5
    assert Reminder.objects.count() == 5


def test_a_reminder_written_between_reading_and_writing_is_not_doubled(monkeypatch):
    case = accepted(staff())
    keys = list(missing_for_posts(case.due_at))
    remind(case.due_at)
    monkeypatch.setattr("supervision.reminders.missing_for_posts", lambda _at: keys)

    remind(case.due_at)

    assert Reminder.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sweeps_at_the_same_time_write_each_reminder_once():
    here = staff()
    for _ in range(20):
        case = accepted(here)
    start = threading.Barrier(4)

    def sweep():
        start.wait()
        remind(case.due_at)
        connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Reminder.objects.count() == 20


# --- who reads them


def test_the_owner_reads_their_reminder_and_a_neighbour_does_not():
    here, there = staff(), staff()
    case = accepted(here)
    remind(case.due_at)

    assert [row.clock.case for row in reminders_of(here.secretary.user, case.due_at)] == [case]
    assert not reminders_of(there.secretary.user, case.due_at).exists()
    assert not reminders_of(here.supervisor.user, case.due_at).exists()


def test_only_the_last_step_is_read():
    here = staff()
    case = accepted(here)
    remind(case.yellow_at)
    remind(case.due_at)

    assert [row.step for row in reminders_of(here.secretary.user, case.due_at)] == [OVERDUE]
    assert [row.step for row in reminders_of(here.secretary.user, case.yellow_at)] == [OVERDUE, YELLOW]


def test_a_reminder_is_over_once_the_case_has_moved_on():
    here = staff()
    case = accepted(here)
    remind(case.due_at)

    decided(here, case)

    assert not reminders_of(here.secretary.user, case.due_at).exists()


def test_a_reminder_is_over_for_whom_the_case_was_taken_from():
    here = staff()
    case = decided(here, lead=here.member)
    remind(case.due_at)
    make_move(
        case,
        Action.REASSIGN,
        by=officer(here.secretary),
        at=case.due_at,
        lead=here.office,
        assistants=[],
        reason="出差",
    )

    assert not reminders_of(here.member.user, case.due_at).exists()
    assert not reminders_for(here.supervisor.user, case.due_at).exists()


@pytest.mark.parametrize(
    ("who", "sees"),
    [("secretary", 1), ("supervisor", 1), ("reviewer", 1), ("county_supervisor", 1), ("duty", 0), ("handler", 0)],
)
def test_overseers_read_those_of_their_territory_and_others_their_own(who, sees):
    here = staff()
    case = accepted(here)
    remind(case.due_at)

    assert len(reminders_for(getattr(here, who).user, case.due_at)) == sees


def test_the_supervisor_of_another_town_reads_nothing():
    case = accepted(staff())
    remind(case.due_at)

    assert not reminders_for(staff().supervisor.user, case.due_at)


def test_a_secret_case_reminds_its_owner_and_stays_out_of_sight_of_the_supervisor():
    here = staff()
    case = accepted(here, confidentiality="secret")
    remind(case.due_at)

    assert len(reminders_of(case.owner_post.user, case.due_at)) == 1
    assert not reminders_for(here.supervisor.user, case.due_at)


@pytest.mark.parametrize("count", [1, 3, 50])
def test_reading_takes_a_fixed_number_of_queries(count, django_assert_num_queries):
    here = staff()
    for _ in range(count):
        case = accepted(here)
    remind(case.due_at)

    with django_assert_num_queries(3):  # the posts twice, where no request keeps them
        shown = [(str(row.clock.case), str(row.recipient)) for row in reminders_for(here.supervisor.user, case.due_at)]
    assert len(shown) == min(count, 20)


# --- the task and the command


def test_the_task_reads_the_clock():
    case = accepted(staff())

    with time_machine.travel(case.due_at, tick=False):
        tasks.sweep()

    assert Reminder.objects.get().at == case.due_at


def test_the_command_sweeps_at_a_time_in_shanghai():
    case = accepted(staff())
    local = timezone.localtime(case.due_at).replace(tzinfo=None)
    out = StringIO()

    call_command("sweep", at=local.isoformat(), stdout=out)

    assert out.getvalue() == "Reminders: 1 written.\n"
    assert Reminder.objects.get().at == case.due_at


def test_the_command_refuses_what_is_no_time():
    with pytest.raises(CommandError):
        call_command("sweep", at="tomorrow")


# --- many cases


@pytest.mark.postgres
def test_at_twenty_thousand_open_cases_a_sweep_reads_by_index_and_is_quick():
    """The plan starts at the open cases that are yellow, not at all open ones."""
    here = staff()
    many(here, 20_000)
    at = NOON + 2 * DAY
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert remind(at) == 100

    started = timezone.now()
    assert remind(at) == 0
    assert timezone.now() - started < timedelta(seconds=1)
    plan = missing_for_posts(at).explain()
    assert "case_open_yellow" in plan


def many(here, count):
    """Open cases of which the first hundred are due; bulk rows, as nothing is asked of them but their clocks."""
    case = accepted(here)
    clock = case.clocks.get(stopped_at=None)
    first = Case.objects.latest("pk").pk
    copies = []
    for nth in range(1, count + 1):
        due = NOON + DAY if nth <= 100 else NOON + 60 * DAY
        case.pk = first + nth
        copy = Case(**{f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields})
        copy.number, copy.tracking_code, copy.due_at, copy.yellow_at = f"N{nth}", f"T{nth}", due, due - DAY
        copies.append(copy)
    Case.objects.bulk_create(copies, batch_size=1000)
    Clock.objects.bulk_create(
        (
            Clock(
                case=copy, round=1, nth=1, stage=clock.stage, level=clock.level, rule=clock.rule, amount=clock.amount,
                unit=clock.unit, started_at=NOON, due_at=copy.due_at, yellow_at=copy.yellow_at,
            )
            for copy in copies
        ),
        batch_size=1000,
    )  # fmt: skip
    Case.objects.filter(pk=first).update(yellow_at=NOON + 60 * DAY)
