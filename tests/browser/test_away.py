"""The login over, the line dead, the server away: the page stays, with every word."""

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import expect

from cases.models import Case
from cases.workflow import Action, Speaker, make_move
from minshi.clock import now
from tests.browser.conftest import PASSWORD
from tests.browser.walking import act, past_the_login
from tests.cases.roads import decided, spoken, staff
from tests.villages.factories import VillageFactory

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
WORDS = "村口路灯坏了，孩子上学看不见"
BAND = "#line"


def ready_to_send(page) -> None:
    """What saving needs comes after the page."""
    page.wait_for_load_state("networkidle")


def end_login(page) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def log_in_elsewhere(page, post) -> None:
    """In another window of the same browser."""
    post.user.set_password(PASSWORD)
    post.user.save()
    other = page.context.new_page()
    other.goto("/login/")
    other.fill("[name=login]", post.user.username)
    other.fill("[name=password]", PASSWORD)
    other.click("main .btn-primary")
    other.wait_for_url(past_the_login)
    other.close()


def written(page) -> None:
    page.goto("/intake/")
    ready_to_send(page)
    page.fill("#id_verbatim", WORDS)
    page.get_by_text("邻里事").click()


def test_a_login_that_ends_while_typing_says_so_and_saving_goes_on(open_as):
    here = staff()
    page = open_as(here.duty)
    written(page)
    loaded = []
    page.on("framenavigated", lambda frame: loaded.append(frame.url))

    end_login(page)
    page.focus("#id_speaker_name")
    page.keyboard.insert_text("外村的老王")
    expect(page.locator(BAND)).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(BAND)).to_contain_text("重新登录")

    assert (loaded, Case.objects.count()) == ([], 0)
    assert page.input_value("#id_verbatim") == WORDS
    log_in_elsewhere(page, here.duty)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("article.receipt")
    case = Case.objects.get()
    assert (case.verbatim, case.speaker_name, case.category) == (
        WORDS,
        "外村的老王",
        "neighbour",
    )


def test_whoever_lost_all_cookies_is_asked_to_log_in_again(open_as):
    """Trying again in a while would not help."""
    here = staff()
    page = open_as(here.duty)
    written(page)

    page.context.clear_cookies()
    page.click("[name=save]")

    expect(page.locator(BAND)).to_contain_text("重新登录")
    assert page.input_value("#id_verbatim") == WORDS


@pytest.mark.parametrize("kind", ["line", "server"])
def test_saving_over_a_dead_line_stays_on_the_page(open_as, kind):
    here = staff()
    page = open_as(here.duty)
    written(page)

    if kind == "line":
        page.context.set_offline(True)
    else:
        page.route("**/intake/", lambda route: route.fulfill(status=502, body="away"))
    page.click("[name=save]")

    expect(page.locator(BAND)).to_contain_text("字都在本机")
    expect(page.locator(BAND)).to_be_in_viewport()
    assert page.input_value("#id_verbatim") == WORDS
    page.context.set_offline(False)
    page.unroute_all()
    page.click("[name=save]")
    page.wait_for_selector(".note.good")
    assert Case.objects.get().verbatim == WORDS


def test_back_brings_the_form_that_was_not_sent(open_as):
    here = staff()
    page = open_as(here.duty)
    written(page)
    page.fill("#id_speaker_name", "外村的老王")
    page.route("**/intake/", lambda route: route.abort())
    page.click("[name=save]")
    expect(page.locator(BAND)).to_be_visible()
    page.unroute_all()

    page.goto("/")
    page.go_back()

    expect(page.locator("#id_verbatim")).to_have_value(WORDS)
    expect(page.locator("#id_speaker_name")).to_have_value("外村的老王")
    assert page.is_checked("[name=category][value=neighbour]")


def test_a_lost_answer_makes_no_second_matter(open_as):
    here = staff()
    page = open_as(here.duty)
    written(page)

    def lose(route):
        route.fetch()  # the server has it
        route.abort()

    page.route("**/intake/", lose)
    page.click("[name=save]")
    expect(page.locator(BAND)).to_be_visible()
    page.unroute_all()
    page.click("[name=save]")
    page.wait_for_selector(".note.good")

    assert Case.objects.count() == 1


def test_a_refused_form_shows_what_is_wrong_with_everything_kept(open_as):
    page = open_as(staff().duty)
    written(page)
    page.fill("#id_speaker_name", "zcs")

    page.click("[name=save]")

    expect(page.locator("#error-summary")).to_be_visible()
    assert page.input_value("#id_verbatim") == WORDS


