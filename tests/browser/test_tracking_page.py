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

    expect(page.locator(".note.good")).to_contain_text("谢谢您")
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
    expect(page.locator(".note.good")).to_contain_text("谢谢您")

    page.go_back()

    expect(page.locator("h1")).to_contain_text("太阳能灯")


def fill_supplement(page, text):
    """Unfold 我要补充, write, and return the box."""
    page.locator("details:has([value=supplement]) > summary").click()
    box = page.locator("form:has([value=supplement]) textarea")
    box.fill(text)
    page.wait_for_load_state("networkidle")  # what sending needs comes after the page
    return box


def send_supplement(page):
    page.locator("form:has([value=supplement]) button").click()


@pytest.mark.parametrize("kind", ["line", "server"])
def test_words_over_a_dead_line_stay_and_are_there_when_the_code_is_scanned_again(
    new_page, kind
):
    case = accepted(staff())
    page = new_page()
    page.goto(tracking_address(case))
    box = fill_supplement(page, "昨天又坏了一盏")

    if kind == "line":
        page.context.set_offline(True)
    else:
        page.route("**/t/**", lambda route: route.fulfill(status=502, body="away"))
    send_supplement(page)
    expect(page.locator("#line")).to_contain_text("没有交上去")
    expect(box).to_have_value("昨天又坏了一盏")

    page.context.set_offline(False)
    page.unroute_all()
    again = page.context.new_page()
    page.close()
    again.goto(tracking_address(case))
    kept = again.locator("form:has([value=supplement]) textarea")
    expect(kept).to_have_value("昨天又坏了一盏")
    expect(again.get_by_text("请再交一次")).to_be_visible()
    again.wait_for_load_state("networkidle")
    send_supplement(again)
    expect(again.locator(".note.good")).to_contain_text("谢谢您")

    again.reload()
    expect(kept).to_have_value("")
    assert case.events.filter(action="supplement").count() == 1


def test_words_whose_answer_was_lost_are_added_once(new_page):
    case = accepted(staff())
    page = new_page()
    page.goto(tracking_address(case))
    fill_supplement(page, "昨天又坏了一盏")

    def lose(route):
        route.fetch()  # the server has it
        route.abort()

    page.route("**/t/**", lose)
    send_supplement(page)
    expect(page.locator("#line")).to_be_visible()
    page.unroute_all()
    page.goto(tracking_address(case))
    page.wait_for_load_state("networkidle")
    send_supplement(page)

    expect(page.locator(".note.good")).to_contain_text("谢谢您")
    assert case.events.filter(action="supplement").count() == 1


def test_a_rating_without_an_answer_says_so_with_its_reason_kept(new_page):
    case = verified(staff())
    page = new_page()
    page.goto(tracking_address(case))
    page.wait_for_load_state("networkidle")
    choose(page, satisfaction="dissatisfied")
    page.locator("form:has([value=rate]) textarea").fill("灯还是不亮")

    send(page)

    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator("form:has([value=rate]) textarea")).to_have_value("灯还是不亮")
    choose(page, solved="no")
    page.wait_for_load_state("networkidle")
    send(page)
    expect(page.locator(".note.good")).to_contain_text("谢谢您")
