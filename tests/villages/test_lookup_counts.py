"""The lookup of neighbours is slowed, counted by day, and tells the end of a telephone
number in one's own village alone.
"""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.cache import cache

from minshi.clock import now, today
from tests.api import Api
from tests.roles import (
    committee_member_of,
    duty_officer_of,
    group_leader_of,
    reviewer_of,
    secretary_of,
    supervisor_of,
)
from tests.villages.factories import GroupFactory, HouseholdFactory, ResidentFactory
from villages.lookup import index_residents
from villages.lookup_counts import record_lookups
from villages.models import AuditRecord, LookupCount, Resident

pytestmark = pytest.mark.django_db
PHONE = "13993910417"
PAGE = "/residents/lookup/"


@pytest.fixture(autouse=True)
def forgotten():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def group():
    group = GroupFactory()
    person = ResidentFactory(
        household=HouseholdFactory(group=group), name="李建国", phone=PHONE
    )
    index_residents([person])
    return group


def found(client, user, text: str):
    client.force_login(user)
    page = client.get(PAGE, {"q": text}).json()["results"]
    api = Api(user).get(f"households/?q={text}").json()["results"]
    assert [row["tail"] for row in page] == [row["tail"] for row in api]
    return [(row["name"], row["tail"]) for row in page]


@pytest.mark.parametrize("post_of", [duty_officer_of, committee_member_of])
def test_the_end_of_the_number_is_told_in_the_own_village(client, group, post_of):
    user = post_of(group.village).user

    assert found(client, user, "ljg") == [("李建国", "0417")]
    assert found(client, user, "0417") == [("李建国", "0417")]


def test_it_is_told_to_the_leader_of_the_group(client, group):
    assert found(client, group_leader_of(group).user, "ljg") == [("李建国", "0417")]


@pytest.mark.parametrize("post_of", [reviewer_of, supervisor_of])
def test_above_the_village_it_is_neither_told_nor_asked_for(client, group, post_of):
    user = post_of(group.village.town).user

    assert found(client, user, "ljg") == [("李建国", "")]
    assert found(client, user, "0417") == []
    assert found(client, user, "04") == []
    assert found(client, user, PHONE) == [("李建国", "")]


def test_a_day_is_counted_in_one_row(client, group):
    user = duty_officer_of(group.village).user

    for _ in range(3):
        found(client, user, "l")
    client.get(PAGE, {"q": " "})

    row = LookupCount.objects.get()
    assert (row.user, row.day, row.count) == (user, today(), 6)
    assert not AuditRecord.objects.filter(kind="looked_up").exists()


def test_a_day_that_is_over_is_one_line_of_the_audit_log(client, group):
    user = duty_officer_of(group.village).user
    found(client, user, "l")
    tomorrow = today() + timedelta(days=1)

    counts = [record_lookups(now(), day) for day in (today(), tomorrow, tomorrow)]

    record = AuditRecord.objects.get(kind="looked_up")
    assert counts == [0, 1, 0]
    assert record.user == user
    assert re.search(r"(?<!\d)2(?!\d)", record.subject.replace(str(today()), ""))
    assert str(today()) in record.subject


def test_a_day_has_its_limit(client, group, settings):
    settings.LOOKUPS_A_DAY = 2
    user = duty_officer_of(group.village).user
    found(client, user, "l")

    page = client.get(PAGE, {"q": "l"})
    api = Api(user).get("households/?q=l")

    assert (page.status_code, page.json()["code"]) == (429, "throttled")
    assert (api.status_code, api.json()["code"]) == (429, "throttled")
    LookupCount.objects.update(day=date(2026, 1, 1))
    assert client.get(PAGE, {"q": "l"}).status_code == 200


def test_nobody_asks_faster_than_people_type(client, group):
    user = duty_officer_of(group.village).user
    client.force_login(user)

    statuses = [client.get(PAGE, {"q": "l"}).status_code for _ in range(61)]
    api = Api(user).get("households/?q=l")

    assert statuses == [200] * 60 + [429]
    assert api.status_code == 429
    assert 0 < int(api["Retry-After"]) <= 60


OF_RESIDENT = "app_label=villages&model_name=contactlink&field_name=household"
IN_ADMIN = {
    "list": "/admin/villages/resident/",
    "search": "/admin/villages/resident/?q=李",
    "keys": "/admin/villages/residentkey/?q=0417",
    "households": "/admin/villages/household/?q=李",
    "completing": f"/admin/autocomplete/?{OF_RESIDENT}&term=李",
    "row": "/admin/villages/resident/{pk}/change/",
    "phone": "/residents/{pk}/phone/",
}


@pytest.mark.parametrize("way", IN_ADMIN)
def test_every_way_to_neighbours_counts_and_has_the_same_limits(client, group, way):
    client.force_login(secretary_of(group.village).user)
    address = IN_ADMIN[way].format(pk=Resident.objects.get().pk)

    first = client.get(address)
    count = LookupCount.objects.get().count
    LookupCount.objects.update(count=settings.LOOKUPS_A_DAY)
    of_day = client.get(address)
    LookupCount.objects.update(count=0)
    for _ in range(60):
        client.get(PAGE, {"q": "l"})
    too_fast = client.get(address)

    assert (first.status_code, count) == (200, 1)
    assert (of_day.status_code, too_fast.status_code) == (429, 429)
    assert "查" in of_day.content.decode()
    assert too_fast["Retry-After"]


def test_a_field_that_completes_is_refused_in_the_shape_its_script_reads(client, group):
    client.force_login(secretary_of(group.village).user)
    for _ in range(60):
        client.get(PAGE, {"q": "l"})

    answer = client.get(
        IN_ADMIN["completing"], headers={"accept": "application/json, */*; q=0.01"}
    )

    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