def test_somebody_else_who_logs_in_meanwhile_does_not_send_it_unasked(open_as):
    here = staff()
    page = open_as(here.duty)
    written(page)
    end_login(page)
    log_in_elsewhere(page, here.secretary)

    page.click("[name=save]")

    expect(page.locator(BAND)).to_contain_text("另一个账号")
    assert page.input_value("#id_verbatim") == WORDS
    assert not Case.objects.exists()


def test_a_step_over_a_dead_line_keeps_its_words_and_says_so(open_as):
    here = staff()
    case = spoken(here)
    page = open_as(here.secretary)
    page.goto(f"/cases/{case.number}/do/settle/")
    page.fill("[name=result]", "当场换了灯泡")

    page.context.set_offline(True)
    page.click("form#act button.btn-primary")

    expect(page.locator(BAND)).to_contain_text("字都在本机")
    assert page.input_value("[name=result]") == "当场换了灯泡"

    # it lies over the words on a telephone, and goes once somebody types on
    page.locator("[name=result]").press_sequentially("，亮了")
    expect(page.locator(BAND)).to_be_hidden()


def test_what_was_said_of_the_line_goes_once_it_is_back(open_as):
    here = staff()
    case = spoken(here)
    page = open_as(here.secretary)
    page.goto(f"/cases/{case.number}/do/settle/")
    page.fill("[name=result]", "当场换了灯泡")
    page.context.set_offline(True)
    page.click("form#act button.btn-primary")
    expect(page.locator(BAND)).to_be_visible()

    page.context.set_offline(False)

    expect(page.locator(BAND)).to_be_hidden()


def test_a_step_that_is_refused_shows_why_and_back_has_the_words(open_as):
    here = staff()
    case = spoken(here)
    page = open_as(here.secretary)
    form = act(page, case.number, "settle")
    form.locator("[name=result]").fill("当场换了灯泡")

    Case.objects.update(village=VillageFactory(), group=None)
    form.locator("button.btn-primary").click()
    expect(page.locator("h1")).to_contain_text("没有这个页面")

    Case.objects.update(village=here.village)
    form = act(page, case.number, "settle")
    expect(form.locator("[name=result]")).to_have_value("当场换了灯泡")


def noisy_photo(path, size) -> None:
    """Nothing that shrinks by itself."""
    Image.effect_noise(size, 90).convert("RGB").save(path, "JPEG", quality=95)


