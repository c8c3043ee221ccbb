"""Enter in a field of one line: it goes to the next field, and sends nothing."""

import pytest
from playwright.sync_api import expect

from cases.models import Case
from tests.browser.test_speaker import compose
from tests.browser.walking import act
from tests.cases.roads import accepted, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def in_focus(page) -> str:
    """The name of the field that has the focus, or the kind of button."""
    return page.evaluate(
        "document.activeElement.name || document.activeElement.className"
    )


def test_enter_goes_from_field_to_field_and_sends_nothing(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    page.fill("#id_verbatim", "二组水渠堵了")
    page.click("details.more > summary")
    place = page.locator("[name=place]")

    place.fill("二组水渠")
    place.press("Enter")

    assert in_focus(page) not in ("", "place")
    assert page.url.endswith("/intake/")
    assert not Case.objects.exists()


def test_enter_that_ends_a_composition_stays_in_its_field(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    page.fill("#id_verbatim", "二组水渠堵了")
    page.click("details.more > summary")
    page.focus("[name=place]")
    compose(page, "shui'qu")

    for composing in ({"isComposing": True}, {"keyCode": 229}):
        page.locator("[name=place]").dispatch_event(
            "keydown", {"key": "Enter", "bubbles": True, **composing}
        )

    assert in_focus(page) == "place"
    assert not Case.objects.exists()


def test_enter_in_the_last_field_comes_to_the_button_which_sends(open_as):
    case = accepted(here := staff())
    page = open_as(here.secretary)
    form = act(page, case.number, "escalate")
    form.locator("[name=reason]").fill("村里没有这笔钱")
    told = form.locator("[name=told_why]")

    told.fill("村里办不了")
    told.press("Enter")
    expect(form.locator("button.btn-primary")).to_be_focused()
    case.refresh_from_db()
    assert case.level == "village"

    page.keyboard.press("Enter")
    expect(page.locator(".note.good").first).to_be_visible()
    case.refresh_from_db()
    assert case.level == "town"


def test_a_key_held_down_does_not_press_the_button_it_came_to(open_as):
    case = accepted(here := staff())
    page = open_as(here.secretary)
    form = act(page, case.number, "escalate")
    form.locator("[name=reason]").fill("村里没有这笔钱")
    form.locator("[name=told_why]").focus()

    for _nth in range(3):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")

    case.refresh_from_db()
    assert case.level == "village"


def test_a_search_is_still_sent_by_enter(open_as):
    page = open_as(staff().duty)
    page.goto("/cases/")
    page.fill("main [name=q]", "路灯")

    page.press("main [name=q]", "Enter")

    page.wait_for_url("**q=**")


def test_without_javascript_enter_sends_as_ever(open_as):
    case = accepted(here := staff())
    page = open_as(here.secretary, java_script_enabled=False)
    page.goto(f"/cases/{case.number}/do/escalate/")
    page.fill("[name=reason]", "村里没有这笔钱")

    page.press("[name=told_why]", "Enter")

    expect(page.locator(".note.good").first).to_be_visible()
    case.refresh_from_db()
    assert case.level == "town"
