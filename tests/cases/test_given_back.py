"""What somebody gave back: they read the matter no more, but their own words, and print
the slip of them.
"""

import pytest
from django.urls import reverse

from cases.models import Concern
from cases.workflow import Action, make_move
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, accepted, decided, officer, staff
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db
GROUND = "李建国家门口的线不归我们站管"


@pytest.fixture(autouse=True)
def _at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def here():
    return staff()


def returned(here, by=None, **fields):
    by = by or here.handler
    case = decided(here, accepted(here, **fields), lead=by.office or by)
    return make_move(case, Action.RETURN, by=officer(by), at=NOON, reason=GROUND)


def list_of(post):
    return logged_in(post).get(reverse("cases:list"))


def slip_of(case):
    event = case.events.get(action=Action.RETURN)
    return reverse("cases:return_slip", args=[event.pk])


def test_whoever_gave_a_matter_back_reads_their_own_words(here):
    case = returned(here, title="换灯泡", confidentiality="hidden")

    page = list_of(here.handler)

    assert "您退回的" in page.text
    assert case.number in page.text
    assert GROUND in page.text
    assert "换灯泡" not in page.text
    assert case.get_absolute_url() not in page.text


def test_nobody_reads_what_another_gave_back(here):
    case = returned(here)
    stranger = staff().handler

    assert "您退回的" not in list_of(stranger).text
    assert logged_in(stranger).post(slip_of(case)).status_code == 404
    assert logged_in(here.duty).post(slip_of(case)).status_code == 404


def test_the_slip_of_a_return_is_printed_by_whoever_gave_it_back(here):
    case = returned(here, title="换灯泡")
    client = logged_in(here.handler)

    paper = client.post(slip_of(case))

    for words in ("退回单", case.number, GROUND, "2026年3月2日", str(here.office)):
        assert words in paper.text
    assert "换灯泡" not in paper.text
    assert paper["Cache-Control"] == "no-store"
    assert AuditRecord.objects.filter(
        kind="print", user=here.handler.user, subject__contains=case.number
    ).exists()
    assert client.get(slip_of(case)).url == reverse("cases:list")


def test_a_group_leader_reads_their_own_words_and_prints_nothing(here):
    case = returned(here, by=here.leader)

    page = list_of(here.leader).text

    assert GROUND in page
    assert slip_of(case) not in page
    assert logged_in(here.leader).post(slip_of(case)).status_code == 404


def test_nothing_of_a_secret_matter_is_left(here):
    case = returned(here, confidentiality="secret")
    assert case.number not in list_of(here.handler).text
    assert logged_in(here.handler).post(slip_of(case)).status_code == 404


def test_nothing_is_left_of_what_came_to_concern_them(here):
    case = returned(here)
    Concern.objects.create(case=case, user=here.handler.user)

    assert case.number not in list_of(here.handler).text
    assert logged_in(here.handler).post(slip_of(case)).status_code == 404


def test_an_office_without_work_is_not_told_that_nothing_was_taken_down(here):
    page = list_of(here.handler).text

    assert "现在没有交给您的事。" in page
    assert "还没有登记过事项" not in page
    assert "还没有登记过事项" in list_of(here.duty).text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_much_was_given_back(
    here, count, django_assert_num_queries
):
    for _nth in range(count):
        returned(here)
    client = logged_in(here.handler)
    client.get(reverse("cases:list"))

    with django_assert_num_queries(8):
        client.get(reverse("cases:list"))