def test_a_photo_is_made_smaller_before_it_is_sent(open_as, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    here = staff()
    page = open_as(here.duty)
    photo = tmp_path / "deng.jpg"
    noisy_photo(photo, (2400, 1600))
    written(page)

    page.set_input_files("#id_photo", photo)
    page.click("[name=save]")
    page.wait_for_selector(".note.good")

    with Case.objects.get().attachments.get().file.open() as file:
        assert Image.open(file).size == (1280, 853)


def test_a_photo_is_taken_without_javascript_too(open_as, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    here = staff()
    page = open_as(here.duty, java_script_enabled=False)
    photo = tmp_path / "deng.jpg"
    noisy_photo(photo, (1600, 900))
    page.goto("/intake/")
    page.fill("#id_verbatim", WORDS)

    page.set_input_files("#id_photo", photo)
    page.click("[name=save]")

    with Case.objects.get().attachments.get().file.open() as file:
        assert Image.open(file).size == (1600, 900)


def posts_to(page, address) -> list[str]:
    """What is sent there from now on."""
    sent: list[str] = []
    page.on(
        "request",
        lambda asked: (
            sent.append(asked.url)
            if asked.method == "POST" and asked.url.endswith(address)
            else None
        ),
    )
    return sent


def chosen_files(page) -> int:
    count: int = page.evaluate("document.querySelector('#id_photo').files.length")
    return count


def test_a_refused_form_keeps_its_photo_and_is_sent_once(open_as, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    page = open_as(staff().duty)
    photo = tmp_path / "deng.jpg"
    noisy_photo(photo, (1600, 900))
    written(page)
    page.fill("#id_speaker_name", "zcs")
    page.set_input_files("#id_photo", photo)
    sent = posts_to(page, "/intake/")

    page.click("[name=save]")
    expect(page.locator("#error-summary")).to_be_focused()
    ready_to_send(page)

    assert (len(sent), chosen_files(page)) == (1, 1)
    expect(page.get_by_text("请再选一次")).to_have_count(0)
    assert page.input_value("#id_verbatim") == WORDS
    page.fill("#id_speaker_name", "外村的老王")
    page.click("[name=save]")
    page.wait_for_selector(".note.good")
    assert Case.objects.get().attachments.count() == 1
    assert len(sent) == 2

    page.go_back()
    expect(page.locator("#id_verbatim")).to_have_value("")


def test_a_form_refused_twice_in_place_still_has_all_its_helpers(open_as):
    """Drafts, what is offered of the words, the keys: all of it is the new form's."""
    here = staff()
    page = open_as(here.duty)
    written(page)
    page.fill("#id_speaker_name", "zcs")
    for _time in range(2):
        page.keyboard.press("Control+Enter")
        expect(page.locator("#error-summary")).to_be_focused()
        page.evaluate("document.querySelector('#error-summary').blur()")

    page.fill("#id_verbatim", WORDS + "，已经三天了")
    page.wait_for_selector("[data-saved-at]:not(:empty)")
    page.reload()

    expect(page.locator("#id_verbatim")).to_have_value(WORDS + "，已经三天了")
    expect(page.locator("[data-left]")).to_be_hidden()


def test_a_form_on_a_slow_line_says_that_it_is_being_sent(open_as):
    page = open_as(staff().duty)
    written(page)
    held = []

    def hold(route):
        held.append(route)

    page.route("**/intake/", hold)

    page.click("[name=save]")

    expect(page.locator(BAND)).to_contain_text("正在交上去")
    held[0].continue_()
    page.wait_for_selector(".note.good")


def test_a_step_on_a_slow_line_says_that_it_is_being_sent_until_it_came(open_as):
    here = staff()
    case = spoken(here)
    page = open_as(here.secretary)
    form = act(page, case.number, "settle")
    form.locator("[name=result]").fill("。")
    held = []

    def hold(route):
        held.append(route)

    page.route("**/do/settle/*", hold)

    form.locator("button.btn-primary").click()
    expect(page.locator(BAND)).to_contain_text("正在交上去")
    held[0].continue_()

    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator(BAND)).to_be_hidden()


def test_a_refused_step_keeps_its_photo(open_as, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    here = staff()
    case = decided(here)
    page = open_as(here.handler)
    photo = tmp_path / "deng.jpg"
    noisy_photo(photo, (200, 100))
    form = act(page, case.number, "complete")
    form.locator("textarea").first.fill("换了灯泡")
    page.set_input_files("#id_photo", photo)

    form.locator("button.btn-primary").click()
    expect(page.locator("#error-summary")).to_be_focused()

    expect(page.get_by_text("请再选一次")).to_have_count(0)
    assert chosen_files(page) == 1


def test_no_empty_box_stands_where_a_photo_was_all_that_it_named(
    open_as, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "media"
    here = staff()
    case = decided(here)
    page = open_as(here.handler)
    photo = tmp_path / "deng.jpg"
    noisy_photo(photo, (200, 100))
    form = act(page, case.number, "complete")
    form.get_by_text("办好了", exact=True).click()
    form.locator("textarea").first.fill("换了灯泡")
    page.set_input_files("#id_photo", photo)
    make_move(case, Action.URGE, by=Speaker(case, "code"), at=now())

    form.locator("button.btn-primary").click()
    expect(page.get_by_text("这件事已经改过")).to_be_visible()

    expect(page.locator("#error-summary")).to_have_count(0)
    assert chosen_files(page) == 1


def test_the_box_on_top_says_that_a_photo_is_to_be_chosen_again(open_as, tmp_path):
    page = open_as(staff().duty, java_script_enabled=False)
    photo = tmp_path / "deng.jpg"
    noisy_photo(photo, (200, 100))
    page.goto("/intake/")
    page.fill("#id_verbatim", WORDS)
    page.fill("#id_speaker_name", "zcs")

    page.set_input_files("#id_photo", photo)
    page.click("[name=save]")

    link = page.locator("#error-summary a[href='#id_photo']")
    expect(link).to_contain_text("照片请再选一次")


def test_a_draft_with_a_photo_chosen_comes_back_after_a_reload(open_as, tmp_path):
    here = staff()
    page = open_as(here.duty)
    photo = tmp_path / "deng.jpg"
    noisy_photo(photo, (200, 100))
    written(page)
    page.set_input_files("#id_photo", photo)
    page.fill("#id_verbatim", WORDS)
    page.wait_for_selector("[data-saved-at]:not(:empty)")

    page.reload()

    expect(page.locator("#id_verbatim")).to_have_value(WORDS)
    assert page.is_visible("[data-restored]")
