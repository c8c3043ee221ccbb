"""The lookup of neighbours is slowed, counted by day, and tells the end of a telephone
number in one's own village alone.
"""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from minshi.clock import now, today
from tests.api import Api
from tests.roles import (
    committee_member_of,
    duty_officer_of,
    group_leader_of,
    reviewer_of,
    supervisor_of,
)
from tests.villages.factories import GroupFactory, HouseholdFactory, ResidentFactory
from villages.lookup import index_residents
from villages.lookup_counts import record_lookups
from villages.models import AuditRecord, LookupCount

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
    assert "2" in record.subject
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
