"""The telephone of an account: who writes it, who reads it, and where it is stored."""

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.urls import reverse

from minshi.errors import InputRefused, NoSuchRight
from tests.cases.roads import NOON
from tests.roles import duty_officer_of, secretary_of, security_admin, system_admin
from tests.villages.factories import VillageFactory
from villages.accounts import set_phone
from villages.models import AuditRecord, User

pytestmark = pytest.mark.django_db
OWN = "villages:own_phone"


@pytest.fixture
def officer():
    return duty_officer_of(VillageFactory()).user


def test_an_officer_writes_their_own_number_and_reads_it_whole(client, officer):
    client.force_login(officer)

    answer = client.post(reverse(OWN), {"phone": "电话：138 0932-8821"}, follow=True)

    officer.refresh_from_db()
    assert officer.phone == "13809328821"
    assert "电话记好了" in answer.text
    assert 'value="13809328821"' in answer.text
    assert "我的电话" in answer.text


def test_what_is_no_number_is_refused_beside_its_field_and_stays(client, officer):
    client.force_login(officer)

    answer = client.post(reverse(OWN), {"phone": "12"})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"phone"}
    assert 'value="12"' in answer.text
    officer.refresh_from_db()
    assert officer.phone == ""


def test_an_empty_number_takes_it_off(client, officer):
    officer.phone = "13809328821"
    officer.save()
    client.force_login(officer)

    client.post(reverse(OWN), {"phone": ""})

    officer.refresh_from_db()
    assert officer.phone == ""


def test_the_security_administrator_writes_it_and_sees_it_masked(client, officer):
    client.force_login(security_admin().user)
    page = reverse("villages:account_phone", args=[officer.pk])

    answer = client.post(page, {"phone": "13809328821"}, follow=True)

    officer.refresh_from_db()
    assert officer.phone == "13809328821"
    assert "****8821" in answer.text
    shown = [
        answer.text,
        client.get(page).text,
        client.get(reverse("admin:villages_user_change", args=[officer.pk])).text,
    ]
    assert not [text for text in shown if "13809328821" in text]
    assert "****8821" in shown[2]


def test_nobody_else_writes_the_number_of_another(client, officer):
    page = reverse("villages:account_phone", args=[officer.pk])
    village = officer.posts.get().village

    for user in (secretary_of(village).user, system_admin().user, officer):
        client.force_login(user)
        assert client.get(page).status_code == 404
        assert client.post(page, {"phone": "13809328821"}).status_code == 404
    with pytest.raises(NoSuchRight):
        set_phone(officer, "13809328821", by=secretary_of(village).user, at=NOON)


def test_the_number_is_stored_encrypted_and_in_no_log(officer):
    set_phone(officer, "13809328821", by=officer, at=NOON)

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM villages_user WHERE id = %s", [officer.pk])
        (stored,) = cursor.fetchone()
    logged = str(list(LogEntry.objects.values_list("changes", flat=True)))
    record = AuditRecord.objects.latest("pk")
    assert stored
    assert "8821" not in stored
    assert "8821" not in logged
    assert "8821" not in record.subject
    assert (record.user, officer.username in record.subject) == (officer, True)


def test_the_same_number_again_leaves_no_trace(officer):
    set_phone(officer, "13809328821", by=officer, at=NOON)
    records = AuditRecord.objects.count()

    set_phone(officer, "138 0932 8821", by=officer, at=NOON)

    assert AuditRecord.objects.count() == records


def test_a_number_that_is_none_is_refused_by_the_rule(officer):
    with pytest.raises(InputRefused) as refused:
        set_phone(officer, "****8821", by=officer, at=NOON)

    assert set(refused.value.fields) == {"phone"}


def test_an_account_begins_without_a_number():
    assert User(name="王桂兰").phone == ""
