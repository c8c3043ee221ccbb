"""Who came, who stands in, who steps aside: also with two screens open at once."""

import re

import pytest
import time_machine
from django.urls import reverse

from cases.meetings import add_attendee, call_roll, conclude, remove_attendee
from cases.meetings.sitting import Sitting
from cases.models import Concern
from minshi.errors import MoveRefused
from tests.cases.council import called, passed, present, seats
from tests.cases.roads import DAY, NOON, accepted, officer, staff
from tests.villages.factories import UserFactory
from villages.models import Body, Procedure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def drawn_of(meeting):
    return [
        f"{one.pk}:{int(one.is_present)}:{one.substitute}"
        for one in meeting.attendees.all()
    ]


def test_a_screen_drawn_before_a_substitute_was_named_does_not_take_them_away(client):
    here = staff()
    seats(here)
    meeting = called(here)
    first, second = list(meeting.attendees.all())[:2]
    drawn = drawn_of(meeting)
    address = reverse("cases:meeting_act", args=[meeting.pk, "roll"])
    client.force_login(here.secretary.user)

    client.post(
        address,
        {
            "drawn": drawn,
            f"substitute-{first.pk}": "李建国的儿子",
            f"substitute-{second.pk}": "",
        },
    )
    late = {
        "drawn": drawn,
        "present": [second.pk],
        f"substitute-{first.pk}": "",
        f"substitute-{second.pk}": "",
    }
    client.post(address, late)

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.substitute == "李建国的儿子"
    assert second.is_present


def test_a_substitute_is_taken_back_by_whoever_saw_them(client):
    here = staff()
    seats(here)
    meeting = called(here)
    first = meeting.attendees.first()
    call_roll(
        meeting, {}, substitutes={first.pk: "赵敏"}, by=officer(here.secretary), at=NOON
    )
    client.force_login(here.secretary.user)
    form = {"drawn": drawn_of(meeting), f"substitute-{first.pk}": ""}

    client.post(reverse("cases:meeting_act", args=[meeting.pk, "roll"]), form)

    first.refresh_from_db()
    assert first.substitute == ""


@pytest.mark.parametrize(("votes", "here_now"), [(True, 5), (False, 4)])
def test_the_page_counts_substitutes_as_the_votes_do(client, votes, here_now):
    here = staff()
    seats(here)
    Procedure.objects.create(
        town=here.town,
        kind="two_committees",
        quorum_of=1,
        quorum_in=2,
        quorum_above=True,
        pass_of=1,
        pass_in=2,
        pass_above=True,
        pass_base="present",
        substitutes_vote=votes,
        article="镇里定的",
    )
    meeting = called(here, accepted(here))
    present(meeting, here, 4)
    away = meeting.attendees.filter(is_present=False).first()
    call_roll(
        meeting,
        {},
        substitutes={away.pk: "替他来的"},
        by=officer(here.secretary),
        at=NOON,
    )

    sitting = Sitting(meeting, here.secretary.user, NOON.date())

    assert sitting.present == here_now
    assert sitting.lines[0].count.present == here_now
    client.force_login(here.secretary.user)
    page = client.get(meeting.get_absolute_url()).text
    assert ("替来的人不算到会，也没有表决权。" in page) is not votes


def aside_address(meeting):
    return reverse(
        "cases:meeting_item_act", args=[meeting.pk, meeting.items.get().pk, "aside"]
    )


def test_a_screen_drawn_before_somebody_stepped_aside_does_not_bring_them_back(client):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    first, second = list(meeting.attendees.all())[:2]
    client.force_login(here.secretary.user)

    client.post(
        aside_address(meeting), {"aside": [first.pk], f"aside-{first.pk}": "是亲戚"}
    )
    client.post(
        aside_address(meeting), {"aside": [second.pk], f"aside-{second.pk}": "是邻居"}
    )
    assert set(meeting.items.get().asides.values_list("attendee", flat=True)) == {
        first.pk,
        second.pk,
    }

    seen = {
        "drawn": [first.pk, second.pk],
        "aside": [second.pk],
        f"aside-{second.pk}": "是邻居",
    }
    client.post(aside_address(meeting), seen)
    assert set(meeting.items.get().asides.values_list("attendee", flat=True)) == {
        second.pk
    }


