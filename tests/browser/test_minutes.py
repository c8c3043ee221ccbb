"""A browser that dies in the middle of a meeting loses no word: the server has them, or
this computer.
"""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from cases.models import AgendaItem, Meeting
from tests.browser.walking import choose_holder
from tests.cases.council import called, present, seats
from tests.cases.roads import accepted, staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
WORDS = "李强：先量巷道。赵敏：墙退半尺。"


def sitting(here) -> tuple[Meeting, str]:
    seats(here)
    meeting = called(here, accepted(here))
    present(meeting, here, 7)
    return meeting, f"/meetings/{meeting.pk}/items/{meeting.items.get().pk}/"


def seconds_pass(page: Page) -> None:
    """As many as the page may keep words to itself."""
    page.clock.fast_forward(5_000)


def saved(page: Page) -> None:
    seconds_pass(page)
    expect(page.locator("[data-saved]")).to_contain_text("已存", timeout=10_000)


def test_what_was_written_is_on_the_server_within_seconds(open_as):
    here = staff()
    _meeting, address = sitting(here)
    page = open_as(here.secretary)
    page.clock.install()
    page.goto(address)

    page.fill("#id_opinions", WORDS)
    saved(page)

    assert AgendaItem.objects.get().opinions == WORDS


def test_a_page_that_dies_before_the_server_had_the_words_finds_them_again(open_as):
    here = staff()
    _meeting, address = sitting(here)
    page = open_as(here.secretary)
    page.goto(address)
    page.route(
        "**/items/**",
        lambda route: (
            route.abort() if route.request.method == "POST" else route.continue_()
        ),
    )
    page.fill("#id_opinions", WORDS)
    page.fill("#id_decision", "墙退半尺")
    context = page.context
    page.close()

    again = context.new_page()
    again.goto(address)

    expect(again.locator("#id_opinions")).to_have_value(WORDS)
    expect(again.locator("#id_decision")).to_have_value("墙退半尺")


def test_a_decision_right_after_typing_is_not_refused_for_ones_own_autosave(open_as):
    here = staff()
    meeting, address = sitting(here)
    page = open_as(here.secretary)
    page.clock.install()
    page.goto(address)
    page.fill("#id_opinions", WORDS)
    saved(page)

    for name, votes in (("for", "6"), ("against", "1"), ("abstain", "0")):
        page.fill(f"#id_votes_{name}", votes)
    page.locator("label:has-text('干部领办')").click()
    page.fill("#id_decision", "墙退半尺")
    choose_holder(page, f"office:{here.office.pk}")
    page.click("button[value=passed]")
    page.wait_for_url(f"**/meetings/{meeting.pk}/")

    item = AgendaItem.objects.get()
    assert (item.state, item.opinions) == ("passed", WORDS)


def test_another_form_of_the_page_waits_until_the_server_has_the_words(open_as):
    """Typed, and at once told who steps aside: the words are there before the page
    comes back, and hinder nothing.
    """
    here = staff()
    _meeting, address = sitting(here)
    page = open_as(here.secretary)
    page.goto(address)
    page.fill("#id_opinions", WORDS)
    page.locator("label", has_text="李强").click()
    page.fill("[name^='aside-']:visible", "是他家邻居")

    with page.expect_navigation():
        page.click("text=确认回避人员")

    item = AgendaItem.objects.get()
    assert item.opinions == WORDS
    assert page.input_value("[name=item_version]") == str(item.version)
    assert item.asides.count() == 1


def test_the_panel_follows_the_row_that_the_keyboard_is_on(open_as):
    here = staff()
    cases = [accepted(here, title=f"第{nth}件") for nth in (1, 2)]
    page = open_as(here.secretary)
    page.goto("/queue/")
    expect(page.locator("#panel")).to_contain_text(cases[0].number)

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#panel")).to_contain_text(cases[1].number)
    page.keyboard.press("1")

    expect(page.locator("#panel form")).to_have_attribute(
        "action", re.compile(rf"/cases/{cases[1].number}/do/decide/\?next=queue")
    )


def test_a_slow_answer_for_the_row_before_never_takes_the_panel(open_as):
    here = staff()
    cases = [accepted(here, title=f"第{nth}件") for nth in (1, 2)]
    page = open_as(here.secretary)
    page.goto("/queue/")
    expect(page.locator("#panel")).to_contain_text(cases[0].number)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/queue/{cases[0].number}/*", hold)

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#panel")).to_contain_text(cases[1].number)
    for route in held:
        route.continue_()
    page.wait_for_load_state("networkidle")

    expect(page.locator("#panel")).to_contain_text(cases[1].number)
    assert len(held) == 1


def test_words_the_server_did_not_get_are_shown_beside_those_it_has(open_as):
    """The other secretary wrote meanwhile; what this computer still holds is not put
    over it, and not lost.
    """
    here = staff()
    _meeting, address = sitting(here)
    page = open_as(here.secretary)
    page.clock.install()
    page.goto(address)
    page.route(
        "**/items/**",
        lambda route: (
            route.abort() if route.request.method == "POST" else route.continue_()
        ),
    )
    page.fill("#id_opinions", WORDS)
    seconds_pass(page)
    expect(page.locator("[data-unkept]")).to_be_visible(timeout=10_000)
    expect(page.locator("[data-unkept] pre")).to_have_text(WORDS)
    AgendaItem.objects.update(opinions="赵敏：先看地契。", version=1)
    context = page.context
    page.close()

    again = context.new_page()
    again.goto(address)

    assert again.input_value("#id_opinions") == "赵敏：先看地契。"
    expect(again.locator("[data-unkept] pre")).to_have_text(WORDS)
    again.click("[data-drop]")
    again.reload()
    expect(again.locator("[data-unkept]")).to_be_hidden()


def test_what_one_tab_could_not_send_is_not_dropped_by_another(open_as):
    here = staff()
    _meeting, address = sitting(here)
    page = open_as(here.secretary)
    other = page.context.new_page()
    for tab in (page, other):
        tab.clock.install()
        tab.goto(address)
    page.route("**/items/**", lambda route: route.abort())
    page.fill("#id_opinions", WORDS)
    other.fill("#id_opinions", "赵敏：先看地契。")
    saved(other)
    page.close()

    again = other.context.new_page()
    again.goto(address)

    assert again.input_value("#id_opinions") == "赵敏：先看地契。"
    expect(again.locator("[data-unkept] pre")).to_have_text(WORDS)


def test_what_was_chosen_outlives_the_page_as_the_words_do(open_as):
    here = staff()
    _meeting, address = sitting(here)
    page = open_as(here.secretary)
    page.clock.install()
    page.goto(address)
    page.locator("label:has-text('干部领办')").click()
    choose_holder(page, f"office:{here.office.pk}")
    page.fill("#id_opinions", WORDS)
    saved(page)
    context = page.context
    page.close()

    again = context.new_page()
    again.goto(address)

    expect(again.locator("[name=lead]")).to_have_value(f"office:{here.office.pk}")
    assert again.is_checked("[name=handling][value=led]")
