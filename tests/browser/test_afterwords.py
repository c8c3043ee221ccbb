"""还有话说 in a browser: a villager says it on a small phone, the officer answers, and
the villager reads the answer where they said it.
"""

import pytest
from playwright.sync_api import expect

from cases.workflow import Action, Spoken, make_move, register
from minshi.clock import now
from tests.browser.walking import act, send, write
from tests.cases.roads import officer, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
SMALL_PHONE = {"width": 360, "height": 640}


def settled(here):
    """A matter settled and rated on the spot, just now."""
    spoken = Spoken(
        verbatim="村口两盏太阳能灯坏了半月",
        speaker_name="李建国",
        village=here.village,
        group=here.group,
    )
    case = register(spoken, by=officer(here.duty), at=now())
    done = {"category": "village", "result": "当场换了灯泡"}
    case = make_move(case, Action.SETTLE, by=officer(here.duty), at=now(), **done)
    rated = {"satisfaction": "mostly", "solved": "yes", "how": "counter"}
    by = officer(here.secretary)
    return make_move(case, Action.RATE, by=by, at=now(), **rated)


def test_a_villager_says_more_and_reads_the_answer(new_page, open_as):
    here = staff()
    case = settled(here)
    address = f"/t/{case.number}/?k={case.tracking_code}"
    phone = new_page(viewport=SMALL_PHONE)

    phone.goto(address)
    phone.locator("details", has_text="还有话说").locator("summary").click()
    form = phone.locator("form:has([name=action][value=afterword])")
    write(form, text="灯亮了，就是有点暗")
    form.locator("button").click()

    said = phone.locator("section.card", has_text="灯亮了，就是有点暗")
    expect(said).to_be_visible()
    wide = phone.evaluate("document.documentElement.scrollWidth")
    assert wide <= SMALL_PHONE["width"]

    desk = open_as(here.secretary)
    desk.goto("/")
    desk.locator("section[aria-labelledby=afterwords] a", has_text=case.number).click()
    expect(desk.locator(".note.warn", has_text="灯亮了，就是有点暗")).to_be_visible()
    form = act(desk, case.number, "answer_afterword")
    write(form, reply="月底换一盏亮的")
    send(desk, form)

    phone.goto(address)
    expect(phone.locator("main")).to_contain_text("月底换一盏亮的")
