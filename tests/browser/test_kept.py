"""Words kept on a computer or a telephone for a form that is there no more: the matter has
ended meanwhile. They are shown to be copied until they are no longer needed.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.meetings.four_two import drop_process
from cases.views.receipt import tracking_address
from cases.workflow import Action, Speaker, make_move
from tests.cases.roads import accepted, decided, officer, staff
from tests.cases.test_four_two import begun

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
WORDS = "昨天又坏了一盏，请一起修"
KEPT = "[data-kept]"


def withdrawn(case):
    at = case.last_event_at
    by = Speaker(case, "code")
    return make_move(case, Action.WITHDRAW, by=by, at=at, reason="自己修好了")


def supplement_that_did_not_get_through(page, case):
    page.goto(tracking_address(case))
    page.locator("details:has([value=supplement]) > summary").click()
    page.locator("form:has([value=supplement]) textarea").fill(WORDS)
    page.wait_for_load_state("networkidle")
    page.route("**/t/**", lambda route: route.fulfill(status=502, body="away"))
    page.locator("form:has([value=supplement]) button").click()
    expect(page.locator("#line")).to_be_visible()
    page.unroute_all()


def test_a_villager_reads_what_did_not_get_through_once_the_matter_has_ended(new_page):
    case = accepted(staff())
    page = new_page(viewport={"width": 360, "height": 640})
    supplement_that_did_not_get_through(page, case)
    withdrawn(case)

    page.goto(tracking_address(case))

    kept = page.locator("section.card textarea[readonly]")
    expect(kept).to_have_value(WORDS)
    page.reload()
    expect(kept).to_have_value(WORDS)
    page.locator("section:has(textarea[readonly]) button").click()
    expect(kept).to_have_count(0)
    page.reload()
    expect(page.locator("h1")).to_be_visible()
    expect(kept).to_have_count(0)


def test_words_typed_beside_the_form_that_ended_the_matter_are_not_lost(new_page):
    case = accepted(staff())
    page = new_page()
    page.goto(tracking_address(case))
    for action, words in (("supplement", WORDS), ("withdraw", "自己修好了")):
        page.locator(f"details:has([value={action}]) > summary").click()
        page.locator(f"form:has([value={action}]) textarea").fill(words)
    page.wait_for_load_state("networkidle")

    page.locator("form:has([value=withdraw]) button").click()

    expect(page.locator(".note.good")).to_contain_text("谢谢您")
    kept = page.locator("section.card textarea[readonly]")
    expect(kept).to_have_value(WORDS)
    page.reload()
    expect(kept).to_have_value(WORDS)


def kept_for_a_step(page, case, action, field):
    page.goto(reverse("cases:act", args=[case.number, action]))
    page.fill(f"[name={field}]", WORDS)


def test_an_officer_reads_what_they_kept_for_a_step_that_is_not_open_any_more(open_as):
    here = staff()
    case = accepted(here)
    page = open_as(here.secretary)
    kept_for_a_step(page, case, "decide", "decision")
    page.goto(case.get_absolute_url())
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator(KEPT)).to_be_hidden()
    withdrawn(case)

    page.goto(reverse("cases:act", args=[case.number, "decide"]))

    expect(page.locator(KEPT)).to_be_visible()
    expect(page.locator(f"{KEPT} pre")).to_have_text(WORDS)
    page.click(f"{KEPT} [data-drop]")
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.locator(KEPT)).to_be_hidden()


def test_whoever_sees_a_matter_no_more_finds_the_words_at_their_desk(open_as):
    here = staff()
    case = decided(here)
    page = open_as(here.handler)
    kept_for_a_step(page, case, "complete", "result")
    withdrawn(case)

    assert page.goto(case.get_absolute_url()).status == 404
    page.goto("/")

    expect(page.locator(KEPT)).to_be_visible()
    expect(page.locator(f"{KEPT} pre")).to_have_text(f"{case.number}\n\n{WORDS}")


def test_words_for_a_step_of_the_six_are_shown_once_they_were_given_up(open_as):
    here = staff()
    process = begun(here)
    page = open_as(here.secretary)
    page.goto(process.get_absolute_url())
    page.fill("[name=content]", WORDS)
    page.goto("/")
    at_desk = page.locator(f"{KEPT} pre")
    expect(at_desk).to_contain_text(process.get_absolute_url())
    expect(at_desk).to_contain_text("四议两公开")
    drop_process(process, "不办了", by=officer(here.secretary), at=process.started_at)

    page.goto(process.get_absolute_url())

    expect(page.locator(KEPT)).to_be_visible()
    expect(page.locator(f"{KEPT} pre")).to_contain_text(WORDS)


def test_a_step_opened_before_the_kept_words_are_looked_for_breaks_nothing(open_as):
    case = accepted(here := staff())
    page = open_as(here.secretary)
    late = []

    def hold(route):
        late.append(route)

    page.route("**/js/kept.js", hold)
    page.goto(case.get_absolute_url())

    page.click("a[href$='/do/escalate/']")
    expect(page.locator("form[data-keep]")).to_be_visible()
    late.pop().continue_()

    page.wait_for_load_state("networkidle")
    expect(page.locator("form[data-keep]")).to_be_visible()