def test_another_time_does_not_undo_the_numbers_another_screen_typed(client):
    here = staff()
    meeting = called(here, kind="assembly", at=NOON - 10 * DAY)
    client.force_login(here.secretary.user)
    page = client.get(meeting.get_absolute_url())
    form = page.context["change"]
    before = {
        form[name].html_initial_name: form[name].initial or "" for name in form.fields
    }
    before["initial-starts_at"] = "2026-03-02 12:00:00"
    assert all(f'name="{name}"' in page.content.decode() for name in before)
    typed = {
        "starts_at": "2026-03-02T12:00",
        "place": "",
        "chair": "",
        "recorder": form["recorder"].initial,
    }
    address = reverse("cases:meeting_act", args=[meeting.pk, "change"])

    numbers = reverse("cases:meeting_act", args=[meeting.pk, "numbers"])
    client.post(numbers, {"due": 300, "present": 180})
    client.post(address, {**before, **typed, "place": "村部大院"})

    meeting.refresh_from_db()
    assert (meeting.place, meeting.due_typed, meeting.present_typed) == (
        "村部大院",
        300,
        180,
    )


def test_whom_a_matter_concerns_is_set_aside_by_name_where_they_have_no_account_in_the_roll():
    here = staff()
    case = accepted(here)
    meeting = called(here, case)
    Concern.objects.create(case=case, user=UserFactory(name="张有才"))

    person = add_attendee(
        meeting, "张有才", is_guest=False, by=officer(here.secretary), at=NOON
    )

    assert list(meeting.items.get().asides.values_list("attendee", "is_automatic")) == [
        (person.pk, True)
    ]


def test_a_substitute_who_is_a_party_is_set_aside_too():
    here = staff()
    seats(here)
    meeting = called(here, accepted(here, speaker_name="李建国"))
    present(meeting, here, 6)
    last = meeting.attendees.get(is_present=False)
    call_roll(
        meeting,
        {},
        substitutes={last.pk: "李建国"},
        by=officer(here.secretary),
        at=NOON,
    )
    Procedure.objects.create(
        town=here.town,
        kind="two_committees",
        quorum_of=1,
        quorum_in=2,
        quorum_above=True,
        pass_of=1,
        pass_in=2,
        pass_above=True,
        pass_base="present",
        substitutes_vote=True,
        article="镇里定的",
    )

    conclude(meeting.items.get(), "put_off", by=officer(here.secretary), at=NOON)

    item = meeting.items.get()
    assert (item.present, item.aside) == (6, 1)


def test_whoever_is_added_to_a_body_is_a_guest_unless_the_tick_is_taken_away(client):
    """Its members are due; one more with a vote raises how many must come. A crowd
    without a roll is due as it comes.
    """
    here = staff()
    seats(here)
    of_body = called(here)
    of_everybody = called(here, kind="assembly", short_notice="汛期")
    client.force_login(here.secretary.user)

    ticked = {}
    for meeting in (of_body, of_everybody):
        form = client.get(meeting.get_absolute_url()).context["people_form"]
        ticked[meeting.kind] = bool(form["is_guest"].value())
        assert "也算应到" in client.get(meeting.get_absolute_url()).text

    assert ticked == {"two_committees": True, "assembly": False}


def test_who_was_added_by_mistake_goes_off_the_roll_and_nobody_else(client):
    here = staff()
    seats(here)
    meeting = called(here)
    seated = meeting.attendees.first()
    typo = add_attendee(
        meeting, "李健国", is_guest=False, by=officer(here.secretary), at=NOON
    )
    address = reverse("cases:meeting_act", args=[meeting.pk, "people"])
    client.force_login(here.secretary.user)

    refused = client.post(address, {"remove": seated.pk})
    answer = client.post(address, {"remove": typo.pk})

    assert refused.status_code == 422
    assert answer.status_code == 302
    assert not meeting.attendees.filter(pk=typo.pk).exists()
    assert meeting.attendees.filter(pk=seated.pk).exists()
    assert client.post(address, {"remove": typo.pk}).status_code == 404


def sent_with_a_name(client, meeting, act, name):
    """The roll with the first of it ticked, and a name typed below."""
    first = meeting.attendees.first()
    address = reverse("cases:meeting_act", args=[meeting.pk, act])
    form = {"drawn": [f"{first.pk}:0:"], "present": [first.pk], "name": name}
    return first, client.post(address, form)


