"""The night's backup comes by itself, in both forms: with the serving process, or from
beat to the worker of backups.
"""

import os

import pytest
from django.db import connection

from minshi.celery import app
from minshi.clock import now
from supervision.backups.restoring import check_backup
from tests.cases.roads import staff
from tests.processes import command_of, free_port, gunicorn, until
from tests.supervision.backups.world import program_on_the_same_data, with_papers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _no_older_jobs(settings):
    if connection.vendor == "postgresql":
        settings.REDIS_URL = os.environ["REDIS_URL"]
        app.control.purge()
    yield
    if connection.vendor == "postgresql":
        app.control.purge()


@pytest.mark.usefixtures("_no_older_jobs")
def test_a_machine_that_was_off_makes_its_backup_when_it_is_on(start, tmp_path, folder):
    with_papers(staff(), 2)
    env = program_on_the_same_data(tmp_path, BACKUP_DIR=str(folder))
    env.pop("MINSHI_NO_BACKGROUND", None)
    began = now()

    if connection.vendor == "sqlite":
        processes = [start(*gunicorn(free_port()), env=env)]
    else:
        processes = [start(*command_of(name), env=env) for name in ("backup", "beat")]
    found = until(
        lambda: list(folder.glob("*.backup")), seconds=120, processes=processes
    )

    proof = check_backup(found[0], tmp_path / "elsewhere")
    assert proof.faults == []
    assert proof.chains == 2
    assert proof.about["made_at"] >= f"{began.isoformat(timespec='seconds')[:16]}"
