"""The admin as its readers see it: its letters, its first page, its refusals."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from tests import roles
from tests.villages.factories import GroupFactory, VillageFactory
from villages.models import Town

pytestmark = pytest.mark.django_db


def test_its_pages_take_our_stylesheet(client):
    client.force_login(roles.system_admin().user)

    page = client.get(reverse("admin:index")).content.decode()

    assert "css/admin" in page


def test_counters_of_the_software_are_not_on_the_first_page_but_can_be_read(client):
    client.force_login(roles.system_admin().user)
    index = client.get(reverse("admin:index")).content.decode()

    hidden = reverse("admin:supervision_watermark_changelist")

    assert reverse("admin:villages_town_changelist") in index
    assert hidden not in index
    assert client.get(hidden).status_code == 200


def names_in(apps) -> list[str]:
    return [model["object_name"] for app in apps for model in app["models"]]


def may_write(model) -> bool:
    return any(model["perms"][right] for right in ("add", "change", "delete"))


@pytest.mark.parametrize(
    "post_of", [roles.duty_officer_of, roles.secretary_of, roles.group_leader_of]
)
def test_what_one_may_write_comes_first_and_the_rest_is_folded(client, post_of):
    is_leader = post_of is roles.group_leader_of
    where = GroupFactory() if is_leader else VillageFactory()
    client.force_login(post_of(where).user)

    answer = client.get(reverse("admin:index"))

    first, rest = answer.context["app_list"], answer.context["only_read"]
    assert names_in(first)[:2] == ["Resident", "Household"]
    assert all(may_write(model) for app in first for model in app["models"])
    assert not any(may_write(model) for app in rest for model in app["models"])
    page = answer.content.decode()
    folded = page.index("<details")
    assert page.index(reverse("admin:villages_resident_changelist")) < folded
    assert page.index(reverse("admin:villages_residentkey_changelist")) > folded
    for app in (*first, *rest):
        for model in app["models"]:
            assert f'href="{model["admin_url"]}"' in page


def test_who_writes_nothing_has_nothing_folded(client):
    client.force_login(roles.auditor().user)

    answer = client.get(reverse("admin:index"))

    assert answer.context["only_read"] == []
    assert "AuditRecord" in names_in(answer.context["app_list"])
    assert "<details" not in answer.content.decode()


def test_beside_every_table_what_one_may_write_comes_first_too(client):
    client.force_login(roles.secretary_of(VillageFactory()).user)

    answer = client.get(reverse("admin:villages_household_changelist"))

    beside = answer.context["available_apps"]
    assert names_in(beside)[:2] == ["Resident", "Household"]
    assert "ResidentKey" in names_in(beside)


def test_a_constraint_is_refused_without_its_name():
    town = Town(code="12", name="白关镇", county_code="621226", abbreviation="BG")

    with translation.override("zh-hans"), pytest.raises(ValidationError) as refused:
        town.validate_constraints()
    with translation.override("zh-hans"):
        words = "".join(refused.value.messages)

    assert "town_code" not in words
    assert "请对照各栏说明改正" in words


def test_what_is_looked_for_is_kept_by_no_browser_and_every_filter_stays(client):
    secretary = roles.secretary_of(VillageFactory())
    client.force_login(secretary.user)
    address = reverse("admin:villages_resident_changelist")

    page = client.get(address, {"q": "李建国", "is_on_roll__exact": "1"}).text

    form = page[page.index('id="changelist-search"') :]
    form = form[: form.index("</form>")]
    assert 'autocomplete="off"' in form
    assert 'value="李建国"' in form
    assert '<input type="hidden" name="is_on_roll__exact" value="1">' in form
