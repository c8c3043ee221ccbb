"""What an officer has typed is never lost: a reload, a refused form, a double click."""

import pytest
from playwright.sync_api import expect

from cases.models import Case
from tests.cases.roads import accepted, decided, spoken, staff
from tests.cases.test_four_two import begun
from tests.roles import secretary_of
from tests.villages.factories import VillageFactory

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
WORDS = "村口路灯坏了，孩子上学看不见"
OTHERS = "水渠堵了，浇不上地"
LEFT = "[data-left]"
# a browser that breaks down tells no page that it ends
UNTOLD = "addEventListener('pagehide', event => event.stopImmediatePropagation())"
LONG_ENOUGH = 1_500  # milliseconds in which pages have told each other what they have


def typed(page, words: str) -> None:
    page.fill("#id_verbatim", words)
    page.wait_for_selector("[data-saved-at]:not(:empty)")


def beside(page, address: str = "/intake/"):
    """Another tab of the same browser."""
    other = page.context.new_page()
    other.goto(address)
    return other


def sent(page) -> None:
    page.click("[name=save]")
    page.wait_for_selector(".note.good")


def test_a_draft_survives_a_reload_and_is_gone_once_sent(open_as):
    here = staff()
    page = open_as(here.duty)
    page.goto("/intake/")
    page.fill("#id_verbatim", WORDS)
    page.get_by_text("邻里事").click()
    page.wait_for_selector("[data-saved-at]:not(:empty)")

    page.reload()

    assert page.input_value("#id_verbatim") == WORDS
    assert page.is_checked("[name=category][value=neighbour]")
    assert page.is_visible("[data-restored]")
    page.click("[name=save]")
    page.wait_for_selector(".note.good")
    page.goto("/intake/")
    assert page.input_value("#id_verbatim") == ""
    assert Case.objects.get().verbatim == WORDS


