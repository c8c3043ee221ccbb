"""A form of the administration sent twice adds one row."""

import uuid

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from cases.models import Topic
from tests.roles import secretary_of, security_admin, system_admin
from tests.together import at_once
from tests.villages.factories import HouseholdFactory, TownFactory
from tests.villages.test_admin import NEW_TOWN, url
from villages.models import Resident, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def household():
    return HouseholdFactory()


@pytest.fixture
def keeper(client, household):
    client.force_login(secretary_of(household.group.village).user)
    return client


def filled_in(household, **typed) -> dict[str, object]:
    resident = {"household": household.pk, "name": "赵敏", "is_on_roll": "on"}
    return {"key": uuid.uuid4(), **resident, **typed}


def test_two_clicks_add_one_resident(keeper, household):
    form = keeper.get(url("resident", "add"))
    sent = filled_in(household, key=form.context["form_key"], _save="")

    first, again = (keeper.post(url("resident", "add"), sent) for _click in range(2))

    assert f'name="key" value="{form.context["form_key"]}"' in form.text
    assert Resident.objects.get().name == "赵敏"
    assert (first.status_code, first.url) == (302, url("resident"))
    assert (again.status_code, again.url) == (302, url("resident"))


@pytest.mark.parametrize("button", ["_addanother", "_continue", "_popup"])
def test_each_button_answers_a_second_click_as_the_first(keeper, household, button):
    sent = filled_in(household) | {button: "1"}

    first, again = (keeper.post(url("resident", "add"), sent) for _click in range(2))

    assert Resident.objects.count() == 1
    assert again.status_code == first.status_code
    assert again.get("Location") == first.get("Location")
    assert again.content == first.content


def test_two_who_are_alike_are_two_by_two_forms(keeper, household):
    for _form in range(2):
        keeper.post(url("resident", "add"), filled_in(household))

    assert Resident.objects.count() == 2


def test_a_form_of_before_with_other_words_comes_back_under_a_new_key(
    keeper, household
):
    sent = filled_in(household)
    keeper.post(url("resident", "add"), sent)

    other = keeper.post(url("resident", "add"), sent | {"name": "赵敏敏"})
    key = other.context["form_key"]
    sure = keeper.post(url("resident", "add"), sent | {"name": "赵敏敏", "key": key})

    assert other.status_code == 200
    assert "这张表前面交的已经记下了" in other.text
    assert 'value="赵敏敏"' in other.text
    assert key != sent["key"]
    assert sure.status_code == 302
    assert {each.name for each in Resident.objects.all()} == {"赵敏", "赵敏敏"}


def test_a_form_that_was_refused_keeps_its_key(keeper, household):
    sent = filled_in(household, name="")

    refused = keeper.post(url("resident", "add"), sent)
    made = keeper.post(url("resident", "add"), sent | {"name": "赵敏"})

    assert refused.context["form_key"] == sent["key"]
    assert made.status_code == 302
    assert Resident.objects.count() == 1


def test_the_key_of_another_adds_all_the_same(keeper, household):
    sent = filled_in(household)
    keeper.post(url("resident", "add"), sent)
    other = Client()
    other.force_login(secretary_of(household.group.village).user)

    other.post(url("resident", "add"), sent)

    assert Resident.objects.count() == 2


def test_a_second_click_on_what_may_be_there_once_is_no_error(client):
    client.force_login(system_admin().user)
    sent = NEW_TOWN | {"key": uuid.uuid4()}

    answers = [client.post(url("town", "add"), sent) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Town.objects.count() == 1


def test_a_row_taken_away_since_is_not_added_again(client):
    town = TownFactory()
    client.force_login(system_admin().user)
    add = reverse("admin:cases_topic_add")
    sent = {"town": town.pk, "name": "放牧", "key": uuid.uuid4()}
    client.post(add, sent)
    Topic.objects.all().delete()

    again = client.post(add, sent)

    assert again.status_code == 302
    assert not Topic.objects.exists()


def test_whoever_may_add_nothing_is_refused_with_a_key_as_without(client):
    client.force_login(security_admin().user)

    answer = client.post(url("post", "add"), {"key": uuid.uuid4()})

    assert answer.status_code == 403


def test_the_log_of_a_row_reads_as_before(keeper, household):
    keeper.post(url("resident", "add"), filled_in(household))

    assert LogEntry.objects.get().get_change_message() == "已添加。"


def test_no_form_of_the_administration_asks_for_a_key(rf):
    request = rf.get("/")
    request.user = system_admin().user

    for model, window in admin.site._registry.items():
        if window.has_add_permission(request):
            assert "key" not in window.get_form(request).base_fields, model


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_add_one(household):
    user = secretary_of(household.group.village).user
    sent = filled_in(household)

    def click():
        own = Client()
        own.force_login(user)
        return own.post(url("resident", "add"), sent).status_code

    assert at_once(click, click) == [302, 302]
    assert Resident.objects.count() == 1
