"""A topic is removed by nobody, and offered no more where it is out of use: what kept
it from being removed would tell that a secret matter has it.
"""

import pytest
import time_machine

from cases.models import Topic
from tests import roles
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, spoken, staff

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    found = staff()
    found.topic = Topic.objects.create(town=found.town, name="低保")
    return found


def test_nobody_removes_a_topic(here):
    for post in (here.reviewer, roles.system_admin()):
        page = f"/admin/cases/topic/{here.topic.pk}/delete/"
        assert logged_in(post).get(page).status_code == 403


def test_a_topic_out_of_use_is_offered_no_more_but_kept_by_its_matters(here):
    case = spoken(here, topic=here.topic)
    Topic.objects.filter(pk=here.topic.pk).update(is_offered=False)
    client = logged_in(here.duty)

    intake = client.get("/intake/").content.decode()
    amending = client.get(f"/cases/{case.number}/do/amend/").content.decode()
    body = {
        "village": here.village.pk,
        "group": here.group.pk,
        "verbatim": "低保申请三个月没有回音，想问问到哪一步了",
        "speaker_name": "张长生",
        "topic": here.topic.pk,
    }
    refused = Api(here.duty).post("cases/", body)

    assert "低保" not in intake
    assert "低保" in amending
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["topic"])
