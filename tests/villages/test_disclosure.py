from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from minshi.errors import InputRefused, NoSuchRight
from tests.roles import (
    auditor,
    committee_member_of,
    duty_officer_of,
    group_leader_of,
    reviewer_of,
    secretary_of,
    security_admin,
    supervisor_of,
    supervisor_of_county,
    system_admin,
)
from tests.villages.factories import ResidentFactory, UserFactory, VillageFactory
from villages.disclosure import may_unmask, open_phone
from villages.models import AuditRecord
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
PHONE = "13812348821"
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture
def person():
    return ResidentFactory(phone=PHONE)


@pytest.fixture
def village(person):
    return person.household.group.village


def test_the_secretary_opens_a_phone_and_leaves_a_trace(person, village):
    post = secretary_of(village)

    phone = open_phone(person, by=post.user, post=post, reason="约他看路灯", at=NOON)

    record = AuditRecord.objects.get(kind=AuditKind.UNMASK)
    assert phone == PHONE
    assert (record.user, record.reason, record.at) == (post.user, "约他看路灯", NOON)
    assert PHONE not in record.subject
    assert person.name not in record.subject


def test_a_supervisor_above_the_village_opens_a_phone(person, village):
    for post in (
        supervisor_of(village.town),
        supervisor_of_county(village.town.county_code),
    ):
        assert (
            open_phone(person, by=post.user, post=post, reason="督办", at=NOON) == PHONE
        )


def test_nobody_else_opens_a_phone(person, village):
    posts = [
        duty_officer_of(village),
        committee_member_of(village),
        group_leader_of(person.household.group),
        reviewer_of(village.town),
        secretary_of(VillageFactory()),
        supervisor_of(VillageFactory().town),
        secretary_of(village, until_on=date(2026, 3, 1)),
        secretary_of(village, user=UserFactory(is_active=False)),
        system_admin(),
        security_admin(),
        auditor(),
    ]

    for post in posts:
        with pytest.raises(NoSuchRight):
            open_phone(person, by=post.user, post=post, reason="看看", at=NOON)

    assert not AuditRecord.objects.filter(kind=AuditKind.UNMASK).exists()


def test_a_phone_is_not_opened_by_the_post_of_somebody_else(person, village):
    with pytest.raises(NoSuchRight):
        open_phone(
            person, by=UserFactory(), post=secretary_of(village), reason="看看", at=NOON
        )


@pytest.mark.parametrize("reason", ["  ", ".", "，", "\u0301", "\u200b"])
def test_a_reason_is_required(person, village, reason):
    post = secretary_of(village)

    with pytest.raises(InputRefused):
        open_phone(person, by=post.user, post=post, reason=reason, at=NOON)

    assert not AuditRecord.objects.filter(kind=AuditKind.UNMASK).exists()


def test_the_rule_answers_for_a_day_and_a_village(village):
    post = secretary_of(village, until_on=TODAY)

    assert may_unmask(post.user, TODAY, village)
    assert not may_unmask(post.user, date(2026, 3, 3), village)
    assert not may_unmask(post.user, TODAY, VillageFactory())


def test_the_page_shows_the_number_once_after_a_reason(client, person, village):
    client.force_login(secretary_of(village).user)
    url = reverse("villages:open_phone", args=[person.pk])

    before = client.get(url)
    refused = client.post(url, {"reason": ""})
    opened = client.post(url, {"reason": "约他看路灯"})

    assert PHONE not in before.content.decode()
    assert "****8821" in before.content.decode()
    assert (refused.status_code, PHONE in refused.content.decode()) == (422, False)
    assert PHONE in opened.content.decode()
    assert opened["Cache-Control"] == "no-store"
    assert AuditRecord.objects.get(kind=AuditKind.UNMASK).address == "127.0.0.1"


def test_outside_the_own_villages_there_is_no_such_page(client, person, village):
    for post in (
        secretary_of(VillageFactory()),
        duty_officer_of(village),
        reviewer_of(village.town),
        security_admin(),
    ):
        client.force_login(post.user)
        url = reverse("villages:open_phone", args=[person.pk])

        assert client.get(url).status_code == 404
        assert client.post(url, {"reason": "看看"}).status_code == 404
