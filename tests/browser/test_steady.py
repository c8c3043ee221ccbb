"""What comes later moves no button under the finger that is about to press it."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from cases.workflow import Spoken, register
from minshi.clock import now
from tests.browser.walking import act, choose
from tests.cases.roads import completed, officer, spoken, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
TALL = {"width": 1366, "height": 1600}  # no bar is pinned to the end of the window
TELEPHONE = {"width": 390, "height": 1600}


class Held:
    """Answers of an address that are kept back until the test lets them go."""

    def __init__(self, page: Page, address: str) -> None:
        self.waiting: list[Route] = []
        self.is_open = False
        page.route(address, self._take)

    def _take(self, route: Route) -> None:
        if self.is_open:
            route.continue_()
        else:
            self.waiting.append(route)

    def let_go(self) -> None:
        self.is_open = True
        for route in self.waiting:
            route.continue_()


def top_of(button: Locator) -> float:
    box = button.bounding_box()
    assert box
    return box["y"]


@pytest.mark.parametrize("viewport", [TALL, TELEPHONE], ids=["desk", "telephone"])
def test_the_preview_moves_no_button(open_as, viewport):
    here = staff()
    case = completed(here)
    page = open_as(here.secretary, viewport=viewport)
    held = Held(page, "**/preview/**")
    form = act(page, case.number, "verify")
    form.locator("[name=reply]").fill("排水沟清好了，" * 40)
    button = form.locator("button.btn-primary")
    expect(button).to_be_visible()
    before = top_of(button)

    held.let_go()

    expect(page.locator("#preview .said")).to_contain_text("排水沟清好了")
    assert top_of(button) == before


@pytest.mark.parametrize("viewport", [TALL, TELEPHONE], ids=["desk", "telephone"])
def test_similar_matters_move_no_answer_below_the_words(open_as, viewport):
    here = staff()
    for words in ("村口两盏路灯坏了半月", "村口路灯坏了没人修", "村口的路灯又坏了"):
        matter = Spoken(verbatim=words, village=here.village)
        register(matter, by=officer(here.duty), at=now())
    page = open_as(here.duty, viewport=viewport)
    held = Held(page, "**/similar/**")
    page.goto("/intake/")
    page.focus("#id_verbatim")
    with page.expect_request("**/similar/**"):
        page.keyboard.insert_text("村口路灯坏了")
    below = page.locator("label:has([name=category][value=village])")
    before = top_of(below)

    held.let_go()

    expect(page.locator("#similar li").first).to_be_attached()
    assert top_of(below) == before


def test_the_button_of_a_similar_matter_is_in_sight_beside_the_words(open_as):
    here = staff()
    matter = Spoken(verbatim="水渠盖板断了，娃娃走路危险", village=here.village)
    register(matter, by=officer(here.duty), at=now())
    page = open_as(here.duty, viewport={"width": 1366, "height": 625})
    page.goto("/intake/")

    page.fill("#id_verbatim", "水渠盖板断了好几块，娃娃走路危险")

    button = page.locator("#similar button")
    expect(button).to_be_visible()
    box = page.locator("#similar").bounding_box()
    shown = button.bounding_box()
    assert shown["y"] + shown["height"] <= box["y"] + box["height"]


def test_how_a_matter_was_chased_moves_no_button_of_its_papers(open_as):
    here = staff()
    case = spoken(here)
    page = open_as(here.secretary, viewport=TELEPHONE)
    held = Held(page, "**/chasing/**")
    page.goto(f"/cases/{case.number}/")
    papers = page.locator("section[aria-labelledby=files] [type=file]")
    before = top_of(papers)

    held.let_go()

    expect(page.locator(".chased")).to_contain_text("还没有")
    assert top_of(papers) == before


def test_the_word_that_the_line_is_away_moves_no_button(open_as):
    here = staff()
    case = spoken(here)
    page = open_as(here.duty, viewport=TALL)
    form = act(page, case.number, "accept")
    choose(form, category="village", grade="minor")
    button = form.locator("button.btn-primary")
    before = top_of(button)
    page.route("**/do/accept/**", lambda route: route.abort())

    button.click()

    expect(page.locator("#line")).to_be_visible()
    assert top_of(button) == before


FRAMES_LATER = """
async button => {
  for (let frame = 0; frame < 30; frame += 1) await new Promise(requestAnimationFrame);
  return button.getBoundingClientRect().top;
}
"""


def test_a_step_that_opens_lies_still_at_once(open_as):
    """A page that glides into place takes the button from under the finger: pressed
    here, let go beside it, nothing is sent.
    """
    here = staff()
    page = open_as(here.duty)
    form = act(page, spoken(here).number, "accept")
    button = form.locator("button.btn-primary")

    before = top_of(button)

    assert page.evaluate("scrollY") > 0, "the form had to come into view"
    assert button.evaluate(FRAMES_LATER) == before
