"""One-time passwords are shown once: the browser asks before they are gone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.roles import security_admin
from tests.villages.factories import TownFactory, VillageFactory
from tests.villages.imports.files import checked, entered, xlsx

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEAD = ["姓名", "电话", "岗位", "村名"]
WANG = ["王桂兰", "13893912345", "值班员", "柳河村"]


@pytest.fixture
def run():
    town = TownFactory()
    VillageFactory(town=town, name="柳河村")
    return entered(checked(xlsx(HEAD, WANG), security_admin(), town, "people"))


def test_passwords_are_not_left_by_mistake(open_as, run):
    page = open_as(run.by.posts.get())
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(reverse("villages:import", args=[run.pk]))
    page.get_by_role("button", name="打印一次性密码").click()
    expect(page.locator(".strip")).to_have_count(1)

    page.get_by_role("button", name="打印").click()  # unless touched it may not ask
    page.evaluate("location.assign('/')")
    expect(page.locator(".strip")).to_have_count(1)
    assert asked == ["beforeunload"]

    page.locator("[data-leave]").click()
    expect(page.locator(".strip")).to_have_count(0)
    assert asked == ["beforeunload"]
    expect(page.get_by_text("一次性密码已经打印过")).to_be_visible()
