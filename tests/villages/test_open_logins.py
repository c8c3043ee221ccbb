"""One's own log-ins: listed, and ended one by one or all together."""

import pytest
from django.test import Client
from django.urls import reverse

from minshi.clock import now
from tests.api import Api
from tests.roles import secretary_of, security_admin
from tests.villages.factories import UserFactory, VillageFactory
from villages.accounts import deactivate, reset_password
from villages.models import AuditRecord, OpenLogin, User

pytestmark = pytest.mark.django_db
PASSWORD = "lu-deng-huai-le-7"
PAGE = "/logins/"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/120.0 Safari/537.36"
)
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
    " Mobile/15E148 MicroMessenger/8.0"
)


@pytest.fixture
def user() -> User:
    return secretary_of(
        VillageFactory(), user=UserFactory(username="wang", password=PASSWORD)
    ).user


def logged_in(device: str = CHROME, address: str = "10.0.0.1") -> Client:
    client = Client(HTTP_USER_AGENT=device, REMOTE_ADDR=address)
    client.post("/login/", {"login": "wang", "password": PASSWORD})
    return client


def token_of() -> dict[str, str]:
    given = Api().post("login/", {"username": "wang", "password": PASSWORD}).json()
    return {"Authorization": f"Token {given['token']}"}


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def rows(client: Client):
    return client.get(PAGE).context["rows"]


def test_the_page_lists_devices_since_when_and_from_where(user):
    desk, phone = logged_in(), logged_in(WECHAT, "10.0.0.2")
    token_of()

    shown = rows(desk)

    assert [row.is_this_one for row in shown] == [True, False, False]
    assert [row.device for row in shown if not row.is_by_token] == [
        "谷歌浏览器 · Windows 电脑",
        "微信 · 苹果手机",
    ]
    assert {row.login.address for row in shown} == {
        "10.0.0.1",
        "10.0.0.2",
        "127.0.0.1",
    }
    assert [row.is_by_token for row in rows(phone)].count(True) == 1


def test_another_one_is_ended_and_noted(user):
    desk, phone = logged_in(), logged_in(WECHAT)
    pk = rows(desk)[1].login.pk

    answer = desk.post(reverse("villages:end_login", args=[pk]), follow=True)

    assert answer.redirect_chain == [(PAGE, 302)]
    assert (is_in(desk), is_in(phone)) == (True, False)
    record = AuditRecord.objects.filter(kind="logout").get()
    assert record.user == user
    assert "微信" in record.subject


def test_a_token_is_ended(user):
    desk, token = logged_in(), token_of()
    pk = next(row.login.pk for row in rows(desk) if row.is_by_token)

    desk.post(reverse("villages:end_login", args=[pk]))

    assert Api().get("me/", **token).status_code == 401


def test_all_others_end_together(user):
    desk, phone, token = logged_in(), logged_in(WECHAT), token_of()

    desk.post(PAGE)

    assert (is_in(desk), is_in(phone)) == (True, False)
    assert Api().get("me/", **token).status_code == 401
    assert len(rows(desk)) == 1
    assert AuditRecord.objects.filter(kind="logout").count() == 2


def test_nobody_ends_the_login_of_another(user):
    desk = logged_in()
    stranger = Client()
    stranger.force_login(secretary_of(VillageFactory()).user)
    pk = OpenLogin.objects.get(user=user).pk

    answer = stranger.post(reverse("villages:end_login", args=[pk]))

    assert answer.status_code == 404
    assert is_in(desk)


def test_logging_out_takes_the_row_away(user):
    desk, phone = logged_in(), logged_in(WECHAT)

    phone.post("/logout/")

    assert len(rows(desk)) == 1


def test_the_own_login_stands_there_after_a_change_of_the_password(user):
    desk, phone = logged_in(), logged_in(WECHAT)
    new = "shui-qu-xiu-hao-le-9"

    desk.post(
        "/account/password/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )

    assert next(row.is_this_one for row in rows(desk)) is True
    assert not is_in(phone)


def test_a_new_password_takes_the_rows_of_the_others_away(user):
    """Their sessions ended by the hash of the old password alone: for hours their rows
    were listed, with a button that ended nothing.
    """
    desk, _phone, _token = logged_in(), logged_in(WECHAT), token_of()
    new = "shui-qu-xiu-hao-le-9"

    desk.post(
        "/account/password/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )

    assert [row.is_this_one for row in rows(desk)] == [True]
    assert OpenLogin.objects.count() == 1


@pytest.mark.parametrize("act", [reset_password, deactivate])
def test_an_act_of_the_security_administrator_ends_every_login(user, act):
    phone = logged_in(WECHAT)
    token_of()

    act(user, by=security_admin().user, at=now())
    User.objects.update(is_active=True)

    assert not user.open_logins.exists()
    assert not is_in(phone)


def test_every_login_ends_by_the_api(user):
    desk, token = logged_in(), token_of()

    answer = Api().post("logoutall/", {}, **token)

    assert answer.status_code == 204
    assert not is_in(desk)
    assert not OpenLogin.objects.exists()


def test_the_own_login_ended_from_the_list_is_a_plain_logout(user):
    """The audit log had it on another device."""
    desk = logged_in()
    pk = rows(desk)[0].login.pk

    answer = desk.post(reverse("villages:end_login", args=[pk]))

    assert answer["Location"].startswith("/login/")
    assert not is_in(desk)
    assert AuditRecord.objects.get(kind="logout").subject == ""


def test_one_that_may_have_ended_for_want_of_use_says_so(user, time_machine):
    time_machine.move_to("2026-03-02 09:00+08:00", tick=False)
    logged_in(WECHAT)
    room = Client()
    room.post("/login/", {"login": "wang", "password": PASSWORD, "remember": "on"})
    token_of()
    time_machine.move_to("2026-03-02 10:00+08:00", tick=False)
    desk = logged_in()

    page = desk.get(PAGE)

    assert [row.is_perhaps_over for row in page.context["rows"]] == [
        False,
        False,
        False,
        True,
    ]
    assert page.content.decode().count("logins__over") == 1


def test_whoever_logs_in_over_the_login_of_another_is_listed(user, client):
    client.force_login(UserFactory())
    client.force_login(user)

    assert [row.is_this_one for row in rows(client)] == [True]


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_page_costs_the_same_whatever_it_lists(
    user, count, django_assert_num_queries
):
    for _ in range(count - 1):
        Client().force_login(user)
    client = Client()
    client.force_login(user)

    with django_assert_num_queries(3):  # session, account with posts, log-ins
        client.get(PAGE)


def test_a_visitor_logs_in_first(client):
    assert client.get(PAGE)["Location"].startswith("/login/")
