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
# By the page itself: until the page that is on its way has come, Playwright would wait.
TYPE_SOON = """([field, words]) => setTimeout(() => {
  document.querySelector(field).value = words;
  document.querySelector(field).dispatchEvent(new Event("input", { bubbles: true }));
}, 700)"""


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


def test_the_row_whose_matter_is_open_is_marked(open_as):
    """The first is secret: it is opened by hand alone."""
    here = staff()
    secret = accepted(here, confidentiality="secret")
    open_one = accepted(here)
    page = open_as(here.secretary)

    page.goto("/queue/")
    marked = page.locator("[data-row][aria-current]")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text(open_one.number)
    page.locator("[data-row]", has_text=secret.number).click()

    expect(page.locator("#panel")).to_contain_text(secret.number)
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text(secret.number)


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


def test_what_was_refused_outlives_a_way_to_the_roll_and_back(open_as):
    """Too few were there: the refusal asks to call them, on another page."""
    here = staff()
    meeting, address = sitting(here)
    present(meeting, here, 2)
    page = open_as(here.secretary)
    page.goto(f"{address}?do=decide")
    page.fill("#id_opinions", WORDS)
    page.fill("#id_decision", "墙退半尺")
    page.fill("#id_votes_for", "2")

    page.locator("[name=verdict][value=passed]").click()
    expect(page.locator(".error, #error-summary").first).to_be_visible()
    page.goto(f"/meetings/{meeting.pk}/")
    page.goto(f"{address}?do=decide")

    expect(page.locator("#id_opinions")).to_have_value(WORDS)
    expect(page.locator("#id_decision")).to_have_value("墙退半尺")


def is_autosave(route: Route) -> bool:
    return "x-autosave" in route.request.headers


def test_a_double_click_without_a_reason_loses_no_word(open_as):
    """Both clicks come before the server has the words: the second may not overtake
    them.
    """
    here = staff()
    _meeting, address = sitting(here)
    page = open_as(here.secretary)
    page.goto(address)
    page.fill("#id_opinions", WORDS)
    page.fill("#id_votes_for", "6")
    page.fill("#id_decision", "墙退半尺")
    page.locator("label", has_text="李强").click()

    page.dblclick("text=确认回避人员")
    expect(page.locator(".note.bad[role=alert]:visible")).to_have_count(1)

    expect(page.locator("#id_opinions")).to_have_value(WORDS)
    expect(page.locator("#id_votes_for")).to_have_value("6")
    expect(page.locator("#id_decision")).to_have_value("墙退半尺")
    item = AgendaItem.objects.get()
    assert (item.opinions, item.votes_for) == (WORDS, 6)
    assert page.input_value("[name=item_version]") == str(item.version)


def test_clicks_wait_for_words_that_are_slow_to_arrive(open_as):
    here = staff()
    _meeting, address = sitting(here)
    page = open_as(here.secretary)
    page.goto(address)
    held: list[Route] = []
    sent: list[str] = []

    def hold(route: Route) -> None:
        if is_autosave(route):
            held.append(route)
        else:
            route.continue_()

    page.route("**/items/**", hold)
    page.on("request", lambda request: sent.append(request.url))
    page.fill("#id_opinions", WORDS)
    page.locator("label", has_text="李强").click()
    page.dblclick("text=确认回避人员")
    page.wait_for_timeout(500)
    page.dblclick("text=确认回避人员")
    page.wait_for_timeout(500)
    assert not [address for address in sent if address.endswith("/aside/")]

    for route in held:
        route.continue_()
    expect(page.locator(".note.bad[role=alert]:visible")).to_have_count(1)

    expect(page.locator("#id_opinions")).to_have_value(WORDS)
    assert AgendaItem.objects.get().opinions == WORDS
    assert len([address for address in sent if address.endswith("/aside/")]) == 1


def test_words_the_server_never_got_are_back_beside_a_refusal(open_as):
    here = staff()
    _meeting, address = sitting(here)
    page = open_as(here.secretary)
    page.goto(address)
    page.route(
        "**/items/**",
        lambda route: route.abort() if is_autosave(route) else route.continue_(),
    )
    page.fill("#id_opinions", WORDS)
    page.locator("label", has_text="李强").click()

    page.dblclick("text=确认回避人员")
    expect(page.locator(".note.bad[role=alert]:visible")).to_have_count(1)

    expect(page.locator("#id_opinions")).to_have_value(WORDS)


