"""Whoever says the same: neighbours, those added to a matter, and what is shown of them."""

from uuid import uuid4

from cases.forms import MoveForm
from cases.models.choices import How
from cases.workflow import (
    Action,
    Speaker,
    Spoken,
    make_move,
    offer_to,
    read_facts,
    register,
)
from tests.cases.roads import NOON, officer
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents

PHONE = "13812348821"


def neighbour(here, name="赵秀英", phone=PHONE):
    household = HouseholdFactory(group=here.group)
    person = ResidentFactory(household=household, name=name, phone=phone)
    index_residents([person])
    return person


def joined(here, case, **who):
    by = Speaker(case, How.COUNTER, here.duty)
    return make_move(case, Action.SUPPLEMENT, by=by, at=NOON, text="我家也断水", **who)


def adding(here, case):
    return {
        "key": uuid4(),
        "channel": "talk_room",
        "village": here.village.pk,
        "verbatim": "我家门口的灯也坏了",
        "add_to": case.number,
    }


def people_of(case):
    return [(each.name, each.phone, each.resident) for each in case.others]


def taken_down(here, at, **fields):
    told = Spoken("断水", village=here.village, speaker_name="赵秀英", **fields)
    return register(told, by=officer(here.duty), at=at)


def corrected(here, case, **values):
    return make_move(case, Action.AMEND, by=officer(here.duty), at=NOON, **values)


def others_shown(here, case):
    facts = read_facts(case, NOON)
    offer = offer_to(here.duty.user, case, Action.AMEND, NOON, facts)
    return MoveForm(offer, facts, here.duty.user)["others"].value()
