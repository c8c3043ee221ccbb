"""A report that is published by several clicks at once, or again as it is shown, is
published once.
"""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from supervision.models import MonthlyReport, Publication
from supervision.reports.making import make_reports_due
from supervision.reports.publishing import OFFERED, publish, published_from
from supervision.reports.signing import sign
from tests.cases.roads import DAY, NOON, spoken, staff
from tests.supervision.figures.test_publishing import client_of
from tests.together import times_at_once
from villages.models import AuditRecord
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db(transaction=True)
APRIL = NOON + 30 * DAY  # the first of April, at noon
MINUTE = timedelta(minutes=1)
CLICKS = 3


@pytest.fixture(autouse=True)
def in_april(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with time_machine.travel(APRIL, tick=False):
        yield


@pytest.fixture
def here():
    here = staff()
    spoken(here)
    return here


@pytest.fixture
def report(here):
    make_reports_due(APRIL)
    draft = MonthlyReport.objects.get(town=here.town)
    return sign(draft, by=here.supervisor.user, at=APRIL)


def test_three_clicks_at_once_publish_a_report_once(here, report):
    address = reverse("supervision:publish_report", args=[report.pk])
    chosen = {"codes": list(OFFERED)}
    clients = [client_of(here.reviewer) for _click in range(CLICKS)]

    def click() -> int:
        return clients.pop().post(address, chosen).status_code

    assert times_at_once(CLICKS, click) == [302] * CLICKS
    assert Publication.objects.get().ended_at is None
    assert AuditRecord.objects.filter(kind=AuditKind.PUBLISHED).count() == 1


def test_the_same_figures_asked_for_later_are_the_ones_that_are_shown(here, report):
    first = publish(report, OFFERED, by=here.reviewer.user, at=APRIL)

    again = publish(report, OFFERED, by=here.reviewer.user, at=APRIL + MINUTE)

    assert again == first
    assert Publication.objects.get().published_at == APRIL


def test_other_figures_take_the_place_of_those_that_are_shown(here, report):
    first = publish(report, OFFERED, by=here.reviewer.user, at=APRIL)
    fewer = publish(report, list(OFFERED)[:2], by=here.reviewer.user, at=APRIL)
    spoken(here)
    counted_anew = publish(report, list(OFFERED)[:2], by=here.reviewer.user, at=APRIL)

    assert len({first, fewer, counted_anew}) == 3
    assert published_from(report) == counted_anew
