"""The tracking page in a browser: Back after a form that was refused and then taken."""

import pytest
from playwright.sync_api import expect

from cases.views.receipt import tracking_address
from tests.browser.walking import choose
from tests.cases.roads import accepted, staff, verified

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def send(page):
    page.locator("form:has([value=rate]) button").click()


def test_words_typed_into_another_form_are_still_there_after_one_was_sent(new_page):
    case = accepted(staff())
    page = new_page()
    page.goto(tracking_address(case))
    page.locator("details:has([value=supplement]) > summary").click()
    added = page.locator("form:has([value=supplement]) textarea")
    added.fill("昨天又坏了一盏")
    page.locator("details:has([value=urge]) > summary").click()

    page.locator("form:has([value=urge]) button").click()

    expect(page.locator(".note")).to_contain_text("谢谢您")
    expect(added).to_be_visible()
    expect(added).to_have_value("昨天又坏了一盏")
    page.reload()
    expect(added).to_have_value("")


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
