"""What a meeting cannot do, what it keeps, and what its matters tell of it."""

import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from cases.meetings import change_meeting, close_meeting, conclude, save_item
from cases.models import Case, Meeting
from minshi.errors import InputRefused, MoveRefused
from tests.cases.council import called, passed, present, seats
from tests.cases.roads import DAY, NOON, accepted, officer, staff
from villages.models import Body

pytestmark = pytest.mark.django_db


def change(meeting, here, **numbers):
    kept = {
        name: getattr(meeting, name)
        for name in ("starts_at", "place", "chair", "recorder")
    }
    return change_meeting(
        meeting, by=officer(here.secretary), at=NOON, **kept, **numbers
    )


def test_an_assembly_has_no_roll_and_its_people_are_counted():
    here = staff()
    seats(here, body=Body.REPRESENTATIVES)
    meeting = called(here, kind="assembly", at=NOON - 10 * DAY)

    change(meeting, here, due=400, present=201)

    assert not meeting.attendees.exists()
    assert Meeting.objects.get(pk=meeting.pk).present_typed == 201


def test_numbers_do_not_stand_in_for_a_roll():
    here = staff()
    seats(here)
    meeting = called(here)

    with pytest.raises(InputRefused) as refused:
        change(meeting, here, due=2, present=2)

    assert set(refused.value.fields) == {"due"}


def test_nobody_who_was_counted_in_a_vote_is_taken_off_the_roll():
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 6)
    passed(meeting.items.get(), here, (6, 0, 0))

    with pytest.raises(MoveRefused):
        present(meeting, here, 3)
    present(meeting, here, 7)  # who comes later is noted

    assert meeting.attendees.filter(is_present=True).count() == 7


def test_nothing_is_concluded_before_the_day_of_the_meeting():
    here = staff()
    seats(here)
    meeting = called(here, accepted(here), starts_at=NOON + DAY)
    present(meeting, here, 7)

    with pytest.raises(MoveRefused):
        passed(meeting.items.get(), here, (7, 0, 0))
    passed(meeting.items.get(), here, (7, 0, 0), at=NOON + DAY)


@pytest.mark.parametrize("votes", [(6, 1, None), (7, None, None), (6, None, 1)])
def test_who_did_not_vote_need_not_be_typed_as_nobody(votes):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 7)

    item = passed(meeting.items.get(), here, votes)

    stored = (item.votes_for, item.votes_against, item.votes_abstain)
    assert stored == tuple(vote or 0 for vote in votes)


def test_ones_own_words_kept_a_moment_ago_are_nobody_elses():
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 7)
    item = meeting.items.get()
    save_item(
        item,
        version=0,
        opinions="先修",
        votes=(None,) * 3,
        by=officer(here.secretary),
        at=NOON,
    )

    concluded = passed(item, here, (7, 0, 0), opinions="先修", version=0)

    assert concluded.opinions == "先修"


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.usefixtures("at_noon")
def test_what_was_chosen_stays_when_the_item_is_only_kept(client):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    item = meeting.items.get()
    client.force_login(here.secretary.user)
    address = reverse("cases:meeting_item", args=[meeting.pk, item.pk])
    typed = {
        "item_version": 0,
        "key": uuid.uuid4(),
        "opinions": "先修",
        "doing": "decide",
        "handling": "led",
        "lead": f"office:{here.office.pk}",
        "decision": "换灯",
        "due_on": "2026-03-05",
    }

    for more in ({}, {"votes_for": "-1", "item_version": 1}):
        page = client.post(address, {**typed, **more}).content.decode()
        assert re.search(rf'value="office:{here.office.pk}"[^>]* selected', page)
        assert 'value="2026-03-05"' in page
        assert re.search(r'value="led"[^>]* checked', page)
    item.refresh_from_db()
    assert item.opinions == "先修"


@pytest.mark.usefixtures("at_noon")
def test_the_case_tells_of_every_meeting_it_was_at_and_will_be_at(client):
    here = staff()
    seats(here)
    case = accepted(here)
    first = called(here, case)
    present(first, here, 7)
    conclude(
        first.items.get(),
        "not_passed",
        by=officer(here.secretary),
        at=NOON,
        votes=(2, 5, 0),
    )
    close_meeting(first, by=officer(here.secretary), at=NOON)
    called(
        here,
        Case.objects.get(pk=case.pk),
        kind="minshi_committee",
        starts_at=NOON + DAY,
    )
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url()).content.decode()

    assert "上会情况" in page
    assert "未通过" in page
    assert "已排会" in page
