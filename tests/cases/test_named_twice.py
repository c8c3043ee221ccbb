"""Whoever is named twice, or speaks already, is one person; a namesake is another."""

from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from cases.workflow import (
    Action,
)
from minshi.errors import MoveRefused
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, spoken, staff
from tests.cases.speaking_together import (
    PHONE,
    corrected,
    joined,
    neighbour,
    others_shown,
    people_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


TYPED_TWICE = "李满囤、罗静、罗 静，包敏;包敏"


def test_whoever_is_named_twice_or_speaks_already_is_taken_down_once():
    here = staff()
    person = neighbour(here, "罗静")

    logged_in(here.duty).post(
        reverse("cases:intake"),
        {
            "key": uuid4(),
            "channel": "talk_room",
            "village": here.village.pk,
            "verbatim": "水渠堵了",
            "speaker_name": "李满囤",
            "co_speakers": TYPED_TWICE,
        },
    )

    case = Case.objects.get()
    assert people_of(case) == [("罗静", PHONE, person), ("包敏", "", None)]


@pytest.mark.parametrize("names", [["罗静", "罗静", "包敏"], ["罗静、包敏", "李满囤"]])
def test_the_api_takes_each_person_down_once_as_well(names):
    here = staff()
    body = {"verbatim": "断水了", "village": here.village.pk, "speaker_name": "李满囤"}

    answer = Api(here.duty).post("cases/", {**body, "co_speakers": names})

    assert answer.status_code == 201
    assert people_of(Case.objects.get()) == [("罗静", "", None), ("包敏", "", None)]


def test_whole_names_with_a_blank_between_are_people_of_their_own():
    here = staff()
    person = neighbour(here)
    typed = "赵秀英 王大山 欧阳建国、罗 静，王建国 三组、阿依古丽 买买提"

    case = corrected(here, spoken(here), others=typed)

    assert people_of(case) == [
        ("赵秀英", PHONE, person),
        ("王大山", "", None),
        ("欧阳建国", "", None),
        ("罗 静", "", None),
        ("王建国 三组", "", None),
        ("阿依古丽 买买提", "", None),
    ]
    with pytest.raises(MoveRefused):
        corrected(here, case, others=others_shown(here, case))


def test_a_correction_names_nobody_twice_either():
    here = staff()
    case = spoken(here, speaker_name="李满", co_speakers=("罗静",))

    case = corrected(here, case, speaker_name="李满囤", others=TYPED_TWICE)

    assert people_of(case) == [("罗静", "", None), ("包敏", "", None)]
    with pytest.raises(MoveRefused):
        corrected(here, case, others="李满囤、罗静、包敏")


def test_a_speaker_said_to_be_no_neighbour_is_not_linked_by_being_named_twice():
    here = staff()
    neighbour(here)
    who = {"speaker_name": "赵秀英", "as_typed": True}

    case = spoken(here, **who, co_speakers=("赵秀英",))
    linked = corrected(here, spoken(here), speaker_name="赵秀英")
    unlinked = corrected(here, linked, **who, others="赵秀英、包敏")

    assert (case.resident, case.speaker_phone, case.others) == (None, "", [])
    assert (unlinked.resident, unlinked.speaker_phone) == (None, "")
    assert people_of(unlinked) == [("包敏", "", None)]


@pytest.mark.parametrize(("one", "other"), [("張長生", "张长生"), ("张长生", "張長生")])
def test_a_name_in_either_characters_is_one_persons(one, other):
    here = staff()

    case = spoken(here, speaker_name=one, co_speakers=(other,))
    twice = spoken(here, co_speakers=(one, other))
    added = joined(here, spoken(here, speaker_name=one), co_speaker=other)

    assert (case.others, added.others) == ([], [])
    assert [person.name for person in twice.others] == [one]


def test_a_speaker_corrected_to_a_co_speaker_is_no_co_speaker():
    here = staff()
    person = neighbour(here)
    case = spoken(here, speaker_name="外来丙", co_speakers=("赵秀英", "包敏"))

    case = corrected(here, case, speaker_name="赵秀英")

    assert (case.resident, case.speaker_phone) == (person, PHONE)
    assert people_of(case) == [("包敏", "", None)]
    event = case.events.get(action=Action.AMEND)
    assert "others" in event.data["fields"]
    changed = event.revisions.get(field="others")
    assert (changed.old, changed.new) == ("赵秀英、包敏", "包敏")


def test_the_number_a_co_speaker_gave_goes_with_them_when_they_are_the_speaker():
    here = staff()
    person = neighbour(here)
    case = joined(
        here,
        spoken(here, speaker_name="外来丙"),
        co_speaker_resident=person,
        co_speaker_phone="13993912345",
    )

    case = corrected(here, case, speaker_name="赵秀英")

    assert (case.resident, case.speaker_phone) == (person, "13993912345")
    assert case.others == []


def test_a_stranger_named_like_a_co_speaker_stays_beside_them():
    here = staff()
    person = neighbour(here)
    case = spoken(here, speaker_name="外来丙", co_speakers=("赵秀英",))

    case = corrected(here, case, speaker_name="赵秀英", as_typed=True)

    assert case.resident is None
    assert people_of(case) == [("赵秀英", PHONE, person)]
