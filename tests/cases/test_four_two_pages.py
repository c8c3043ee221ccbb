"""The pages of 四议两公开."""

import uuid

import pytest
import time_machine
from django.urls import reverse

from cases.models import FourTwoProcess
from tests.cases.roads import NOON, staff
from tests.cases.test_four_two import begun, major

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_the_six_steps_begin_on_the_page_of_a_major_matter(client):
    here = staff()
    case = major(here)
    client.force_login(here.secretary.user)
    start = reverse("cases:four_two_start", args=[case.number])
    assert start in client.get(case.get_absolute_url()).content.decode()
    asked = {"subject": "集体分红", "matter": "collective_income", "origin": "people", "key": uuid.uuid4()}

    client.post(start, asked)
    process = FourTwoProcess.objects.get()
    step = {
        "nth": 1, "key": uuid.uuid4(), "held_on": "2026-03-02", "kind": "three_meetings", "content": "支部提议",
        "due": 5, "present": 5, "votes_for": 4, "votes_against": 1, "votes_abstain": 0,
    }  # fmt: skip
    wrong = client.post(process.get_absolute_url(), {**step, "votes_for": 3})
    client.post(process.get_absolute_url(), step)

    assert wrong.status_code == 422
    assert "支部提议" in wrong.content.decode()
    assert process.steps.get().passed
    printed = client.get(reverse("cases:four_two_print", args=[process.pk])).content.decode()
    assert printed.count("<table") == 7
    assert "乡镇参会签字" in printed


def test_nobody_of_another_village_sees_the_process(client):
    here = staff()
    process = begun(here, major(here))
    client.force_login(staff().secretary.user)

    assert client.get(process.get_absolute_url()).status_code == 404
    assert client.get(reverse("cases:four_two_print", args=[process.pk])).status_code == 404
