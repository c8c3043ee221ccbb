"""The background really runs: embedded in one process, and as worker and beat of their
own on Redis.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from minshi.celery import BEHIND_PAGES, app
from supervision.models import MonthlyReport, Notice
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


@pytest.mark.any_database
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
    return kept | {
        "MINSHI_VAR": str(var),
        "ALLOWED_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "INFO",
    }


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


@pytest.mark.any_database
def test_one_process_serves_and_runs_the_jobs(start, embedded, tmp_path):
    port = free_port()
    server = start(*gunicorn(port), env=embedded)

    until(lambda: is_ready(port), processes=[server])

    assert list((tmp_path / "var").glob("beat-schedule*"))
    server.terminate()
    assert server.wait(20) == 0


@pytest.mark.any_database
def test_a_second_process_of_the_same_folder_leaves_the_jobs_to_the_first_until_it_ends(
    start, embedded
):
    first, second = free_port(), free_port()
    server = start(*gunicorn(first), env=embedded)
    until(lambda: is_ready(first), processes=[server])

    waiting = start(*gunicorn(second), env=embedded)
    answer = until(lambda: readyz(second), processes=[waiting])

    # no job was ever run there
    assert (answer["beat"], answer["database"]) == ("failed", "ok")

    server.send_signal(signal.SIGKILL)

    until(lambda: is_ready(second), processes=[waiting])


# The settings are loaded once; each way is then a process of its own, which goes on to
# load the WSGI module and says whether the background runs.
LOAD = """
import json, os, sys
import django

django.setup()
for arguments, extra in json.loads(sys.argv[1]):
    child = os.fork()
    if child == 0:
        sys.argv = ["", *arguments]
        os.environ |= extra
        import minshi.wsgi
        from minshi import celery
        print(celery._running is not None, flush=True)
        celery.stop_embedded()
        os._exit(0)
    _child, status = os.waitpid(child, 0)
    assert status == 0, (arguments, extra)
"""


def where_it_runs(env, *ways):
    done = subprocess.run(
        [sys.executable, "-c", LOAD, json.dumps(ways)],
        cwd=ROOT,
        env=env | {"DJANGO_SETTINGS_MODULE": "minshi.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.split() if line in {"True", "False"}]


@pytest.mark.any_database
def test_the_background_starts_only_where_it_belongs(embedded):
    ways = {
        "as a server loads it": ([], {}, "True"),
        "where it is told not to": ([], {"MINSHI_NO_BACKGROUND": "1"}, "False"),
        "the reloader": (["runserver"], {}, "False"),
        "what the reloader starts": (["runserver"], {"RUN_MAIN": "true"}, "True"),
        "without a reloader": (["runserver", "--noreload"], {}, "True"),
    }

    runs = where_it_runs(embedded, *[way[:2] for way in ways.values()])

    assert dict(zip(ways, runs, strict=True)) == {
        name: expected for name, (_arguments, _extra, expected) in ways.items()
    }


@pytest.mark.any_database
def test_the_background_does_not_start_where_redis_serves(embedded):
    env = embedded | {"REDIS_URL": "redis://127.0.0.1:1/0"}

    assert where_it_runs(env, ([], {})) == ["False"]


@pytest.mark.any_database
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

    # a job lets pages go first
    own = os.getpriority(os.PRIO_PROCESS, 0)
    pool = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    assert len(pool) == 2
    for child in pool:
        priority = os.getpriority(os.PRIO_PROCESS, int(child))
        assert priority == min(own + BEHIND_PAGES, 19)

    # the report of last month does not wait for an hour either
    until(MonthlyReport.objects.filter(town=here.town).first, processes=processes)
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
