"""A staffed town with a reviewer who may sign, for the tests of supervision; servers
for what leaves the house.
"""

from datetime import timedelta

import pytest

from cases.models import CalendarDay
from minshi.clock import today
from tests import roles
from tests.cases.roads import staff
from tests.supervision.robots import group_robot, mail_server, sms_service


@pytest.fixture
def here():
    here = staff()
    here.signer = roles.reviewer_of(here.town, may_sign=True)
    return here


@pytest.fixture
def mail(settings):
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = (
            "127.0.0.1",
            server.port,
            5,
        )
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


@pytest.fixture
def group(settings):
    settings.WECOM_HOSTS = ["127.0.0.1"]
    with group_robot() as robot:
        yield robot


@pytest.fixture
def sms(settings):
    with sms_service() as service:
        settings.SMS_URL = service.url
        yield service


@pytest.fixture
def any_hour(db, settings):
    """Whenever the tests run, letters may go out: for those with processes of their
    own, which read the real clock.
    """
    for nth in range(2):
        CalendarDay.objects.create(
            day=today() + timedelta(days=nth), is_working=True, name="测试"
        )
    settings.DIGEST_HOUR, settings.QUIET_UNTIL, settings.QUIET_FROM = 0, 0, 24
    return {"DIGEST_HOUR": "0", "QUIET_UNTIL": "0", "QUIET_FROM": "24"}
