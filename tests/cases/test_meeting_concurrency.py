"""Two at one meeting at the same moment, on PostgreSQL: one decision, and the other
reads why not.
"""

import pytest

from cases.meetings import conclude, save_minutes
from cases.models import Event, Meeting
from minshi.errors import MoveRefused, StaleVersion
from tests import roles
from tests.cases.council import called, present, seats
from tests.cases.roads import NOON, accepted, officer, staff
from tests.together import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_two_secretaries_who_decide_the_same_item_make_one_decision():
    here = staff()
    seats(here)
    other = roles.secretary_of(here.village)
    meeting = called(here, accepted(here))
    present(meeting, here, 7)
    item = meeting.items.get()
    values = {
        "votes": (7, 0, 0),
        "action": "decide",
        "handling": "led",
        "lead": here.office,
        "at": NOON,
    }

    results = at_once(
        lambda: conclude(
            item, "passed", by=officer(here.secretary), decision="换灯", **values
        ),
        lambda: conclude(item, "passed", by=officer(other), decision="修灯", **values),
    )

    assert [type(result) for result in results if isinstance(result, Exception)] == [
        MoveRefused
    ]
    assert Event.objects.filter(case=item.case, action="decide").count() == 1


def test_of_two_who_keep_the_minutes_one_is_told_of_the_other():
    here = staff()
    meeting = called(here)

    results = at_once(
        lambda: save_minutes(
            meeting, "三点", version=0, by=officer(here.secretary), at=NOON
        ),
        lambda: save_minutes(
            meeting, "四点", version=0, by=officer(here.duty), at=NOON
        ),
    )

    assert [type(result) for result in results if isinstance(result, Exception)] == [
        StaleVersion
    ]
    assert Meeting.objects.get().minutes_version == 1
