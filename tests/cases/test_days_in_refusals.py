"""A refusal says a day as the pages say it: 12月8日, with its year where it is not this
one; on pages, in the domain and over the API.
"""

import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from cases.meetings.holding import check_has_come
from cases.workflow import Action, make_move
from minshi.errors import InputRefused, MoveRefused
from tests.api import Api
from tests.cases.council import called, seats
from tests.cases.roads import DAY, NOON, accepted, decided, officer, staff
from tests.roles import duty_officer_of, security_admin
from villages.appointing import end_post

pytestmark = pytest.mark.django_db
ISO = re.compile(r"20\d\d-\d\d-\d\d")


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    return staff()


def deciding(here, case, **more):
    return {
        "version": case.version,
        "category": "village",
        "grade": "complex",
        "handling": "led",
        "decision": "换灯",
        "lead": f"office:{here.office.pk}",
        "due_on": "2026-12-08",
        **more,
    }


def test_a_step_says_until_which_day(client, here):
    case = accepted(here)
    client.force_login(here.secretary.user)
    form = reverse("cases:act", args=[case.number, "decide"])

    answer = client.post(form, deciding(here, case, key=uuid.uuid4()))

    (words,) = answer.context["form"].errors["due_on"]
    assert "3月11日" in words
    assert not ISO.search(words)


def test_the_api_says_it_in_the_same_words(here):
    case = accepted(here)
    body = {"action": "decide", **deciding(here, case)}

    answer = Api(here.secretary).post(f"cases/{case.number}/moves/", body)

    (words,) = answer.json()["fields"]["due_on"]
    assert "3月11日" in words
    assert not ISO.search(words)


def test_a_day_of_another_year_is_said_with_it(here):
    with pytest.raises(InputRefused) as refused:
        make_move(
            decided(here, handling="led"),
            Action.ASK_EXTENSION,
            by=officer(here.handler),
            at=NOON,
            reason="等料",
            until_on=(NOON + 400 * DAY).date(),
        )

    words = str(refused.value)
    assert "月" in words
    assert not ISO.search(words)


def test_a_meeting_called_for_a_later_day_says_which(here):
    seats(here)
    meeting = called(here, accepted(here), starts_at=NOON + 7 * DAY)

    with pytest.raises(MoveRefused, match="3月9日"):
        check_has_come(meeting, NOON)


def test_a_post_that_ends_already_says_when(here):
    post = duty_officer_of(here.village)
    post.until_on = (NOON + 400 * DAY).date()
    post.save()

    with pytest.raises(InputRefused, match="2027年4月6日"):
        end_post(post, (NOON + 500 * DAY).date(), by=security_admin().user, at=NOON)
