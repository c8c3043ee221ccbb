"""A worker killed again and again, two of everything at once: each step once, each
notice once, no letter lost.
"""

import time
from datetime import timedelta

import pytest
from django.db import connection

from cases.models import Clock
from minshi.celery import app
from minshi.clock import now
from minshi.demo.draws import draws_from
from supervision.chasing.sweeping import sweep
from supervision.models import (
    Chase,
    ChaseStep,
    Notice,
    NoticeChannel,
    NoticeState,
    SupervisionOrder,
)
from supervision.notices.delivering import deliver
from tests.processes import (
    command_of,
    full_form,
    kill_group,
    until,
    worker_of_all_queues,
)
from tests.supervision.flood import (
    Flooded,
    flood,
    lines_of,
    sent_twice,
    steps_taken,
    steps_wanted,
    told,
    unsent,
    wanted,
)
from tests.supervision.robots import MailServer
from villages.models import User

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

KILLS = 20
COUNTS = {ChaseStep.ORDER: 700, ChaseStep.URGE: 700, ChaseStep.OVERDUE: 600}
SEED = 20261125


@pytest.fixture(autouse=True)
def _slow_mail(mail):
    mail.ponders = (
        0.1  # most of a delivery is spent where a crash makes a letter go out twice
    )


@pytest.fixture
def env(tmp_path, mail, any_hour):
    app.control.purge()
    yield full_form(
        tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{mail.port}", DEBUG="false", **any_hour
    )
    app.control.purge()


def as_beat_does() -> None:
    for task in ("supervision.tasks.sweep", "supervision.tasks.deliver"):
        app.send_task(task)


def morning_comes() -> None:
    """What waits for the hour of letters has waited long enough; what is claimed keeps
    its lease.
    """
    waiting = Notice.objects.filter(
        channel=NoticeChannel.EMAIL, state=NoticeState.WAITING, tries=0
    )
    waiting.update(send_after=now())


def is_at_work() -> bool:
    """Whether anybody but this test is in the middle of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type ="
            " 'client backend'"
        )
        return bool(cursor.fetchone()[0])


def clocks_due():
    return Clock.objects.filter(stopped_at=None, look_at__lte=now())


def letters_due():
    return Notice.objects.filter(
        channel=NoticeChannel.EMAIL, state=NoticeState.WAITING, tries=0
    )


def falls_due(clocks: list[int]) -> None:
    Clock.objects.filter(pk__in=clocks).update(look_at=now() - timedelta(minutes=1))


def is_all_done() -> bool:
    if clocks_due().exists():
        return False
    morning_comes()
    return not letters_due().exists()


def all_was_told_once(towns: list[Flooded], mail: MailServer) -> None:
    """Each step, notice and order exactly once; each letter at least once."""
    with_address = set(User.objects.exclude(email="").values_list("pk", flat=True))
    assert steps_taken() == steps_wanted(towns)
    assert told(NoticeChannel.INBOX) == wanted(towns)
    assert told(NoticeChannel.EMAIL) == wanted(towns, with_address)
    assert (
        SupervisionOrder.objects.count()
        == Chase.objects.filter(step=ChaseStep.ORDER).count()
    )
    assert unsent() == []
    numbers = Notice.objects.filter(channel=NoticeChannel.EMAIL).values_list(
        "recipient__email", "case__number"
    )
    assert set().union(*map(lines_of, mail.letters)) == set(numbers)


def test_a_worker_killed_twenty_times_neither_loses_nor_doubles(start, env, mail):
    """One sweep and one delivery at a time, as one beat gives them: what a kill leaves
    is at most one letter.
    """
    rng = draws_from(SEED)
    towns = flood(now(), COUNTS)
    clocks = list(Clock.objects.order_by("pk").values_list("pk", flat=True))
    rng.shuffle(clocks)
    Clock.objects.update(look_at=now() + timedelta(days=1))
    share = len(clocks) // KILLS
    for nth in range(KILLS):
        until(lambda: not is_at_work())  # the database has noticed the last kill
        falls_due(clocks[nth * share : (nth + 1) * share])
        morning_comes()
        as_beat_does()
        worker = start(*worker_of_all_queues(), env=env)
        # a quick one is done between two looks: the kill then finds it idle
        until(lambda: is_at_work() or not clocks_due().exists(), processes=[worker])
        time.sleep(rng.uniform(0, 0.7))  # the random point: not a wait for anything
        assert worker.poll() is None
        kill_group(worker)
        worker.wait()
        app.control.purge()  # what waits in the queue runs out before the next minute's

    worker = start(*worker_of_all_queues(), env=env)
    until(lambda: as_beat_does() or is_all_done(), seconds=120, processes=[worker])
    worker.terminate()
    assert worker.wait(60) == 0
    assert sweep(now()).taken == 0
    deliver(now() + timedelta(minutes=10))  # claims of the killed have run out

    all_was_told_once(towns, mail)
    twice = sent_twice(mail.letters)
    print(
        f"{len(mail.letters)} letters, {twice} of them sent again after {KILLS} kills"
    )
    assert twice <= KILLS


def test_two_beats_and_two_workers_at_once_tell_each_once(start, env, mail, tmp_path):
    towns = flood(
        now(), {ChaseStep.ORDER: 200, ChaseStep.URGE: 200, ChaseStep.OVERDUE: 200}
    )
    Clock.objects.update(look_at=now() - timedelta(minutes=1))
    workers = [start(*worker_of_all_queues(), env=env) for _nth in range(2)]
    beats = [
        start(*command_of("beat"), "--schedule", str(tmp_path / f"beat{nth}"), env=env)
        for nth in range(2)
    ]

    until(
        lambda: as_beat_does() or is_all_done(),
        seconds=120,
        processes=[*workers, *beats],
    )
    for process in [*beats, *workers]:
        process.terminate()
        assert process.wait(60) == 0

    all_was_told_once(towns, mail)
    assert sent_twice(mail.letters) == 0
