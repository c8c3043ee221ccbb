"""The background really runs: embedded in one process, and as worker and beat of their
own on Redis.
"""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from minshi.celery import app
from supervision.models import Notice
from tests.cases.roads import DAY, NOON, accepted, staff
from tests.environment import ROOT
from tests.processes import (
    command_of,
    free_port,
    full_form,
    gunicorn,
    is_ready,
    readyz,
    until,
)


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()

    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(
        app.tasks
    )


# --- embedded


def without_redis(var):
    dropped = {"DATABASE_URL", "REDIS_URL", "MINSHI_NO_BACKGROUND"}
    (var / "static").mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {"MINSHI_VAR": str(var), "ALLOWED_HOSTS": "127.0.0.1"}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    var = tmp_path_factory.mktemp("migrated") / "var"
    command = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
    subprocess.run(command, cwd=ROOT, env=without_redis(var), check=True)
    return var


@pytest.fixture
def embedded(tmp_path, migrated):
    """The environment of the form without Redis, its database made."""
    env = without_redis(tmp_path / "var")
    for file in migrated.glob("minshi.sqlite3*"):
        shutil.copy(file, tmp_path / "var")
    return env


def test_one_process_serves_and_runs_the_jobs(start, embedded, tmp_path):
    port = free_port()
    server = start(*gunicorn(port), env=embedded)

    until(lambda: is_ready(port), processes=[server])

    assert list((tmp_path / "var").glob("beat-schedule*"))
    server.terminate()
    assert server.wait(20) == 0


def test_a_second_process_of_the_same_folder_leaves_the_jobs_to_the_first(
    start, embedded
):
    first, second = free_port(), free_port()
    server = start(*gunicorn(first), env=embedded)
    until(lambda: is_ready(first), processes=[server])

    other = start(*gunicorn(second), env=embedded)
    answer = until(lambda: readyz(second), processes=[other])

    # no job was ever run there
    assert (answer["beat"], answer["database"]) == (
        "failed",
        "ok",
    )


def test_when_the_first_process_ends_the_next_takes_over(start, embedded):
    first, second = free_port(), free_port()
    server = start(*gunicorn(first), env=embedded)
    until(lambda: is_ready(first), processes=[server])
    waiting = start(*gunicorn(second), env=embedded)
    until(lambda: readyz(second), processes=[waiting])

    server.send_signal(signal.SIGKILL)

    until(lambda: is_ready(second), processes=[waiting])


SHOW = (
    "import minshi.wsgi; from minshi import celery; print(celery._running is not None);"
    " celery.stop_embedded()"
)


@pytest.mark.parametrize(
    ("command", "extra", "runs"),
    [
        (["-c", SHOW], {}, "True"),
        (["-c", SHOW], {"MINSHI_NO_BACKGROUND": "1"}, "False"),
        (["-c", SHOW], {"REDIS_URL": "redis://127.0.0.1:1/0"}, "False"),
        (["-c", SHOW, "runserver"], {}, "False"),
        (["-c", SHOW, "runserver"], {"RUN_MAIN": "true"}, "True"),
        (["-c", SHOW, "runserver", "--noreload"], {}, "True"),
    ],
)
def test_the_background_starts_only_where_it_belongs(embedded, command, extra, runs):
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=embedded | extra,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.split()[-1] == runs


def test_a_management_command_starts_no_background(embedded, tmp_path):
    subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=embedded,
        check=True,
        capture_output=True,
    )

    assert not list((tmp_path / "var").glob("beat-schedule*"))


# --- worker and beat of their own


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_worker_and_beat_remind_of_an_overdue_case(start, tmp_path):
    """As in docker-compose.yml: the web process learns from the beat, the owner from
    the sweep.
    """
    port, env = free_port(), full_form(tmp_path)
    here = staff()
    case = accepted(here)
    assert case.due_at < NOON + 60 * DAY

    web = start(*gunicorn(port), env=env)
    worker = start(*command_of("worker"), env=env)
    beat = start(*command_of("beat"), "--schedule", str(tmp_path / "beat"), env=env)
    processes = [web, worker, beat]

    until(lambda: is_ready(port), processes=processes)
    notice = until(
        Notice.objects.filter(chase__isnull=False).first, processes=processes
    )

    # Months overdue it is an order's turn; nobody here may sign one, which alarms the
    # town's office.
    assert (notice.case, notice.kind, notice.recipient) == (
        case,
        "alarm",
        here.reviewer.user,
    )
    for process in (beat, worker):
        process.terminate()
        assert process.wait(30) == 0
