"""Getting in and staying in, walked slowly: nothing loops, nothing that can be kept is
lost, and no page moves by itself.
"""

import re
import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from minshi.clock import now
from tests.browser.conftest import PASSWORD
from tests.browser.walking import FRONT, at_path
from tests.cases.roads import spoken, staff
from tests.roles import security_admin, system_admin
from tests.villages.test_tries import code_of
from villages.accounts import reset_password
from villages.models import User

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
SLOW_LINE = 0.3  # seconds until an answer arrives
OWN = "shui-qu-xiu-hao-le-9"
SIZES = [(1366, 625), (390, 844), (360, 640)]


@pytest.fixture(autouse=True)
def forgotten():
    cache.clear()
    yield
    cache.clear()


def slow(page) -> None:
    def wait(route):
        time.sleep(SLOW_LINE)
        route.continue_()

    page.route(re.compile(r"^(?!.*/static/)"), wait)


def navigations(page) -> list[str]:
    loaded: list[str] = []
    page.on("framenavigated", lambda frame: loaded.append(frame.url))
    return loaded


def log_in(page, user: User, password: str) -> None:
    page.fill("[name=login]", user.username)
    page.fill("[name=password]", password)
    page.click("main .btn-primary")


def choose_password(page, old: str, new: str = OWN) -> None:
    page.fill("[name=oldpassword]", old)
    page.fill("[name=password1]", new)
    page.fill("[name=password2]", new)
    page.click("main .btn-primary")


def end_sessions() -> None:
    """As if nobody had done anything for an hour."""
    for session in Session.objects.all():
        store = Session.get_session_store_class()(session.session_key)
        data = store.load()
        if "began_at" in data:
            store["began_at"] = 1
            store.save()


def own_post(post) -> tuple[User, str]:
    password = reset_password(post.user, by=security_admin().user, at=now())
    return User.objects.get(pk=post.user.pk), password


def test_the_first_login_with_everything_it_may_ask_for(new_page, settings):
    settings.SECOND_FACTOR_ROLES = ["system_admin"]
    user, once = own_post(system_admin())
    page = new_page()
    slow(page)
    page.goto("/login/")
    loaded = navigations(page)

    log_in(page, user, once)
    page.wait_for_url("**/account/password/")
    choose_password(page, once, "minshi12345")
    expect(page.locator("#id_password1_error")).to_contain_text("太容易猜到")
    choose_password(page, once)
    page.wait_for_url(at_path("/account/second-factor/app/"))
    secret = page.locator("main code").inner_text()
    page.fill("[name=code]", "12 34 5x")
    page.click("main .btn-primary")
    expect(page.locator("#id_code_error")).to_be_visible()
    assert page.locator("main code").inner_text() == secret
    assert page.input_value("[name=code]") == "12 34 5x"
    page.fill("[name=code]", code_of(secret))
    page.click("main .btn-primary")
    page.wait_for_url("**/account/second-factor/codes/")
    page.click("main .btn-primary")
    page.wait_for_url("**/supervision/status/")

    assert len(loaded) <= 12


def test_nothing_moves_while_the_first_password_is_chosen(new_page):
    user, once = own_post(staff().duty)
    page = new_page()
    slow(page)
    page.goto("/login/?next=/intake/")
    log_in(page, user, once)
    page.wait_for_url("**/account/password/**")
    loaded = navigations(page)

    page.fill("[name=oldpassword]", once)
    page.wait_for_timeout(1500)  # a page that loads itself again does so at once

    assert loaded == []
    assert page.input_value("[name=oldpassword]") == once
    choose_password(page, once)
    page.wait_for_url("**/intake/")


def test_a_session_over_while_the_password_is_chosen_comes_back_to_it(new_page):
    user, once = own_post(staff().duty)
    page = new_page()
    slow(page)
    page.goto("/login/")
    log_in(page, user, once)
    page.wait_for_url("**/account/password/**")

    end_sessions()
    choose_password(page, once)
    page.wait_for_url("**/login/?next=/account/password/")
    expect(page.locator("main .note[role=status]")).to_contain_text("退出")
    log_in(page, user, once)
    page.wait_for_url(at_path("/account/password/"))
    choose_password(page, once)
    page.wait_for_url(FRONT)


def test_a_password_reset_in_the_middle_of_work_leads_to_a_new_one(log_in_as):
    duty = staff().duty
    page = log_in_as(duty)
    slow(page)
    user, once = own_post(duty)

    page.goto("/cases/")
    page.wait_for_url("**/login/?next=/cases/")
    log_in(page, user, once)
    page.wait_for_url("**/account/password/**")
    choose_password(page, once)
    page.wait_for_url("**/cases/")


