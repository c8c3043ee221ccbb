"""Meetings of everybody, of a group or of the village: nobody is due by name, so the
number of those due is typed before anything is decided (组织法 26, 32).
"""

import pytest
from django.urls import reverse
from django.utils.translation import override

from cases.meetings import (
    DueNotKnown,
    add_attendee,
    close_meeting,
    conclude,
    note_numbers,
)
from cases.meetings.sitting import Sitting
from cases.models import Meeting
from cases.slips.minutes import due_and_present
from minshi.errors import InputRefused, MoveRefused
from tests.cases.council import called, seats
from tests.cases.roads import DAY, NOON, officer, staff
from tests.villages.factories import GroupFactory, HouseholdFactory, ResidentFactory
from villages.models import Body
from villages.procedure import OF_EVERYBODY

pytestmark = pytest.mark.django_db
CAME = ("张长生", "蒲富贵", "包小军")
FOR_ALL = {"votes": (3, 0, 0), "resolution": "每户出一个工"}


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def here():
    return staff()


def gathered(here, kind="group_meeting") -> Meeting:
    """A meeting about one subject to which three came, named one by one."""
    at = NOON - 10 * DAY
    meeting = called(here, kind=kind, at=at, place="村部", subjects=["水渠清淤"])
    for name in CAME:
        add_attendee(meeting, name, is_guest=False, by=officer(here.secretary), at=NOON)
    return meeting


def numbered(here, meeting, due, present=None) -> Meeting:
    by = officer(here.secretary)
    return note_numbers(meeting, due=due, present=present, by=by, at=NOON)


def with_households(here, count: int) -> None:
    """So many households in the group, one more that has left and one elsewhere."""
    for _household in range(count):
        household = HouseholdFactory(group=here.group)
        ResidentFactory.create_batch(2, household=household)
    gone = HouseholdFactory(group=here.group)
    ResidentFactory(household=gone, is_on_roll=False)
    elsewhere = GroupFactory(village=here.village)
    ResidentFactory(household=HouseholdFactory(group=elsewhere))


def test_no_fewer_are_due_than_households_are_on_the_roll(here):
    with_households(here, 10)
    meeting = gathered(here)

    with pytest.raises(InputRefused) as refused:
        numbered(here, meeting, 3)
    with override("zh-hans"):
        assert "名册上有10户" in str(refused.value.fields["due"])
    assert Meeting.objects.get(pk=meeting.pk).due_typed is None

    assert numbered(here, meeting, 10).due_typed == 10
    assert numbered(here, meeting, 26).due_typed == 26  # the adults


@pytest.mark.parametrize("kind", sorted(OF_EVERYBODY))
def test_those_who_came_by_name_are_not_those_due(here, kind):
    meeting = gathered(here, kind)
    item = meeting.items.get()
    by = officer(here.secretary)

    sitting = Sitting(meeting, here.secretary.user, NOON.date())
    assert (sitting.due, sitting.present, sitting.has_quorum) == (0, 3, False)
    for verdict, votes in (("passed", (3, 0, 0)), ("not_passed", (0, 3, 0))):
        with pytest.raises(DueNotKnown):
            conclude(item, verdict, by=by, at=NOON, votes=votes, resolution="修")
    with pytest.raises(DueNotKnown):
        close_meeting(meeting, by=by, at=NOON)


def test_the_number_of_those_due_sets_the_quorum_for_those_who_came_by_name(here):
    by = officer(here.secretary)
    meeting = gathered(here)
    numbered(here, meeting, due=10)

    with pytest.raises(MoveRefused):
        conclude(meeting.items.get(), "passed", by=by, at=NOON, **FOR_ALL)

    numbered(here, meeting, due=4)
    item = conclude(meeting.items.get(), "passed", by=by, at=NOON, **FOR_ALL)
    assert (item.due, item.present, item.quorum, item.needed) == (4, 3, 3, 2)
    close_meeting(meeting, by=by, at=NOON)


def test_nobody_comes_beyond_those_due(here):
    meeting = gathered(here)
    with pytest.raises(InputRefused):
        numbered(here, meeting, due=2)
    numbered(here, meeting, due=3)

    with pytest.raises(InputRefused):
        add_attendee(
            meeting, "李强", is_guest=False, by=officer(here.secretary), at=NOON
        )
    guest = add_attendee(
        meeting, "陈镇长", is_guest=True, by=officer(here.secretary), at=NOON
    )

    assert guest.is_guest


