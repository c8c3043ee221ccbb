"""Who speaks, typed by an input method, on a slow line, in a hurry."""

import time

import pytest
from playwright.sync_api import expect

from cases.models import Case
from cases.workflow import Spoken, register
from minshi.clock import now
from tests.cases.roads import officer, spoken, staff
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
SLOW_LINE = 0.5  # seconds until an answer arrives
NAME = "#id_speaker_name"
OPTIONS = "#lookup-list [role=option]"


def slow(page, pattern: str) -> None:
    def wait(route):
        time.sleep(SLOW_LINE)
        route.continue_()

    page.route(pattern, wait)


def neighbours(here, *names: str) -> None:
    household = HouseholdFactory(group=here.group)
    residents = [ResidentFactory(household=household, name=name) for name in names]
    index_residents(residents)


def compose(page, letters: str, word: str | None = None) -> None:
    """Type with the browser's own input method, and choose the word, if one is given."""
    method = page.context.new_cdp_session(page)
    for end in range(1, len(letters) + 1):
        composed = {"text": letters[:end], "selectionStart": end, "selectionEnd": end}
        method.send("Input.imeSetComposition", composed)
    if word is not None:
        method.send("Input.insertText", {"text": word})
    method.detach()


def test_a_name_committed_by_an_input_method_is_looked_up(open_as):
    here = staff()
    neighbours(here, "张长生", "张爱国")
    page = open_as(here.duty)
    slow(page, "**/lookup/**")
    page.goto("/intake/")

    compose(page, "zhang'chang'sheng", "张长生")

    expect(page.locator(OPTIONS)).to_have_count(1)
    expect(page.locator(OPTIONS)).to_contain_text("张长生")


def test_nobody_is_asked_for_while_a_name_is_composed(open_as):
    here = staff()
    neighbours(here, "张长生", "李强")
    page = open_as(here.duty)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/intake/")

    compose(page, "zhang")
    page.wait_for_timeout(400)  # longer than the pause before asking

    assert not [address for address in asked if "/lookup/" in address]
    page.keyboard.insert_text("张")  # which ends the composition
    expect(page.locator(OPTIONS)).to_contain_text("张长生")


def test_the_enter_that_ends_a_composition_stays_in_the_field(open_as):
    here = staff()
    neighbours(here, "张长生", "李强")
    page = open_as(here.duty)
    page.goto("/intake/")
    compose(page, "zhang")

    method = page.context.new_cdp_session(page)
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    method.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})

    expect(page.locator(NAME)).to_be_focused()
    page.keyboard.insert_text("张")
    expect(page.locator(OPTIONS)).to_contain_text("张长生")


def test_the_enter_of_a_browser_that_has_just_ended_composing_stays_as_well(open_as):
    here = staff()
    neighbours(here, "张长生", "李强")
    page = open_as(here.duty)
    page.goto("/intake/")

    # Safari says so by the key's number alone
    page.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true}))"
    )

    expect(page.locator(NAME)).to_be_focused()
    page.keyboard.insert_text("张")
    expect(page.locator(OPTIONS)).to_contain_text("张长生")


@pytest.mark.parametrize("key", ["Enter", "Tab"])
@pytest.mark.parametrize("is_seen", [True, False])
def test_the_only_neighbour_is_taken_by_enter_and_by_tab(open_as, key, is_seen):
    here = staff()
    neighbours(here, "张长生", "李强")
    page = open_as(here.duty)
    slow(page, "**/lookup/**")
    page.goto("/intake/")

    page.keyboard.type("zcs")
    if is_seen:
        expect(page.locator(OPTIONS)).to_have_attribute("aria-selected", "true")
    page.keyboard.press(key)
    page.keyboard.press("Alt+2")
    page.keyboard.type("水渠堵了")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("article.receipt")

    case = Case.objects.get()
    assert (case.resident.name, case.speaker_name) == ("张长生", "张长生")