def test_a_session_over_while_the_app_is_set_up_comes_back_to_it(log_in_as):
    duty = staff().duty
    page = log_in_as(duty)
    slow(page)
    page.goto(reverse("mfa_activate_totp"))
    code = code_of(page.locator("main code").inner_text())

    end_sessions()
    page.fill("[name=code]", code)
    page.click("main .btn-primary")
    page.wait_for_url("**/login/?next=/account/second-factor/app/")
    log_in(page, duty.user, PASSWORD)
    page.wait_for_url(at_path("/account/second-factor/app/"))
    page.fill("[name=code]", code_of(page.locator("main code").inner_text()))
    page.click("main .btn-primary")
    page.wait_for_url("**/account/second-factor/codes/")


def test_the_login_is_no_longer_fresh_when_the_app_is_set_up(log_in_as):
    page = log_in_as(staff().duty)
    slow(page)
    page.goto(reverse("mfa_activate_totp"))
    secret = page.locator("main code").inner_text()
    age_logins()

    page.fill("[name=code]", code_of(secret))
    page.click("main .btn-primary")
    page.wait_for_url("**/account/confirm/**")
    page.fill("[name=password]", PASSWORD)
    page.click("main .btn-primary")

    page.wait_for_url("**/account/second-factor/codes/")


def age_logins() -> None:
    """As if the password had been typed an hour ago."""
    for session in Session.objects.all():
        store = Session.get_session_store_class()(session.session_key)
        data = store.load()
        for record in data.get("account_authentication_methods", []):
            record["at"] -= 3600
            store["account_authentication_methods"] = data[
                "account_authentication_methods"
            ]
        store.save()


def half_way(page, user: User) -> None:
    user.set_password(PASSWORD)
    user.save()
    slow(page)
    page.goto("/login/?next=/duty/")
    log_in(page, user, PASSWORD)
    page.wait_for_url("**/login/code/")


def test_a_lost_phone_is_helped_by_a_recovery_code(new_page):
    user = staff().duty.user
    TOTP.activate(user, generate_totp_secret())
    codes = RecoveryCodes.activate(user).get_unused_codes()
    page = new_page()
    half_way(page, user)

    page.click("main summary")
    expect(page.locator("main details")).to_contain_text("备用码")
    page.fill("[name=code]", codes[0])
    page.click("main .btn-primary >> nth=0")

    page.wait_for_url("**/duty/")


def test_a_login_that_waited_for_its_code_too_long_begins_again(new_page):
    user = staff().duty.user
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    page = new_page()
    half_way(page, user)
    for session in Session.objects.all():
        store = Session.get_session_store_class()(session.session_key)
        stash = store.load()["account_login"]
        store["account_login"] = {**stash, "initiated_at": 1}
        store.save()

    page.fill("[name=code]", code_of(secret))
    page.click("main .btn-primary >> nth=0")
    page.wait_for_url("**/login/?next=%2Fduty%2F")
    expect(page.locator("main .note[role=status]")).to_contain_text("太久")
    log_in(page, user, PASSWORD)
    page.wait_for_url("**/login/code/")
    page.fill("[name=code]", code_of(secret))
    page.click("main .btn-primary >> nth=0")

    page.wait_for_url("**/duty/")


def test_a_count_that_asks_by_itself_moves_no_page_and_says_so(open_as):
    page = open_as(staff().duty)
    page.clock.install()
    page.goto("/intake/")
    page.fill("[name=verbatim]", "水渠堵了")
    page.wait_for_load_state("networkidle")
    end_sessions()

    with page.expect_response(f"**{reverse('supervision:unread')}") as asked:
        page.clock.fast_forward(61_000)

    assert asked.value.request.headers["x-background"] == "1"
    assert asked.value.status == 204
    assert page.url.endswith("/intake/")
    assert page.input_value("[name=verbatim]") == "水渠堵了"


def test_back_after_logging_out_shows_nothing(open_as):
    here = staff()
    case = spoken(here)
    page = open_as(here.duty)
    page.goto(case.get_absolute_url())
    expect(page.locator("main")).to_contain_text(case.number)
    page.goto("/duty/")
    page.locator("details.menu > summary").click()
    page.click("form[action='/logout/'] button")
    page.wait_for_url("**/login/")

    for _ in range(2):
        page.go_back()
        expect(page.locator("[name=password]")).to_be_visible()
        assert case.number not in page.locator("main").inner_text()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_new_pages_fit_every_screen(log_in_as, width, height):
    page = log_in_as(staff().duty, viewport={"width": width, "height": height})

    for address in (
        "/logins/",
        "/account/password/",
        "/account/second-factor/",
        "/account/second-factor/app/",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        for button in page.locator("main .btn").all():
            assert button.bounding_box()["height"] >= 44, address
