"""A town in whose month all kinds of things happened, and its report."""

import pytest
import time_machine
from django.db import transaction

from supervision.models import MonthlyReport
from supervision.reports.making import make_reports_due
from tests.supervision.figures.world import make_world
from tests.supervision.reports.desk import APRIL


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(APRIL, tick=False):
            yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(made, db, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return made


@pytest.fixture
def report(world):
    make_reports_due(APRIL)
    return MonthlyReport.objects.get(town=world.here.town)
