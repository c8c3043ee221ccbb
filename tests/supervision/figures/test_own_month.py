"""我的工作: everybody reads their own month, and nobody else's."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import Case
from cases.workflow import Action, make_move
from tests.cases.roads import (
    DAY,
    NOON,
    completed,
    decided,
    officer,
    rated,
    settled,
    spoken,
    staff,
    verified,
)
from tests.roles import handler_of

pytestmark = pytest.mark.django_db
LATER = NOON + 20 * DAY


def client_of(post):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(post.user)
    return client


def page_of(post, **query):
    client = client_of(post)
    with time_machine.travel(LATER, tick=False):
        return client.get(reverse("supervision:own_month"), query)


def test_a_lead_reads_what_they_completed_and_what_waits(django_assert_num_queries):
    here = staff()
    done = completed(here)
    rated(here, verified(here))
    late = completed(here, at=NOON + 15 * DAY)
    decided(here)

    answer = page_of(here.handler)

    assert (answer.context["share"].part, answer.context["share"].whole) == (2, 3)
    assert answer.context["waiting"] == 1
    assert answer.context["unlisted"] == 1  # closed: out of an office's sight
    assert {case.pk for case in answer.context["cases"]} == {done.pk, late.pk}

    client = client_of(here.handler)
    with django_assert_num_queries(9):
        assert client.get(reverse("supervision:own_month")).status_code == 200


def test_another_reads_nothing_of_it():
    here = staff()
    completed(here)

    for post in (here.secretary, here.supervisor, handler_of(staff().office)):
        answer = page_of(post)
        assert answer.context["share"].whole == 0
        assert not answer.context["cases"]


def test_a_recorder_reads_how_many_they_took_down():
    here = staff()
    decided(here)

    assert page_of(here.duty).context["taken_down"] == 1
    assert page_of(here.duty, month="2026-02").context["taken_down"] == 0
    assert page_of(here.duty, month="2026年2月").context["taken_down"] == 0


def test_a_month_that_cannot_be_read_is_refused_beside_its_box():
    here = staff()
    spoken(here)

    answer = page_of(here.duty, month="2027-01")

    assert answer.context["taken_down"] == 1  # of this month
    assert 'id="month_error"' in answer.text
    assert 'value="2027-01"' in answer.text


@pytest.mark.parametrize("who", ["duty", "secretary"])
def test_nothing_of_what_came_to_concern_one_is_counted(who):
    here = staff()
    for case in (spoken(here), settled(here)):
        make_move(
            Case.objects.get(pk=case.pk),
            Action.RECUSE,
            by=officer(here.reviewer),
            at=NOON + DAY,
            concerns=[getattr(here, who).user],
        )

    read = page_of(here.duty).context

    assert read["taken_down"] == read["share"].whole == read["unlisted"] == 0
