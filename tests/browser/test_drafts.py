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

    assert page.inner_text("[data-waiting]").endswith("1")
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

    assert names == [f"intake-{here.duty.user.pk}"]


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
