import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import NoReverseMatch, reverse
from rest_framework.test import APIRequestFactory

from minshi.clock import now
from tests.roles import secretary_of, security_admin
from tests.villages.factories import UserFactory, VillageFactory
from villages.accounts import reset_password, unlock
from villages.models import AuditRecord, User
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password"
LOGIN = "/login/"


@pytest.fixture
def user() -> User:
    return secretary_of(
        VillageFactory(), user=UserFactory(username="wang", password=PASSWORD)
    ).user


def log_in(client: Client, password: str = PASSWORD, username: str = "wang", **fields):
    return client.post(LOGIN, {"login": username, "password": password, **fields})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def kinds() -> list[str]:
    return list(AuditRecord.objects.order_by("pk").values_list("kind", flat=True))


def test_the_login_page_has_our_words_and_costs_no_query(
    client, django_assert_num_queries
):
    with django_assert_num_queries(0):
        page = client.get(LOGIN)

    assert page.status_code == 200
    assert set(page.context["form"].fields) == {"login", "password", "remember"}


@pytest.mark.parametrize(
    "typed",
    [
        "abcd-efgh-2345",
        "abcdefgh2345",
        " ABCD efgh 2345",
        "ａｂｃｄ－ｅｆｇｈ－２３４５",
    ],
)
def test_a_one_time_password_is_taken_however_it_is_typed(client, user, typed):
    user.set_password("abcd-efgh-2345")
    user.must_change_password = True
    user.save()

    log_in(client, typed)

    assert is_in(client)


def test_a_password_of_ones_own_is_taken_as_it_is_alone(client, user):
    user.set_password("abcdefgh2345")
    user.save()

    log_in(client, "abcd-efgh-2345")
    assert not is_in(client)
    log_in(client, "abcdefgh2345")
    assert is_in(client)


def test_a_user_logs_in_and_lands_on_the_page_asked_for(client, user):
    answer = log_in(client, next="/language/")

    assert answer["Location"] == "/language/"
    assert is_in(client)
    assert kinds() == [AuditKind.LOGIN]


