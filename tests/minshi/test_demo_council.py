"""The meetings of the demo hold whoever happens to sit in them."""

import pytest

from cases.models.choices import Stage
from minshi.demo.council import decide_at_meeting
from tests.cases.council import seats
from tests.cases.roads import NOON, accepted, officer, staff
from villages.models import MeetingKind

pytestmark = pytest.mark.django_db


def test_whoever_spoke_has_no_vote_though_they_sit_there():
    here = staff()
    member = seats(here)[2]
    case = accepted(here, speaker_name=member.name)

    case = decide_at_meeting(
        case,
        MeetingKind.TWO_COMMITTEES,
        officer(here.secretary),
        NOON,
        handling="led",
        decision="换灯",
        lead=here.leader,
    )

    assert case.stage == Stage.HANDLE
