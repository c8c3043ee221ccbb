"""A day counted to a year whose days off nobody knows yet is doubted wherever it
stands, and no other day is.
"""

from datetime import datetime

import pytest
import time_machine
from django.urls import reverse

from cases.deadlines.calendar import load_calendar
from cases.workflow import Action, Spoken, make_move, register
from supervision.models import SupervisionOrder
from tests.cases.roads import NOON, SHANGHAI, officer, staff

pytestmark = pytest.mark.django_db
YEARS_END = datetime(2026, 12, 31, 12, tzinfo=SHANGHAI)
WORDS = "放假安排还没公布"
TO_SPEAKER = "可能会差一两天"
OF_SPEAKER = ("receipt", "tracking page")


def pages_of(here, at):
    """Every page on which a day due or promised stands, with what it says; by name."""
    with time_machine.travel(at, tick=False):
        case = register(
            Spoken(verbatim="路灯坏了", speaker_name="李建国", village=here.village),
            by=officer(here.duty),
            at=at,
        )
        case = make_move(
            case,
            Action.ACCEPT,
            by=officer(here.duty),
            at=at,
            category="village",
            grade="complex",
        )
        order = SupervisionOrder.objects.create(
            case=case,
            town=here.town,
            reason="x",
            demand="x",
            reply_on=case.due_on,
            raised_at=at,
        )
        tracked = f"{reverse('cases:track', args=[case.number])}?k={case.tracking_code}"
        looked = {"amount": "3", "unit": "working"}
        asked = {
            "receipt": (
                here.duty,
                "get",
                reverse("cases:receipt", args=[case.number]),
                {},
            ),
            "case": (here.duty, "get", case.get_absolute_url(), {}),
            "list": (here.duty, "get", reverse("cases:list"), {}),
            "board": (
                here.supervisor,
                "get",
                f"{reverse('supervision:board')}?light=green",
                {},
            ),
            "order": (here.supervisor, "get", order.get_absolute_url(), {}),
            "tracking page": (here.duty, "get", tracked, {}),
            "deadline": (
                here.reviewer,
                "post",
                reverse("cases:deadline", args=["deliberate"]),
                looked,
            ),
        }
        return {name: answer_to(*request) for name, request in asked.items()}


def answer_to(post, method, address, values):
    from django.test import Client

    client = Client()
    client.force_login(post.user)
    answer = getattr(client, method)(address, values or None, follow=True)
    assert answer.status_code == 200
    return answer.text


def test_a_day_of_a_year_without_data_is_doubted_on_every_page():
    load_calendar([2026], NOON)

    pages = pages_of(staff(), YEARS_END)

    for name, text in pages.items():
        said = TO_SPEAKER if name in OF_SPEAKER else WORDS
        assert said in text, name


def test_a_day_of_a_year_that_is_known_is_doubted_nowhere():
    load_calendar([2026], NOON)

    pages = pages_of(staff(), NOON)

    for name, text in pages.items():
        assert WORDS not in text, name
        assert TO_SPEAKER not in text, name
