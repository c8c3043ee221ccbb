"""The admin as its readers see it: its letters, its first page, its refusals."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from tests import roles
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


def test_a_constraint_is_refused_without_its_name():
    town = Town(code="12", name="白关镇", county_code="621226", abbreviation="BG")

    with translation.override("zh-hans"), pytest.raises(ValidationError) as refused:
        town.validate_constraints()
    with translation.override("zh-hans"):
        words = "".join(refused.value.messages)

    assert "town_code" not in words
    assert "请对照各栏说明改正" in words
