"""大事 is not decided by the village: said as the form of a decision opens, with the ways
on that the reader has, and not once everything was filled in.
"""

import pytest
from django.urls import reverse
from django.utils import translation

from cases.models.choices import Grade
from cases.workflow import read_facts
from cases.workflow.guards import village_may_decide
from tests.cases.council import called
from tests.cases.roads import NOON, accepted, officer, staff
from tests.cases.test_four_two import begun, major, through
from tests.cases.test_reserved import escalated

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def here():
    return staff()


def form_of(client, post, case, step="decide"):
    client.force_login(post.user)
    return client.get(reverse("cases:act", args=[case.number, step]))


def ways(case):
    up = reverse("cases:act", args=[case.number, "escalate"])
    six_steps = reverse("cases:four_two_start", args=[case.number])
    return up, six_steps


def refusal(case, here):
    """What the guard says of the same matter once it is major."""
    case.grade = Grade.MAJOR
    facts = read_facts(case, NOON)
    with translation.override("zh-hans"):
        return str(village_may_decide(facts, officer(here.secretary)))


def test_the_form_says_at_once_who_decides_a_major_matter_and_the_two_ways(
    client, here
):
    case = accepted(here)

    page = form_of(client, here.secretary, case).content.decode()

    assert refusal(case, here) in page
    for address in ways(case):
        assert f'href="{address}"' in page


def test_above_the_village_nothing_of_it_is_said(client, here):
    case = escalated(here, accepted(here))

    answer = form_of(client, here.reviewer, case)

    assert answer.context["ways_on"] is None


def test_once_the_villagers_resolved_nothing_stands_in_the_way(client, here):
    case = major(here)
    through(begun(here, case), here, 4)

    answer = form_of(client, here.secretary, case)

    assert answer.status_code == 200
    assert answer.context["ways_on"] is None


def test_a_process_under_way_is_led_to_and_not_begun_again(client, here):
    case = accepted(here)
    process = begun(here, case)

    page = form_of(client, here.secretary, case).content.decode()

    assert process.get_absolute_url() in page
    assert ways(case)[1] not in page
    client.force_login(here.secretary.user)
    detail = client.get(case.get_absolute_url()).content.decode()
    assert process.get_absolute_url() in detail


def test_another_step_says_nothing_of_it(client, here):
    case = accepted(here)

    assert form_of(client, here.secretary, case, "defer").context["ways_on"] is None


@pytest.mark.parametrize("is_major", [False, True])
def test_a_meeting_reads_it_before_it_votes(client, here, is_major):
    case = major(here) if is_major else accepted(here)
    meeting = called(here, case)
    item = meeting.items.get()
    client.force_login(here.secretary.user)

    page = client.get(
        reverse("cases:meeting_item", args=[meeting.pk, item.pk])
    ).content.decode()

    assert refusal(case, here) in page
    assert ways(case)[1] in page


def test_several_at_once_are_warned_as_well(client, here):
    case = accepted(here)
    client.force_login(here.secretary.user)

    page = client.post(
        reverse("cases:queue_batch"),
        {"do": "decide", "cases": [f"{case.number}:{case.version}"]},
    ).content.decode()

    assert refusal(case, here) in page


@pytest.mark.parametrize("is_major", [False, True])
def test_a_meeting_that_reports_up_reads_it_of_a_major_matter_alone(
    client, here, is_major
):
    """That form asks no grade, by which the words could be hidden."""
    case = major(here) if is_major else accepted(here)
    meeting = called(here, case)
    item = meeting.items.get()
    client.force_login(here.secretary.user)

    address = reverse("cases:meeting_item", args=[meeting.pk, item.pk])
    page = client.get(address, {"do": "escalate"})

    assert page.context["chosen"].action == "escalate"
    assert (ways(case)[1] in page.text) is is_major
    assert (refusal(case, here) in page.text) is is_major