def test_present_without_due_says_nothing(here):
    with pytest.raises(InputRefused) as refused:
        numbered(here, gathered(here), due=None, present=3)

    assert set(refused.value.fields) == {"due"}


def test_a_meeting_closed_by_its_names_shows_what_it_was_closed_by(here):
    """As it was before the number due was asked for."""
    meeting = gathered(here)
    post = here.secretary
    Meeting.objects.filter(pk=meeting.pk).update(
        closed_at=NOON, closed_by=post, quorum=2
    )
    meeting.refresh_from_db()

    assert Sitting(meeting, post.user, NOON.date()).due == 3


# --- the page


def test_the_page_offers_the_households_of_the_group_and_claims_no_quorum(client, here):
    with_households(here, 10)
    meeting = gathered(here)
    client.force_login(here.secretary.user)

    answer = client.get(meeting.get_absolute_url())
    page = answer.content.decode()

    form = answer.context["numbers"]
    assert form["due"].value() == 10
    assert "已达法定人数" not in page
    assert "应到 3" not in page
    item = client.get(
        reverse("cases:meeting_item", args=[meeting.pk, meeting.items.get().pk])
    ).content.decode()
    assert "票才通过" not in item
    assert "应到 3" not in item


def test_a_number_that_was_offered_is_written_when_it_is_sent(client, here):
    with_households(here, 4)
    meeting = gathered(here)
    client.force_login(here.secretary.user)
    address = reverse("cases:meeting_act", args=[meeting.pk, "numbers"])
    sent = {"due": 4, "initial-due": 4, "present": "", "initial-present": ""}

    answer = client.post(address, sent, follow=True)

    meeting.refresh_from_db()
    assert (meeting.due_typed, meeting.present_typed) == (4, None)
    assert "应到 4，实到 3" in answer.content.decode()


def test_a_second_screen_does_not_undo_the_numbers(client, here):
    meeting = gathered(here)
    client.force_login(here.secretary.user)
    address = reverse("cases:meeting_act", args=[meeting.pk, "numbers"])
    drawn = {"due": "", "initial-due": "", "present": "", "initial-present": ""}

    client.post(address, {**drawn, "due": 12})
    client.post(address, {**drawn, "present": 9})

    meeting.refresh_from_db()
    assert (meeting.due_typed, meeting.present_typed) == (12, 9)


def test_a_vote_before_the_number_leads_to_where_it_is_typed(client, here):
    meeting = gathered(here)
    item = meeting.items.get()
    client.force_login(here.secretary.user)
    sent = {
        "item_version": item.version,
        "key": "5f0cbe0e-6d2e-4b6e-8f0e-2f6f5a0f3f11",
        "votes_for": 3,
        "resolution": "每户出一个工",
        "verdict": "passed",
    }

    answer = client.post(
        reverse("cases:meeting_item", args=[meeting.pk, item.pk]), sent
    )

    assert answer.status_code == 422
    assert f'href="{meeting.get_absolute_url()}#roll"' in answer.content.decode()


def test_where_a_roll_is_called_no_numbers_are_asked_for(client, here):
    seats(here)
    client.force_login(here.secretary.user)
    with_roll = client.get(called(here).get_absolute_url())
    nobody_seated = client.get(called(here, kind="representatives").get_absolute_url())
    seats(here, body=Body.REPRESENTATIVES)
    seated = client.get(called(here, kind="representatives").get_absolute_url())

    assert "numbers" not in with_roll.context
    assert "numbers" in nobody_seated.context
    assert "numbers" not in seated.context


def test_the_assembly_of_one_from_each_household_is_offered_all_of_the_village(
    client, here
):
    with_households(here, 5)
    meeting = gathered(here, "households")
    client.force_login(here.secretary.user)

    page = client.get(meeting.get_absolute_url())

    assert page.context["numbers"]["due"].value() == 6


def test_before_the_number_is_known_the_paper_leaves_it_to_be_filled_in(here):
    meeting = gathered(here)
    sitting = Sitting(meeting, here.secretary.user, NOON.date())
    assert due_and_present(sitting) == ""

    meeting = numbered(here, meeting, due=4)
    sitting = Sitting(meeting, here.secretary.user, NOON.date())
    assert due_and_present(sitting) == "4／3"
