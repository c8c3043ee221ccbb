"""An officer's first day, from the account that is opened for them to the first matter
that they take down by an input method and find again, all on a slow line.
"""

import re
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Case
from tests.browser.test_getting_in import choose_password, log_in, slow
from tests.browser.test_speaker import OPTIONS, compose
from tests.browser.walking import FRONT
from tests.cases.roads import spoken, staff
from tests.roles import security_admin
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents
from villages.models import User

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
PHONE = "13812348821"
NUMBER = r"/cases/([A-Z0-9]{2,5}-\d{4}-\d{4,6})/$"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.fixture(autouse=True)
def forgotten():
    cache.clear()
    yield
    cache.clear()


def open_account(page, village) -> str:
    """Open 王值班's account in the pages, appoint them, and return the password."""
    page.goto(reverse("villages:account_create"))
    page.fill("[name=name]", "王值班")
    page.fill("[name=username]", "duty.wang")
    page.click("main .btn-primary")
    password = page.locator("code.once").inner_text()

    page.click("main .btn-primary")
    page.click("main a[href$='/appoint/']")
    page.select_option("[name=role]", "duty_officer")
    page.fill("[name=place]", village.name)
    page.click("main form[method=get] button")
    page.check("[name=node]")
    page.click("main form[method=post] button.btn-primary")
    page.wait_for_url(re.compile(r"/accounts/\d+/$"))
    return password


def take_down(page) -> Case:
    page.goto(reverse("cases:intake"))
    compose(page, "a'yi'gu'li", "阿依古丽")
    expect(page.locator(OPTIONS)).to_have_count(1)
    page.keyboard.press("Enter")

    page.locator("[name=verbatim]").focus()
    compose(page, "shui'qu", "水渠堵了，修要１２０元")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("article.receipt")
    return Case.objects.get(verbatim__startswith="水渠")


def found_by(page, text: str) -> list[str]:
    page.goto(f"{reverse('cases:list')}?q={quote(text)}")
    links = page.locator("main a[href^='/cases/']").all()
    leading = [re.match(NUMBER, link.get_attribute("href")) for link in links]
    return sorted({found[1] for found in leading if found})


def test_an_officers_first_day_on_a_slow_line(open_as, new_page):
    here = staff()
    household = HouseholdFactory(group=here.group)
    name = "阿依古丽·买买提"
    index_residents([ResidentFactory(household=household, name=name, phone=PHONE)])

    once = open_account(open_as(security_admin()), here.village)

    spoken(here, verbatim="路灯不亮，要换灯泡")
    page = new_page()
    slow(page)
    page.goto("/login/")
    log_in(page, User.objects.get(username="duty.wang"), once)
    page.wait_for_url("**/account/password/**")
    choose_password(page, once)
    page.wait_for_url(FRONT)

    case = take_down(page)
    receipt = page.locator("article.receipt").inner_text()
    assert (case.speaker_name, case.speaker_phone) == (name, PHONE)
    assert case.resident.household == household
    assert case.verbatim == "水渠堵了，修要１２０元"
    assert case.number in receipt
    assert case.tracking_code in receipt
    assert "8821" not in receipt

    bare = case.number.replace("-", "")
    for written in (
        bare,
        bare.translate(WIDE),
        f"编号：{case.number}",
        case.number.replace("-", "—"),
        "阿依古丽 买买提",
        "阿依古丽.买买提",
        "138-1234-8821",
        "+86 138 1234 8821",
        "120元",
        "水渠 堵了",
    ):
        assert found_by(page, written) == [case.number], written

    code = f"{case.tracking_code[:5]} {case.tracking_code[5:]}".lower()
    page.goto("/t/")
    page.fill("[name=number]", bare.lower())
    page.fill("[name=k]", code)
    page.click("main button")
    expect(page.locator("main")).to_contain_text(case.number)