@pytest.mark.parametrize(
    "foreign", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_a_foreign_next_page_is_not_followed(client, user, foreign):
    answer = log_in(client, next=foreign)

    assert answer["Location"] == "/"


NO_ADDRESSES = ["http://[", "//[", "https://a]b", "http://\u2100"]


@pytest.mark.parametrize("broken", NO_ADDRESSES)
def test_what_is_no_address_is_not_followed(client, user, broken):
    asked = {"next": broken}

    assert client.get("/login/", asked).status_code == 200
    answer = log_in(client, **asked)

    assert answer["Location"] == "/"
    assert is_in(client)
    assert client.get("/login/", asked).status_code == 302
    assert client.get("/account/confirm/", asked).status_code in (200, 302)
    assert client.post("/logout/", asked).status_code == 302
    assert not is_in(client)


def test_a_wrong_password_is_refused_in_plain_words_and_recorded(client, user):
    answer = log_in(client, "wrong-password")

    record = AuditRecord.objects.get()
    assert answer.context["form"].non_field_errors()
    assert not is_in(client)
    assert (record.kind, record.subject, record.user, record.address) == (
        "login_failed",
        "wang",
        None,
        "127.0.0.1",
    )


def test_a_name_that_no_account_has_is_masked_in_the_log(client, user):
    log_in(client, username="my-secret-password")

    assert AuditRecord.objects.get().subject == "m****************d"


def test_a_shut_account_does_not_log_in(client, user):
    user.is_active = False
    user.save()

    log_in(client)

    assert not is_in(client)


def test_five_wrong_passwords_lock_account_name_and_address_and_say_how_long(
    client, user
):
    answers = [log_in(client, "wrong-password") for _ in range(5)]
    right = log_in(client)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert right.status_code == 429
    assert "15" in right.content.decode()
    assert 0 < int(right["Retry-After"]) <= 900
    assert not is_in(client)
    assert kinds().count(AuditKind.LOCKED_OUT) == 1


def test_another_address_and_another_account_are_not_locked(client, user):
    UserFactory(username="li", password=PASSWORD)
    for _ in range(5):
        log_in(client, "wrong-password")

    elsewhere = Client(REMOTE_ADDR="10.0.0.2")
    log_in(elsewhere)
    log_in(client, username="li")

    assert is_in(elsewhere)
    assert is_in(client)


# in full width, with marks that nobody sees, in capitals, with blanks
SPELLINGS = ("ｗａｎｇ", "wa\u200bng", "\u2066wang\u2069", "WANG", " wang\u3000")


@pytest.mark.parametrize("name", SPELLINGS)
def test_an_account_is_named_in_any_spelling(client, user, name):
    log_in(client, username=name)

    assert is_in(client)


@pytest.mark.parametrize("name", ["wang。gl", "wang．gl", "wang｡gl", "ＷＡＮＧ。ＧＬ"])
def test_an_account_is_named_with_the_point_of_a_chinese_keyboard(client, user, name):
    user.username = "wang.gl"
    user.save()

    log_in(client, username=name)

    assert is_in(client)


def test_another_spelling_of_the_name_is_no_new_try(client, user):
    for name in SPELLINGS:
        answer = log_in(client, "wrong-password", username=name)

    assert answer.status_code == 429


def test_tries_while_locked_out_do_not_fill_the_log(client, user):
    for _ in range(5):
        log_in(client, "wrong-password")
    before = AuditRecord.objects.count()

    for _ in range(5):
        log_in(client, "wrong-password")

    assert AuditRecord.objects.count() == before


def test_the_lock_ends_by_itself(client, user, time_machine):
    time_machine.move_to("2026-03-02 10:00+08:00", tick=False)
    for _ in range(5):
        log_in(client, "wrong-password")
    time_machine.shift(timedelta(minutes=10))
    waiting = log_in(client)
    time_machine.shift(timedelta(minutes=6))

    log_in(client)

    assert "5" in waiting.context["text"]
    assert is_in(client)


def test_a_lock_ends_at_the_same_time_of_day_however_often_one_asks(
    client, user, time_machine
):
    time_machine.move_to("2026-03-02 12:00:35+08:00", tick=False)
    for _nth in range(5):
        log_in(client, "wrong")
    asked = [log_in(client, PASSWORD).text]
    time_machine.shift(25)
    asked.append(log_in(client, PASSWORD).text)

    assert ["12:16 以后再试" in page for page in asked] == [True, True]


@pytest.mark.parametrize("act", [unlock, reset_password])
def test_the_security_administrator_ends_a_lock(client, user, act):
    for _ in range(5):
        log_in(client, "wrong-password")

    password = act(user, by=security_admin().user, at=now()) or PASSWORD
    log_in(client, password)

    assert is_in(client)


def test_the_lock_counts_for_an_api_login_too(user):
    request = APIRequestFactory().post("/api/v1/login/")
    request.session = {}
    request.user = AnonymousUser()
    for _ in range(5):
        assert authenticate(request, username="wang", password="wrong-password") is None

    assert authenticate(request, username="wang", password=PASSWORD) is None
    assert request.axes_locked_out


def test_a_locked_api_login_is_answered_in_json(rf, user):
    from villages.login import locked_out

    answer = locked_out(rf.post("/api/v1/login/"), None, {"username": "wang"})

    assert answer.status_code == 429
    assert b'"code": "locked_out"' in answer.content


def test_a_one_time_password_must_be_changed_before_anything_else(client, user):
    password = reset_password(user, by=security_admin().user, at=now())
    log_in(client, password)

    pages = [
        client.get(url)
        for url in ("/", reverse("villages:lookup"), reverse("villages:accounts"))
    ]
    same = change(client, password, password)
    answer = change(client, password, "a-password-of-my-own")

    assert {page["Location"].partition("?")[0] for page in pages} == {
        "/account/password/"
    }
    assert (same.status_code, same.context["form"].is_valid()) == (200, False)
    assert answer["Location"] == "/"
    user.refresh_from_db()
    assert not user.must_change_password
    assert client.get("/").status_code == 200


def change(client: Client, old: str, new: str):
    return client.post(
        "/account/password/", {"oldpassword": old, "password1": new, "password2": new}
    )


@pytest.mark.parametrize("must_change", [True, False])
def test_an_account_without_a_password_is_sent_to_whoever_gives_one(
    client, user, must_change
):
    user.must_change_password = must_change
    user.set_unusable_password()
    user.save()
    client.force_login(user)

    page = client.get(reverse("account_change_password"), follow=True)

    assert page.redirect_chain == [(LOGIN, 302)]
    assert not is_in(client)
    assert "请找安全管理员要一次性密码" in page.content.decode()


def test_a_script_is_told_that_the_password_comes_first(client, user):
    log_in(client, reset_password(user, by=security_admin().user, at=now()))

    json = client.get(
        reverse("villages:lookup"), headers={"accept": "application/json"}
    )
    fragment = client.get("/", headers={"hx-request": "true"})

    assert (json.status_code, json.json()["code"]) == (403, "password_change")
    assert fragment["HX-Redirect"] == "/account/password/"


def test_logging_out_needs_a_button_and_is_recorded(client, user):
    log_in(client)

    asked = client.get("/logout/")
    answer = client.post("/logout/")

    assert asked.status_code == 200
    assert answer["Location"] == LOGIN
    assert not is_in(client)
    assert kinds() == [AuditKind.LOGIN, AuditKind.LOGOUT]


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_email",
        "account_set_password",
        "account_reset_password",
        "account_request_login_code",
        "account_confirm_email",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_trust",
    ],
)
def test_views_of_allauth_that_nobody_needs_have_no_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize(
    "path",
    [
        "/signup/",
        "/accounts/signup/",
        "/password/reset/",
        "/email/",
        "/accounts/email/",
    ],
)
def test_sign_up_and_mail_pages_are_not_there(client, path):
    assert client.get(path).status_code == 404