def test_back_after_a_refused_form_shows_a_page_and_no_error_of_the_browser(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    typed(page, WORDS)
    page.fill("#id_speaker_name", "zcs")
    page.click("[name=save]")
    expect(page.locator("#error-summary")).to_be_visible()
    page.fill("#id_speaker_name", "外村的老王")
    sent(page)

    page.go_back()

    expect(page.locator("#id_verbatim")).to_have_value("")
    expect(page.locator("#error-summary")).to_have_count(0)


def test_back_to_a_step_of_the_six_that_was_refused_shows_the_step(open_as):
    here = staff()
    address = begun(here).get_absolute_url()
    page = open_as(here.secretary)
    page.goto(address)
    page.fill("[name=content]", WORDS)
    page.locator("form[data-keep] button.btn-primary").click()
    expect(page.locator("#error-summary")).to_be_visible()
    page.goto("/intake/")

    page.go_back()

    expect(page.locator("[name=content]")).to_have_value(WORDS)
    expect(page.locator("#error-summary")).to_have_count(0)


def test_what_came_back_is_in_sight_where_it_is_folded_away(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    page.fill("#id_verbatim", WORDS)
    page.click("details.more > summary")
    page.fill("#id_place", "村口")
    page.wait_for_selector("[data-saved-at]:not(:empty)")

    page.reload()

    assert page.input_value("#id_verbatim") == WORDS
    assert page.is_visible("#id_place")
    assert page.input_value("#id_place") == "村口"


@pytest.mark.parametrize(
    ("filled", "open_folds"),
    [
        ("", []),
        ("[name=place]", ["more"]),
        ("[name=confidentiality]:not(:checked)", ["more"]),
        ("[name=concerns]", ["more", "cadres"]),
    ],
)
@pytest.mark.parametrize("who", ["duty", "supervisor"])
def test_only_a_fold_opens_in_which_something_was_filled_in(
    open_as, who, filled, open_folds
):
    here = staff()
    page = open_as(getattr(here, who))
    page.goto("/intake/")
    if who == "supervisor":  # the cadres of a village come once it is chosen
        page.select_option("select[name=village]", str(here.village.pk))
        page.wait_for_selector("#of-village [name=group]", state="attached")
    page.fill("#id_verbatim", WORDS)
    page.evaluate(
        "for (const fold of document.querySelectorAll('details')) fold.open = true"
    )
    if filled == "[name=place]":
        page.fill(filled, "村口")
    elif filled:
        page.locator(filled).first.check()
    page.wait_for_selector("[data-saved-at]:not(:empty)")

    page.reload()

    page.wait_for_selector("[data-restored]", state="visible")
    cadres = page.locator("#of-village details > summary + *")
    cadres.wait_for(state="attached")
    folds = {"more": page.locator("#id_place"), "cadres": cadres}
    for name, inside in folds.items():
        expect(inside).to_be_visible(visible=name in open_folds)


def test_what_a_step_of_the_six_has_typed_survives_until_it_is_written_down(open_as):
    here = staff()
    address = begun(here).get_absolute_url()
    page = open_as(here.secretary)
    page.goto(address)
    form = page.locator("form:has([name=nth])")
    form.locator("[name=content]").fill("支部提议按人口六成分")
    for name in ("due", "present", "votes_for"):
        form.locator(f"[name={name}]").fill("5")

    page.goto("/")
    page.goto(address)

    expect(form.locator("[name=content]")).to_have_value("支部提议按人口六成分")
    expect(form.locator("[name=present]")).to_have_value("5")
    form.locator("button").click()
    page.wait_for_url("**?sent=*")
    expect(form.locator("[name=content]")).to_have_value("")
    assert page.evaluate("Object.keys(localStorage).join()") == ""


def test_the_login_page_counts_what_waits_here_and_shows_the_password(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    page.fill("#id_verbatim", WORDS)
    page.wait_for_selector("[data-saved-at]:not(:empty)")
    page.context.clear_cookies()

    page.goto("/login/")

    assert page.inner_text("[data-waiting]").endswith("没交的有1份。")
    assert WORDS not in page.content()
    page.fill("#id_password", "lu-deng")
    for shown in ("text", "password"):
        page.click("[data-look]")
        assert page.get_attribute("#id_password", "type") == shown


def test_a_draft_is_never_shown_to_another(open_as):
    here = staff()
    page = open_as(here.duty)
    page.goto("/intake/")
    page.fill("#id_verbatim", WORDS)
    page.wait_for_selector("[data-saved-at]:not(:empty)")
    names = page.evaluate("Object.keys(localStorage)")

    assert [name.split(":")[0] for name in names] == [f"intake-{here.duty.user.pk}"]


def test_two_tabs_have_a_draft_each(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    typed(page, WORDS)
    other = beside(page)
    assert other.input_value("#id_verbatim") == ""
    typed(other, OTHERS)

    page.reload()
    other.reload()

    assert page.input_value("#id_verbatim") == WORDS
    assert other.input_value("#id_verbatim") == OTHERS
    sent(other)
    sent(page)
    assert set(Case.objects.values_list("verbatim", flat=True)) == {WORDS, OTHERS}
    for tab in (page, other, beside(page)):
        tab.goto("/intake/")
        tab.wait_for_timeout(LONG_ENOUGH)
        assert tab.input_value("#id_verbatim") == ""
        assert tab.is_hidden(LEFT)


def test_a_draft_that_an_open_tab_has_is_not_offered(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    typed(page, WORDS)

    other = beside(page)

    other.wait_for_timeout(LONG_ENOUGH)
    assert other.is_hidden(LEFT)
    assert other.input_value("#id_verbatim") == ""


def test_a_tab_that_is_opened_from_another_does_not_have_its_draft(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    typed(page, WORDS)

    with page.expect_popup() as opened:
        page.evaluate("window.open(location.pathname)")
    other = opened.value
    other.wait_for_load_state("networkidle")

    assert other.input_value("#id_verbatim") == ""
    page.goto("/")
    page.goto("/intake/")
    assert page.input_value("#id_verbatim") == WORDS


@pytest.mark.parametrize("end", ["closed", "broken"])
def test_a_draft_left_behind_is_offered_to_one_tab_as_a_whole(open_as, end):
    page = open_as(staff().duty)
    if end == "broken":
        page.add_init_script(UNTOLD)
    page.goto("/intake/")
    typed(page, WORDS)
    first = beside(page)
    typed(first, OTHERS)
    page.close()

    first.reload()
    expect(first.locator(LEFT)).to_be_visible()
    second = beside(first)

    second.wait_for_timeout(LONG_ENOUGH)
    assert second.is_hidden(LEFT)
    assert first.input_value("#id_verbatim") == OTHERS
    first.click(f"{LEFT} button")
    expect(first.locator("#id_verbatim")).to_have_value(WORDS)
    expect(first.locator(LEFT)).to_be_visible()  # what it held before
    sent(first)
    first.goto("/intake/")
    first.click(f"{LEFT} button")
    expect(first.locator("#id_verbatim")).to_have_value(OTHERS)
    sent(first)
    assert set(Case.objects.values_list("verbatim", flat=True)) == {WORDS, OTHERS}
    assert first.evaluate("Object.keys(localStorage)") == []


def test_two_tabs_that_open_at_once_do_not_both_offer_what_was_left(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    typed(page, WORDS)
    tabs = [page.context.new_page() for _ in range(2)]
    page.close()

    for tab in tabs:
        tab.goto("/intake/", wait_until="commit")
    for tab in tabs:
        tab.wait_for_load_state("networkidle")
        tab.wait_for_timeout(LONG_ENOUGH)

    assert sum(tab.is_visible(LEFT) for tab in tabs) == 1


def test_what_was_left_is_offered_no_more_once_its_tab_is_back(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    typed(page, WORDS)
    page.goto("/")
    other = beside(page)
    expect(other.locator(LEFT)).to_be_visible()

    page.goto("/intake/")

    assert page.input_value("#id_verbatim") == WORDS
    expect(other.locator(LEFT)).to_be_hidden()


def test_what_was_left_is_offered_to_nobody_else_who_logs_in(open_as):
    here = staff()
    page = open_as(here.duty)
    page.goto("/intake/")
    typed(page, WORDS)
    other = open_as(here.secretary)
    storage = page.evaluate("Object.entries(localStorage)")
    page.close()

    other.goto("/")
    other.evaluate(
        "all => all.forEach(([k, v]) => localStorage.setItem(k, v))", storage
    )
    other.goto("/intake/")

    other.wait_for_timeout(LONG_ENOUGH)
    assert other.is_hidden(LEFT)
    assert WORDS not in other.content()


def test_what_was_sent_is_offered_to_nobody_while_the_answer_loads(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    page.wait_for_load_state("networkidle")
    typed(page, WORDS)

    other = beside(page)
    waiting = []

    def hold(route):
        waiting.append(route)

    page.route("**/intake/?done=*", hold)

    page.click("[name=save]", no_wait_after=True)
    for _ in range(100):
        if waiting:
            break
        other.wait_for_timeout(100)

    assert other.evaluate("Object.keys(localStorage)") == []
    waiting[0].continue_()
    page.wait_for_selector(".note.good")
    assert Case.objects.count() == 1


def test_starting_empty_forgets_what_was_put_back(open_as):
    page = open_as(staff().duty)
    page.goto("/intake/")
    typed(page, WORDS)
    page.reload()

    with page.expect_navigation():
        page.click("[data-forget]")

    assert page.input_value("#id_verbatim") == ""
    assert page.evaluate("Object.keys(localStorage)") == []


def test_two_tabs_of_a_step_have_words_of_their_own(open_as):
    here = staff()
    case = spoken(here)
    page = open_as(here.secretary)
    step = f"/cases/{case.number}/do/settle/"
    page.goto(step)
    page.fill("[name=result]", "当场换了灯泡")

    other = beside(page, step)
    other.wait_for_timeout(LONG_ENOUGH)
    assert other.input_value("[name=result]") == ""
    assert other.is_hidden(LEFT)
    page.close()
    other.reload()
    other.click(f"{LEFT} button")

    expect(other.locator("[name=result]")).to_have_value("当场换了灯泡")


def test_a_town_names_the_village_its_group_and_a_cadre_and_a_reload_keeps_them(
    open_as,
):
    here, cadre = staff(), secretary_of(VillageFactory())
    VillageFactory(town=here.town)
    page = open_as(here.reviewer)
    page.goto("/intake/")
    page.fill("#id_verbatim", "低保名单没有公开")
    page.click("details.more > summary")
    page.select_option("[name=village]", str(here.village.pk))
    page.wait_for_selector("[name=group]")
    page.select_option("[name=group]", str(here.group.pk))
    page.get_by_text("是不是反映干部的").click()
    assert page.locator("[name=concerns]").count() > 2
    assert not page.locator(f"[name=concerns][value='{cadre.user.pk}']").count()
    page.check(f"[name=concerns][value='{here.secretary.user.pk}']")
    page.wait_for_selector("[data-saved-at]:not(:empty)")

    page.reload()
    page.wait_for_selector(
        f"[name=concerns][value='{here.secretary.user.pk}']:checked", state="attached"
    )
    page.click("[name=save]")
    page.wait_for_selector(".note.good")

    case = Case.objects.get()
    assert (case.village, case.group, case.level) == (here.village, here.group, "town")
    assert [concern.user for concern in case.concerns.all()] == [here.secretary.user]


def test_a_double_click_takes_one_matter_down(open_as):
    here = staff()
    page = open_as(here.duty)
    page.goto("/intake/")
    page.fill("#id_verbatim", WORDS)

    page.dblclick("[name=save]")
    page.wait_for_selector(".note.good")

    assert Case.objects.count() == 1


def test_settled_on_the_spot_takes_both_answers(open_as):
    here = staff()
    page = open_as(here.duty)
    page.goto("/intake/")
    page.fill("#id_verbatim", WORDS)
    page.check("#id_settled")
    page.fill("#id_result", "当场换了灯泡")
    page.get_by_text("满意", exact=True).click()
    page.click("[name=save]")
    page.wait_for_selector(".summary")
    assert page.input_value("#id_result") == "当场换了灯泡"

    page.get_by_text("解决", exact=True).click()
    page.click("[name=save]")
    page.wait_for_selector(".note.good")

    case = Case.objects.get()
    assert (case.close_reason, case.satisfaction, case.solved) == (
        "rated",
        "satisfied",
        "yes",
    )
    assert case.ratings.get().on_the_spot


@pytest.mark.parametrize(("width", "height"), [(1366, 625), (390, 844), (360, 640)])
def test_the_intake_button_is_in_view_and_nothing_runs_off_sideways(
    open_as, width, height
):
    here = staff()
    page = open_as(here.duty, viewport={"width": width, "height": height})

    for address in ("/intake/", "/", "/cases/", "/ledgers/general/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            address
        )
        assert page.evaluate(
            "parseFloat(getComputedStyle(document.body).fontSize) >= 18"
        ), address
    page.goto("/intake/")
    box = page.locator('[name="print"]').bounding_box()
    assert box["y"] + box["height"] <= height


def test_going_back_to_what_was_taken_down_starts_an_empty_form(open_as):
    here = staff()
    page = open_as(here.duty)
    page.goto("/intake/")
    page.fill("#id_verbatim", WORDS)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("article.receipt")

    page.go_back()
    expect(page.locator("#id_verbatim")).to_have_value("")
    page.goto("/")
    page.goto("/intake/")

    assert page.input_value("#id_verbatim") == ""
    assert page.is_hidden("[data-restored]")
    assert Case.objects.count() == 1


def test_after_a_printed_receipt_the_next_villager_starts_on_an_empty_form(open_as):
    here = staff()
    page = open_as(here.duty)
    for words in (WORDS, "水渠堵了，浇不上地"):
        page.goto("/intake/")
        assert page.input_value("#id_verbatim") == ""
        page.fill("#id_verbatim", words)
        page.wait_for_selector("[data-saved-at]:not(:empty)")
        page.click("[name=print]")
        page.wait_for_selector("article.receipt")

    assert sorted(Case.objects.values_list("verbatim", flat=True)) == sorted(
        [WORDS, "水渠堵了，浇不上地"]
    )


def test_words_typed_for_a_step_outlive_the_page(open_as):
    here = staff()
    case = spoken(here)
    page = open_as(here.secretary)
    step = f"/cases/{case.number}/do/settle/"
    page.goto(step)
    page.fill("[name=result]", "当场换了灯泡")

    page.goto("/")
    page.goto(step)

    assert page.input_value("[name=result]") == "当场换了灯泡"


def test_what_was_chosen_in_a_step_outlives_the_page(open_as):
    here = staff()
    case = decided(here, lead=here.leader)
    page = open_as(here.leader)
    step = f"/cases/{case.number}/do/complete/"
    page.goto(step)
    page.check("[name=outcome][value=partly]", force=True)
    page.fill("[name=result]", "换了一盏，还差一盏")

    page.goto("/")
    page.goto(step)

    assert page.input_value("[name=result]") == "换了一盏，还差一盏"
    expect(page.locator("[name=outcome][value=partly]")).to_be_checked()


def test_what_is_wrong_with_a_step_comes_into_view(open_as):
    here = staff()
    case = accepted(here)
    page = open_as(here.secretary)
    page.goto(f"/cases/{case.number}/")
    page.click('a[href$="/do/decide/"]')

    page.click("form#act button.btn-primary")

    expect(page.locator("#error-summary")).to_be_in_viewport()
    expect(page.locator("#error-summary")).to_be_focused()