def test_words_typed_while_the_answer_is_slow_are_there_with_it(open_as):
    here = staff()
    _meeting, address = sitting(here)
    page = open_as(here.secretary)
    page.goto(address)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/aside/", hold)
    page.fill("#id_opinions", WORDS)
    page.locator("label", has_text="李强").click()
    page.evaluate(TYPE_SOON, ["#id_opinions", WORDS + "王芳：同意。"])

    with page.expect_request("**/aside/"):
        page.dblclick("text=确认回避人员")
    page.wait_for_timeout(1_000)
    for route in held:
        route.continue_()
    expect(page.locator(".note.bad[role=alert]:visible")).to_have_count(1)

    expect(page.locator("#id_opinions")).to_have_value(WORDS + "王芳：同意。")
    item = AgendaItem.objects.get()
    assert item.opinions == WORDS
    assert page.input_value("[name=item_version]") == str(item.version)


def test_a_double_click_on_keep_it_collides_with_no_words_on_their_way(open_as):
    here = staff()
    _meeting, address = sitting(here)
    page = open_as(here.secretary)
    page.clock.install()
    page.goto(address)
    held: list[Route] = []

    def hold(route: Route) -> None:
        if is_autosave(route):
            held.append(route)
        else:
            route.continue_()

    page.route("**/items/**", hold)
    page.fill("#id_opinions", WORDS)
    with page.expect_request(lambda request: "x-autosave" in request.headers):
        seconds_pass(page)
    page.fill("#id_opinions", WORDS + "王芳：同意。")
    page.dblclick("[name=save]")
    for route in held:
        route.continue_()
    expect(page.locator(".note.good")).to_be_visible()

    expect(page.locator(".note.bad[role=alert]:visible")).to_have_count(0)
    expect(page.locator("#id_opinions")).to_have_value(WORDS + "王芳：同意。")
    assert AgendaItem.objects.get().opinions == WORDS + "王芳：同意。"


@pytest.mark.parametrize(
    "button",
    [
        "button:has-text('点名完毕')",
        "form[action$='/agenda/'] button",
        "form[action$='/people/'] button, button[formaction$='/people/']",
        "form[action$='/up/'] button",
    ],
)
def test_a_double_click_on_the_page_of_the_meeting_loses_no_minutes(open_as, button):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here), accepted(here))
    present(meeting, here, 7)
    page = open_as(here.secretary)
    page.goto(f"/meetings/{meeting.pk}/")
    page.locator("details.more").evaluate_all(
        "all => all.forEach(one => one.open = true)"
    )
    page.fill("#id_minutes", WORDS)

    with page.expect_navigation():
        page.locator(button).first.dblclick()

    page.wait_for_load_state("networkidle")
    expect(page.locator("#id_minutes")).to_have_value(WORDS)
    meeting.refresh_from_db()
    assert meeting.minutes == WORDS
    assert page.input_value("[name=minutes_version]") == str(meeting.minutes_version)


def test_a_name_added_by_a_double_click_takes_no_sentence_away(open_as):
    """Refused for want of a name first, then added: both sentences are in the
    minutes.
    """
    here = staff()
    meeting, _address = sitting(here)
    page = open_as(here.secretary)
    page.goto(f"/meetings/{meeting.pk}/")
    add = page.locator("button[formaction$='/people/']", has_text="加到名单")

    page.fill("#id_minutes", "第一句。")
    add.dblclick()
    expect(page.locator("#error-summary, .error").first).to_be_visible()
    expect(page.locator("#id_minutes")).to_have_value("第一句。")
    page.fill("#id_minutes", "第一句。第二句。")
    page.fill("#id_name", "冯凤英")
    add.dblclick()
    expect(page.locator("#roll ~ form, form").filter(has_text="冯凤英")).to_have_count(
        1
    )

    expect(page.locator("#id_minutes")).to_have_value("第一句。第二句。")
    meeting.refresh_from_db()
    assert meeting.minutes == "第一句。第二句。"
    assert meeting.attendees.filter(name="冯凤英").count() == 1
