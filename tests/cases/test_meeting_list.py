"""The list of meetings tells those of one name apart by what they are about."""

import pytest
from django.urls import reverse

from cases.models import Case
from tests.cases.council import called
from tests.cases.roads import NOON, accepted, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def here():
    return staff()


def listed(client, post) -> str:
    client.force_login(post.user)
    return client.get(reverse("cases:meetings")).content.decode()


def test_two_meetings_of_one_name_are_told_apart(client, here):
    called(here, accepted(here, title="路灯坏了"))
    called(here, *(accepted(here, title=f"沟渠第{nth}段") for nth in range(1, 4)))

    page = listed(client, here.secretary)

    assert "路灯坏了" in page
    assert "沟渠第1段、沟渠第2段等，共 3 项" in page


def test_a_matter_that_the_reader_does_not_see_is_counted_and_not_named(client, here):
    case = accepted(here, title="不能说的事")
    called(here, case)
    Case.objects.filter(pk=case.pk).update(confidentiality="secret")

    page = listed(client, here.member)

    assert "不能说的事" not in page
    assert "共 1 项" in page


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_list_costs_the_same_however_many_meetings(
    client, here, count, django_assert_num_queries
):
    for _nth in range(count):
        called(here, accepted(here))
    client.force_login(here.secretary.user)
    client.get(reverse("cases:meetings"))

    with django_assert_num_queries(7):
        client.get(reverse("cases:meetings"))