@pytest.mark.parametrize("act", ["roll", "people"])
def test_ticks_and_a_name_typed_beside_them_are_sent_together(client, act):
    here = staff()
    seats(here)
    meeting = called(here)
    client.force_login(here.secretary.user)

    first, answer = sent_with_a_name(client, meeting, act, "刘技术员")

    assert answer.status_code == 302
    first.refresh_from_db()
    assert first.is_present
    assert meeting.attendees.filter(name="刘技术员", is_present=True).exists()


@pytest.mark.parametrize("act", ["roll", "people"])
def test_ticks_stand_where_the_name_beside_them_is_refused(client, act):
    here = staff()
    seats(here)
    meeting = called(here)
    client.force_login(here.secretary.user)
    overlong = "刘" * 41

    first, answer = sent_with_a_name(client, meeting, act, overlong)

    assert answer.status_code == 422
    assert overlong in answer.content.decode()
    first.refresh_from_db()
    assert first.is_present


OVERSEERS = ("监督甲", "监督乙", "监督丙")


@pytest.mark.parametrize(
    "kind",
    [
        "minshi_committee",
        "talk_day",
        "two_committees",
        "mass_congress",
        "representatives",
        "consultation",
    ],
)
def test_the_oversight_committee_attends_without_a_vote(kind):
    """村民委员会组织法 37."""
    here = staff()
    seats(here)
    seats(here, body=Body.REPRESENTATIVES)
    seats(here, body=Body.MINSHI_COMMITTEE)
    seats(here, OVERSEERS, body=Body.OVERSIGHT)

    meeting = called(here, kind=kind)

    overseers = [person for person in meeting.attendees.all() if person.oversees]
    sitting = Sitting(meeting, here.secretary.user, NOON.date())
    assert [person.name for person in overseers] == list(OVERSEERS)
    assert not any(person.is_chair for person in overseers)
    assert (sitting.due, meeting.chair) == (7, "孙主任")


def test_it_attends_no_meeting_of_the_party_or_of_the_whole_village():
    here = staff()
    seats(here, OVERSEERS, body=Body.OVERSIGHT)

    for kind in ("party_assembly", "branch_committee", "group_meeting"):
        assert not called(here, kind=kind).attendees.exists()


def test_an_overseer_who_is_a_representative_keeps_their_vote():
    here = staff()
    seats(here, ("李强", "监督甲"), body=Body.REPRESENTATIVES)
    seats(here, OVERSEERS, body=Body.OVERSIGHT)

    meeting = called(here, kind="representatives")

    voters = [person.name for person in meeting.attendees.filter(is_guest=False)]
    assert voters == ["李强", "监督甲"]
    assert meeting.attendees.filter(name="监督甲").count() == 1


def test_the_roll_says_who_oversees_and_their_tick_changes_no_number(client):
    here = staff()
    seats(here)
    seats(here, OVERSEERS, body=Body.OVERSIGHT)
    meeting = called(here)
    overseer = meeting.attendees.get(name="监督甲")

    call_roll(meeting, {overseer.pk: True}, by=officer(here.secretary), at=NOON)

    sitting = Sitting(meeting, here.secretary.user, NOON.date())
    assert (sitting.due, sitting.present) == (7, 0)
    assert "监督乙" not in sitting.absent
    client.force_login(here.secretary.user)
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert page.count("村务监督委员会，列席，不投票") == len(OVERSEERS)


def test_whoever_was_counted_in_a_vote_stays_on_the_roll():
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 7)
    added = add_attendee(
        meeting, "李健国", is_guest=False, by=officer(here.secretary), at=NOON
    )
    passed(meeting.items.get(), here, (8, 0, 0))

    with pytest.raises(MoveRefused):
        remove_attendee(added, by=officer(here.secretary), at=NOON)


def test_who_steps_aside_without_a_reason_stays_ticked_beside_the_refusal(client):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here))
    first = meeting.attendees.first()
    client.force_login(here.secretary.user)

    answer = client.post(
        aside_address(meeting), {"aside": [first.pk], f"aside-{first.pk}": " "}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请写为什么回避" in page
    assert re.search(rf'value="{first.pk}" checked\s+id="aside-{first.pk}"', page)
    assert not meeting.items.get().asides.exists()