def test_a_name_typed_out_is_not_taken_for_another_that_nobody_has_seen(open_as):
    here = staff()
    neighbours(here, "王五一")
    page = open_as(here.duty)
    slow(page, "**/lookup/**")
    page.goto("/intake/")

    page.keyboard.insert_text("王五")
    page.keyboard.press("Enter")
    page.keyboard.type("水渠堵了")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("article.receipt")

    case = Case.objects.get()
    assert (case.resident, case.speaker_name) == (None, "王五")


def test_a_broken_line_does_not_say_that_there_is_nobody(open_as):
    here = staff()
    page = open_as(here.duty)
    page.route("**/lookup/**", lambda route: route.abort())
    page.goto("/intake/")

    with page.expect_event("requestfailed"):
        page.keyboard.insert_text("张长生")

    expect(page.locator("#lookup-list")).to_be_hidden()


def test_similar_matters_belong_to_the_words_they_were_asked_for(open_as):
    here = staff()
    words = "村口两盏路灯坏了半月"
    matter = Spoken(verbatim=words, village=here.village)
    register(matter, by=officer(here.duty), at=now())
    page = open_as(here.duty)
    slow(page, "**/similar/**")
    page.goto("/intake/")
    page.evaluate("""
      window.shown = 0;
      const count = () => { shown += document.querySelectorAll("#similar li").length; };
      new MutationObserver(count).observe(
        document.querySelector("#similar"), { childList: true });
    """)
    page.focus("#id_verbatim")
    with page.expect_request("**/similar/**"):
        page.keyboard.insert_text("路灯坏了")

    page.keyboard.insert_text("，半月了")  # while the first answer is on its way
    expect(page.locator("#similar li")).to_have_count(1)
    assert page.evaluate("window.shown") == 1

    page.keyboard.insert_text("。")
    assert not page.locator("#similar li").count()


def test_correcting_an_entry_has_the_lookup_and_links_the_speaker(open_as):
    here = staff()
    case = spoken(here, speaker_name="")
    neighbours(here, "张长生", "李强")
    page = open_as(here.duty)
    page.goto(f"/cases/{case.number}/")
    page.locator("#act details > summary").click()
    page.click('#act a[href$="/do/amend/"]')

    page.locator(NAME).press_sequentially("zcs")
    expect(page.locator(OPTIONS)).to_have_count(1)
    page.keyboard.press("Enter")
    page.click("form#act button.btn-primary")
    page.wait_for_selector(".note.good")

    case.refresh_from_db()
    assert (case.resident.name, case.speaker_name) == ("张长生", "张长生")


def test_letters_are_asked_about_without_javascript(open_as):
    here = staff()
    neighbours(here, "张长生", "张常胜")
    page = open_as(here.duty, java_script_enabled=False)
    page.goto("/intake/")
    page.fill(NAME, "zcs")
    page.fill("#id_verbatim", "水渠堵了")
    page.click("[name=save]")

    assert not Case.objects.exists()
    assert page.input_value("#id_verbatim") == "水渠堵了"
    page.locator("[data-which] label", has_text="张常胜").click()
    page.click("[name=save]")

    case = Case.objects.get()
    assert (case.resident.name, case.speaker_name) == ("张常胜", "张常胜")


def test_a_phone_in_the_words_goes_to_its_field_by_its_button(open_as):
    here = staff()
    page = open_as(here.duty)
    page.goto("/intake/")
    page.focus("#id_verbatim")
    page.keyboard.insert_text("路灯坏了，打13993912345找我")

    page.locator("[name=fill][value=speaker_phone]").click()

    expect(page.locator("#id_speaker_phone")).to_have_value("13993912345")
    expect(page.locator("#id_speaker_phone")).to_be_visible()
    expect(page.locator("[name=fill]")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("article.receipt")
    assert Case.objects.get().speaker_phone == "13993912345"
