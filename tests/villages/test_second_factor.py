"""A second factor that a post demands, and the way to set it up at the first login."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.cache import cache
from django.core.checks import run_checks
from django.urls import reverse

from tests.api import Api
from tests.processes import output_of
from tests.roles import auditor, secretary_of, security_admin, system_admin
from tests.villages.factories import UserFactory, VillageFactory
from tests.villages.test_tries import code_of
from villages.models import AuditRecord, User, roles

pytestmark = pytest.mark.django_db
PASSWORD = "lu-deng-huai-le-7"
GOOD = "shui-qu-xiu-hao-le-9"
APP = "/account/second-factor/app/"
ADMINISTRATORS = settings.ADMINISTRATORS


@pytest.fixture(autouse=True)
def demanded(settings):
    cache.clear()
    settings.SECOND_FACTOR_ROLES = ADMINISTRATORS


@pytest.fixture
def user() -> User:
    return auditor(user=UserFactory(username="shen", password=PASSWORD)).user


def log_in(client, password: str = PASSWORD):
    return client.post("/login/", {"login": "shen", "password": password})


@pytest.mark.parametrize("post_of", [system_admin, security_admin, auditor])
def test_an_administrator_sets_it_up_before_anything_else(client, post_of):
    client.force_login(post_of().user)

    for page in ("/", reverse("villages:audit"), "/admin/", "/account/second-factor/"):
        assert client.get(page)["Location"].partition("?")[0] == APP
    json = client.get("/", headers={"accept": "application/json"})

    assert (json.status_code, json.json()["code"]) == (403, "second_factor")


def test_the_way_from_the_first_login_asks_for_everything_once(client, user):
    user.must_change_password = True
    user.save()
    log_in(client)

    first = client.get("/")
    changed = client.post(
        "/account/password/",
        {"oldpassword": PASSWORD, "password1": GOOD, "password2": GOOD},
    )
    second = client.get(changed["Location"])
    page = client.get(second["Location"])
    secret = re.search(r"<code[^>]*>(\w+)</code>", page.content.decode()).group(1)
    done = client.post(APP, {"code": code_of(secret)})
    codes = client.get(done["Location"])

    assert first["Location"] == "/account/password/"
    assert (second["Location"], page.status_code) == (APP, 200)
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    assert 'href="/"' in codes.content.decode()
    assert client.get(reverse("villages:audit")).status_code == 200


def test_a_page_loaded_again_keeps_the_key_that_the_app_has(client, user):
    log_in(client)

    first, second = (client.get(APP).context["form"].secret for _ in range(2))

    assert first == second


def test_without_a_fresh_login_the_password_is_asked_for(client, user):
    client.force_login(user)

    assert client.get(APP)["Location"].startswith("/account/confirm/")
    assert client.get("/account/confirm/").status_code == 200


def test_whoever_takes_it_away_sets_up_another_at_once(client, user):
    TOTP.activate(user, generate_totp_secret())
    log_in(client)
    client.force_login(user)
    client.post("/account/confirm/", {"password": PASSWORD})

    client.post(reverse("mfa_deactivate_totp"))

    assert client.get("/")["Location"] == APP
    assert not Authenticator.objects.filter(type="totp").exists()


def test_others_are_not_asked(client):
    client.force_login(secretary_of(VillageFactory()).user)

    assert client.get("/").status_code == 200


def test_no_token_is_given_without_it(user):
    answer = Api().post("login/", {"username": "shen", "password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")


def test_a_token_is_of_no_use_once_a_post_demands_it(user, settings):
    """As a session is: it was given before the demand."""
    settings.SECOND_FACTOR_ROLES = []
    api = Api()
    token = api.post("login/", {"username": "shen", "password": PASSWORD}).json()
    headers = {"Authorization": f"Token {token['token']}"}
    assert api.get("cases/", **headers).status_code == 200

    settings.SECOND_FACTOR_ROLES = ADMINISTRATORS
    answer = api.get("cases/", **headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")


def test_setting_up_and_taking_away_are_noted(
    client, user, settings, django_capture_on_commit_callbacks
):
    settings.SECOND_FACTOR_ROLES = []
    log_in(client)
    page = client.get(APP).content.decode()
    secret = re.search(r"<code[^>]*>(\w+)</code>", page).group(1)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(APP, {"code": code_of(secret)})
        client.post(reverse("mfa_generate_recovery_codes"))
    client.post(reverse("mfa_deactivate_totp"))

    subjects = AuditRecord.objects.filter(kind="account").values_list(
        "subject", flat=True
    )

    assert len(subjects) == 5  # app and codes set up, codes made anew, both removed


def test_a_recovery_code_used_is_noted_and_the_rest_counted(client, user):
    TOTP.activate(user, generate_totp_secret())
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    log_in(client)

    client.post("/login/code/", {"code": code})
    page = client.get(reverse("villages:audit"))

    assert "还剩 9 个" in page.content.decode()
    assert AuditRecord.objects.filter(kind="account").get().user == user


def test_a_login_that_waited_too_long_for_its_code_says_so_and_keeps_its_page(
    client, user, time_machine
):
    TOTP.activate(user, generate_totp_secret())
    time_machine.move_to("2026-03-02 10:00+08:00", tick=False)
    client.post(
        "/login/", {"login": "shen", "password": PASSWORD, "next": "/accounts/audit/"}
    )
    time_machine.move_to("2026-03-02 10:16+08:00", tick=False)

    answer = client.post("/login/code/", {"code": "123456"})
    page = client.get(answer["Location"])

    assert answer["Location"] == "/login/?next=%2Faccounts%2Faudit%2F"
    assert "太久" in page.content.decode()


def test_a_login_half_done_ends_with_the_password_it_began_with(client, user):
    """Whoever knew the old one waits at the second step while it is changed."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    log_in(client)
    user.set_password(GOOD)
    user.save()

    answer = client.post("/login/code/", {"code": code_of(secret)}, follow=True)

    assert "密码已经改过" in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("roles", "named"),
    [([], []), (ADMINISTRATORS, []), (["auditor", "audtior"], ["audtior"])],
)
def test_a_mistyped_role_is_an_error_of_the_set_up(settings, roles, named):
    settings.SECOND_FACTOR_ROLES = roles

    errors = [error for error in run_checks() if error.id == "villages.E001"]

    assert len(errors) == len(named)
    assert all(repr(word) in str(errors) for word in named)


def test_the_settings_name_the_administrators_of_the_model():
    assert set(settings.ADMINISTRATORS) == roles.ADMINISTRATORS


@pytest.mark.any_database
def test_it_is_demanded_of_administrators_in_the_full_form_alone(tmp_path):
    shown = "from minshi import settings; print(settings.SECOND_FACTOR_ROLES)"
    full = {"DATABASE_URL": "postgres://x@localhost/x", "REDIS_URL": "redis://x"}

    assert output_of(shown, tmp_path) == "[]"
    assert output_of(shown, tmp_path, **full) == str(ADMINISTRATORS)
