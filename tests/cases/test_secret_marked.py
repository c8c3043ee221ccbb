"""Whoever turns the screen sees of each matter in a list whether it is secret."""

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from cases.workflow import Action, make_move
from supervision.telling.reading import tell_events
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    staff,
    verified,
)
from tests.cases.test_afterwords import LATER, said

pytestmark = pytest.mark.django_db
MARK = '<span class="lamp yellow">保密</span>'
TITLE = "低保的事"
SECRET = {"confidentiality": "secret", "title": TITLE}


@pytest.fixture
def here():
    return staff()


def told(here, **values):
    return decided(here, accepted(here, **SECRET), **values)


def row_on(client, post, name, **query):
    """Return what stands from the title of the matter to the end of its row."""
    client.force_login(post.user)
    page = client.get(reverse(name), query).text
    assert TITLE in page
    return page.partition(TITLE)[2].partition("</li>")[0].partition("</tr>")[0]


def test_a_word_that_waits_for_an_answer(client, here):
    with time_machine.travel(LATER, tick=False):
        case = said(rated(here, verified(here, completed(here, told(here)))))
        owner = case.afterwords.get().owner

        assert MARK in row_on(client, owner, "cases:home")


def test_a_part_of_ones_own(client, here):
    told(here, lead=here.leader, assistants=[here.office])

    assert MARK in row_on(client, here.handler, "cases:home")


def test_a_request_for_more_time(client, here):
    case = told(here, lead=here.leader)
    make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(here.leader),
        at=NOON,
        reason="缺料",
        until_on=(NOON + 20 * DAY).date(),
    )

    assert MARK in row_on(client, here.secretary, "cases:requests")


def test_a_notice(client, here):
    told(here)
    tell_events(NOON)

    assert MARK in row_on(client, here.handler, "supervision:inbox")


def test_a_row_of_the_board(client, here):
    told(here, lead=here.leader)
    Case.objects.update(due_at=NOON - DAY, yellow_at=NOON - 2 * DAY)

    with time_machine.travel(NOON, tick=False):
        assert MARK in row_on(client, here.secretary, "supervision:board")


def test_no_mark_where_a_matter_is_none(client, here):
    decided(here, accepted(here, title=TITLE))
    tell_events(NOON)

    assert MARK not in row_on(client, here.handler, "supervision:inbox")