def code_now(secret: str) -> str:
    return format_hotp_value(
        hotp_value(secret, next(iter(yield_hotp_counters_from_time())))
    )


def confirm(client: Client, url: str):
    return client.post(f"/account/confirm/?next={url}", {"password": PASSWORD})


def set_up_second_factor(client: Client) -> str:
    log_in(client)
    url = reverse("mfa_activate_totp")
    confirm(client, url)
    secret = re.search(
        r"<code[^>]*>(\w+)</code>", client.get(url).content.decode()
    ).group(1)
    answer = client.post(url, {"code": code_now(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def test_a_second_factor_is_set_up_kept_encrypted_and_asked_for(
    client, user, time_machine
):
    time_machine.move_to("2026-03-02 10:00+08:00")
    secret = set_up_second_factor(client)
    codes = client.get(reverse("mfa_view_recovery_codes"))
    client.post("/logout/")
    time_machine.shift(timedelta(minutes=2))

    answer = log_in(client, next="/language/")
    half_way = is_in(client)
    wrong = client.post(answer["Location"], {"code": "000000"})
    done = client.post(answer["Location"], {"code": code_now(secret)})

    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert stored.startswith("f1:")
    assert secret not in stored
    assert codes.status_code == 200
    assert not half_way
    assert (wrong.status_code, done.status_code) == (200, 302)
    assert is_in(client)


def test_a_recovery_code_logs_in_once(client, user):
    set_up_second_factor(client)
    code = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    client.post("/logout/")

    client.post(log_in(client)["Location"], {"code": code})
    first = is_in(client)
    client.post("/logout/")
    again = client.post(log_in(client)["Location"], {"code": code})

    assert (first, is_in(client)) == (True, False)
    assert "这个备用码不对，或者已经用过了。每个只能用一次，请换一个。" in again.text
    assert "每半分钟" not in again.text


def test_a_second_factor_is_taken_away_by_its_owner(client, user):
    set_up_second_factor(client)
    url = reverse("mfa_deactivate_totp")

    page = client.get(url)
    client.post(url)

    assert page.status_code == 200
    assert not Authenticator.objects.filter(type="totp").exists()
    assert client.get(reverse("mfa_index")).status_code == 200


def test_second_factor_pages_ask_for_the_password_first(client, user):
    log_in(client)
    client.cookies.pop("seen", None)
    session = client.session
    del session["account_authentication_methods"]
    session.save()

    for name in ("mfa_activate_totp", "mfa_generate_recovery_codes"):
        answer = client.get(reverse(name))
        assert answer["Location"].startswith("/account/confirm/")
    assert client.get("/account/confirm/").status_code == 200
