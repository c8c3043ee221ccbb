"""The tracking page in a browser: Back after a form that was refused and then taken."""

import pytest
from playwright.sync_api import expect

from cases.views.receipt import tracking_address
from tests.browser.walking import choose
from tests.cases.roads import staff, verified

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def send(page):
    page.locator("form:has([value=rate]) button").click()


def test_back_after_a_refused_form_shows_the_page_and_no_error_of_the_browser(new_page):
    case = verified(staff())
    page = new_page()
    page.goto(tracking_address(case))

    choose(page, solved="yes")
    send(page)
    expect(page.locator(".error").first).to_be_visible()
    choose(page, satisfaction="satisfied")
    send(page)
    expect(page.locator(".note")).to_contain_text("谢谢您")

    answer = page.go_back()

    assert answer.status == 200
    assert answer.request.method == "GET"
    expect(page.locator("h1")).to_contain_text("太阳能灯")
