"""Whoever writes at a table about a matter that is 隐名 is told so, whether they may
know who spoke or not.
"""

import pytest
import time_machine
from django.urls import reverse

from cases.meetings.four_two import record_step
from cases.meetings.step_record import StepRecord
from cases.models import Case
from tests.cases.council import called, present, seats
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import DAY, NOON, accepted, officer, staff
from tests.cases.test_four_two import begun, major, meeting, through

pytestmark = pytest.mark.django_db
WARNING = "说事人要求隐名。这里写的字，开会的人都看得到，也会印出来：别写是谁说的。"
ON_THE_WALL = "公示要张贴出去，全村都看得到"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    return staff()


def read(post, address: str) -> str:
    return logged_in(post).get(address).text


def sitting_on(here, case):
    seats(here)
    council = called(here, case)
    present(council, here, 3)
    return council


@pytest.mark.parametrize(("confidentiality", "times"), [("hidden", 1), ("normal", 0)])
def test_a_meeting_warns_where_its_words_are_typed(here, confidentiality, times):
    case = accepted(here, confidentiality=confidentiality)
    council = sitting_on(here, case)
    item = council.items.get()
    address = reverse("cases:meeting_item", args=[council.pk, item.pk])

    on_item = read(here.secretary, address)
    on_meeting = read(here.secretary, council.get_absolute_url())

    assert on_item.count(WARNING) == times
    assert on_meeting.count(WARNING) == times


def test_the_six_steps_warn_from_their_beginning(here):
    case = major(here, confidentiality="hidden")
    start = reverse("cases:four_two_start", args=[case.number])

    assert read(here.secretary, start).count(WARNING) == 1
    process = begun(here, case)
    for nth in range(1, 5):
        assert read(here.secretary, process.get_absolute_url()).count(WARNING) == 1
        held = meeting(30, 30, 30)
        record_step(process, nth, held, by=officer(here.secretary), at=NOON)


def test_whoever_posts_a_notice_is_told_that_it_hangs_for_all(here):
    case = major(here, confidentiality="hidden")
    process = through(begun(here, case), here, 4)
    before = read(here.secretary, process.get_absolute_url())
    until = (NOON + 15 * DAY).date()
    record = StepRecord(NOON.date(), "公示栏", public_until=until)
    record_step(process, 5, record, by=officer(here.secretary), at=NOON)
    hanging = read(here.secretary, process.get_absolute_url())
    with time_machine.travel(NOON + 16 * DAY, tick=False):
        outcome_is_due = read(here.secretary, process.get_absolute_url())
    Case.objects.update(confidentiality="normal")
    opened = read(here.secretary, process.get_absolute_url())

    assert before.count(ON_THE_WALL) == 1
    assert hanging.count(ON_THE_WALL) == 1  # the outcome waits until the notice is down
    assert outcome_is_due.count(ON_THE_WALL) == 2  # at what hung, and at the outcome
    assert ON_THE_WALL not in opened
    assert WARNING not in opened
