"""Meetings over the API: called, held, decided, closed; and what a reader of one may not know of a matter in it."""

import json

import pytest

from cases.meetings import set_aside
from cases.workflow import Action, make_move
from tests import roles
from tests.api import Api
from tests.cases.council import called
from tests.cases.roads import NOON, accepted, officer, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def reported_up(here, **fields):
    return make_move(accepted(here, **fields), Action.ESCALATE, by=officer(here.secretary), at=NOON, reason="钱不够")


# --- what is hidden
def test_of_a_matter_that_concerns_the_reader_a_meeting_tells_its_state_alone():
    here = staff()
    case, concerned = reported_up(here), roles.reviewer_of(here.town)
    meeting = called(here, case, kind="town_committee", by=here.reviewer, where=here.town)
    item = meeting.items.get()
    make_move(case, Action.RECUSE, by=officer(here.reviewer), at=NOON, concerns=[concerned.user])
    set_aside(item, {}, by=officer(here.reviewer), at=NOON)
    item.opinions, item.votes_for, item.resolution = "先核实", 1, "交县里"
    item.save()

    whole = Api(here.reviewer).get(f"meetings/{meeting.pk}/").json()["items"][0]
    hidden = Api(concerned).get(f"meetings/{meeting.pk}/").json()["items"][0]

    assert (whole["case"], whole["votes_for"]) == (case.number, 1)
    assert [aside["is_automatic"] for aside in whole["asides"]] == [True]
    told = {name for name, value in hidden.items() if value not in (None, "", [])}
    assert told == {"id", "position", "part", "state", "hidden"}
    assert case.number not in json.dumps(hidden)
