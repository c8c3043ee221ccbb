"""The day promised to a speaker, and what it promises: in the same words wherever it
stands.
"""

import pytest
from django.urls import reverse
from django.utils import translation

from cases.speaking.progress import told_to_speaker
from cases.speaking.promise import promise_to_officers
from cases.templatetags.days import day
from cases.workflow import Action, make_move
from tests.cases.roads import NOON, accepted, decided, officer, spoken, staff, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def here():
    return staff()


def test_what_was_taken_down_promises_to_say_whether_it_is_taken_up(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)

    to_speaker = told_to_speaker(case).promise
    receipt = client.get(reverse("cases:receipt", args=[case.number])).text
    bar = client.get(reverse("cases:intake"), {"done": case.number}).text
    page = client.get(case.get_absolute_url()).text

    assert to_speaker == f"{day(case.promised_on)}前告诉您收没收下。"
    assert "前告诉您收没收下。" in receipt
    for shown in (bar, page):
        assert f"{day(case.promised_on)}前告诉群众收没收下" in shown
        assert "最迟哪天答复群众" not in shown


def test_what_was_taken_up_promises_that_somebody_is_found(client, here):
    case = accepted(here)
    client.force_login(here.duty.user)

    page = client.get(case.get_absolute_url()).text

    promise = f"最迟{day(case.promised_on)}商量好由谁办"
    assert told_to_speaker(case).promise == f"{promise}。"
    assert promise in page
    assert f"{promise}。".replace(day(case.promised_on), "2026年3月5日") in (
        client.get(reverse("cases:receipt", args=[case.number])).text
    )


def test_what_is_worked_on_promises_the_answer(here):
    case = decided(here)

    assert told_to_speaker(case).promise == f"最迟{day(case.promised_on)}答复您。"


def test_what_was_given_back_promises_the_answer_still(here):
    """The clock of 办 goes on while somebody else is looked for (domain §4)."""
    case = decided(here)
    asked = words(Action.RETURN, NOON)
    case = make_move(case, Action.RETURN, by=officer(here.handler), at=NOON, **asked)

    promise = promise_to_officers(case, day(case.promised_on))

    assert (case.stage, promise) == (
        "deliberate",
        f"最迟{day(case.promised_on)}答复",
    )
