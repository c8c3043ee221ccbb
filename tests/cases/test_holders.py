"""The choice of who leads and who assists: in which order, and found by what."""

import pytest
import time_machine
from django.urls import reverse

from cases.models import Topic
from cases.workflow import read_facts
from cases.workflow.candidates import holders_in_order
from tests.cases.roads import DAY, NOON, accepted, decided, staff
from tests.roles import handler_of
from tests.villages.factories import OfficeFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def first_offered(case, at=NOON) -> str:
    return next(iter(holders_in_order(read_facts(case, at))))


def test_whoever_led_the_topic_most_in_the_past_year_comes_first(
    django_assert_num_queries,
):
    here = staff()
    water = Topic.objects.create(town=here.town, name="饮水")
    station = handler_of(OfficeFactory(town=here.town)).office
    for lead in (here.office, station, station):
        decided(here, accepted(here, topic=water), lead=lead)
    case = accepted(here, topic=water)

    assert first_offered(case) == f"office:{station.pk}"
    assert first_offered(case, NOON + 400 * DAY) != f"office:{station.pk}"
    assert first_offered(accepted(here)) != f"office:{station.pk}"

    facts = read_facts(case, NOON)
    with django_assert_num_queries(3):
        holders_in_order(facts)
    with django_assert_num_queries(0):
        holders_in_order(facts)


def test_what_is_offered_can_be_found_by_pinyin_and_initials(client):
    here = staff()
    user = UserFactory(name="单建国")
    handler_of(here.office, user=user)
    here.leader.user.name = "曾小芳"
    here.leader.user.save()
    case = accepted(here)
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:act", args=[case.number, "decide"]))
    form = page.content.decode()

    assert form.count("cengxiaofang cxf zengxiaofang zxf") == 2  # lead, assistant


def test_a_lead_ticked_as_assistant_is_refused_beside_the_field(client):
    here = staff()
    case = accepted(here)
    client.force_login(here.secretary.user)
    office = f"office:{here.office.pk}"
    address = reverse("cases:act", args=[case.number, "decide"])
    first = client.get(address).context["form"]

    refused = client.post(
        address,
        {
            "version": first["version"].value(),
            "key": first["key"].value(),
            "handling": "joint",
            "decision": "一起办",
            "lead": office,
            "assistants": [office],
        },
    )

    assert set(refused.context["form"].errors) == {"assistants"}
