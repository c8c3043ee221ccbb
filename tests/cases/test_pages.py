"""The pages a case is walked through, with query counts."""

import pytest
from django.urls import reverse

from cases.models import Case
from tests.cases.roads import completed, decided, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


def test_every_page_of_the_road_opens(client, here):
    client.force_login(here.secretary.user)
    case = decided(here)
    for name, args in (
        ("home", []),
        ("intake", []),
        ("list", []),
        ("detail", [case.number]),
        ("receipt", [case.number]),
        ("act", [case.number, "escalate"]),
    ):
        answer = client.get(reverse(f"cases:{name}", args=args))

        assert answer.status_code == 200, name


def test_a_walk_in_is_taken_down_and_the_receipt_named(client, here):
    client.force_login(here.duty.user)
    form = client.get(reverse("cases:intake")).context["form"]

    answer = client.post(
        reverse("cases:intake"),
        {
            "key": form["key"].value(),
            "verbatim": "路灯坏了",
            "channel": "talk_room",
            "village": here.village.pk,
            "category": "village",
            "grade": "minor",
            "confidentiality": "normal",
        },
    )

    case = Case.objects.get()
    assert answer.status_code == 302
    assert case.number in answer["Location"]


def test_the_supervisors_desk_counts_each_queue_of_its_own(client, here):
    completed(here, decided(here, lead=here.secretary), by=here.secretary)
    client.force_login(here.supervisor.user)

    queues = client.get(reverse("cases:home")).context["queues"]

    assert [(queue.query, count) for queue, count in queues] == [
        ({"overdue": "true"}, 1),
        ({"needs_order": "true"}, 0),
        ({"stage": "supervise", "level": "town"}, 0),
    ]
