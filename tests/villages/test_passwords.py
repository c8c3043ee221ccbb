"""Which passwords are taken, and for how long."""

import itertools
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from minshi.clock import now
from tests.api import Api
from tests.roles import (
    auditor,
    duty_officer_of,
    secretary_of,
    security_admin,
    supervisor_of_county,
    system_admin,
)
from tests.villages.factories import UserFactory, VillageFactory
from villages.accounts import reset_password
from villages.models import PasswordUsed, Town, User

pytestmark = pytest.mark.django_db
PASSWORD = "lu-deng-huai-le-7"
GOOD = "shui-qu-xiu-hao-le-9"


@pytest.fixture
def user() -> User:
    village = VillageFactory(name="柳河村", town__name="白关镇")
    person = UserFactory(username="duty.liuhe", name="王桂兰", password=PASSWORD)
    return duty_officer_of(village, user=person).user


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaa1",
        "minshi12345",
        "minshizhishuo1",
        "zhangwei1990",
        "wangfang8888",
        "dragon123456",
        "monkey123456",
        "iloveyou2026",
        "Huawei@123456",
        "Minshi@2026",
        "m1nshi!2026!",
        "liuhecun2026",
        "baiguan12345",
        "duty.liuhe.1",
        "wangguilan88",
        "13993912345a",
        "a13993912345!",
        "qwertyuiop1",
        "1qaz2wsx3edc",
        "asdfghjkl;1",
        "abcabcabcabc1",
        "abcdefghij1",
        "9876543210a",
        "P@ssw0rd2026",
        "19700101abcd",
        "woaini1314520",
        "1234567890",
        "short-7",
    ],
)
def test_what_is_tried_first_is_refused(user, password):
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize("post_of", [system_admin, security_admin, auditor])
def test_whoever_serves_everywhere_uses_the_name_of_no_town(user, post_of):
    for password in ("Baiguan-sys-2026", "lixian-2026-11"):
        with pytest.raises(ValidationError):
            validate_password(password, post_of().user)
    validate_password(GOOD, post_of().user)


def test_whoever_serves_a_county_uses_the_name_of_none_of_its_towns(user):
    county = Town.objects.get().county_code

    with pytest.raises(ValidationError):
        validate_password("Baiguan-sup-2026", supervisor_of_county(county).user)
    elsewhere = supervisor_of_county("999999").user
    validate_password("Baiguan-sup-guan-9", elsewhere)


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "hua-jiao-hong-le-3",
        "门口那棵老核桃树-7",
        "Kx9#mQ2vTz4w",
        "chang-sheng-mai-niu-5",
    ],
)
def test_a_few_words_of_ones_own_are_taken(user, password):
    validate_password(password, user)


def test_letters_alone_are_refused_in_words(user):
    with pytest.raises(ValidationError) as refused:
        validate_password("shuiquxiuhaole", user)

    assert refused.value.error_list[0].code == "one_kind"


def change(client: Client, old: str, new: str):
    return client.post(
        "/account/password/", {"oldpassword": old, "password1": new, "password2": new}
    )


@pytest.mark.parametrize(
    "typed",
    [
        "abcd-efgh-2345",
        "abcdefgh2345",
        "ABCDEFGH2345",
        "ＡＢＣＤ－ｅｆｇｈ－２３４５",
    ],
)
def test_a_one_time_password_is_changed_however_it_is_typed(client, user, typed):
    user.set_password("abcd-efgh-2345")
    user.must_change_password = True
    user.save()
    client.force_login(user)

    change(client, typed, GOOD)

    user.refresh_from_db()
    assert user.check_password(GOOD)
    assert not user.must_change_password


def test_a_password_of_ones_own_is_changed_as_it_is_alone(client, user):
    user.set_password("abcdefgh2345")
    user.save()
    client.force_login(user)

    answer = change(client, "abcd-efgh-2345", GOOD)

    assert list(answer.context["form"].errors) == ["oldpassword"]


def test_the_page_says_beside_the_field_what_is_wrong(client, user):
    client.force_login(user)

    answer = change(client, PASSWORD, "aaaaaaaaaa1")

    assert list(answer.context["form"].errors) == ["password1"]
    assert "太容易猜到" in answer.content.decode()


def test_none_of_the_last_five_passwords_is_taken_again(client, user):
    client.force_login(user)
    words = ["hua-jiao", "he-tao", "ping-guo", "xiao-mai", "yang-yu", "qiao-mai"]
    passwords = [PASSWORD, *(f"{word}-feng-shou-le-{7}" for word in words)]
    for old, new in itertools.pairwise(passwords):
        assert change(client, old, new).status_code == 302

    now_has = passwords[-1]
    refused = [change(client, now_has, old).status_code for old in passwords[-5:]]
    taken = change(client, now_has, PASSWORD)

    assert refused == [200] * 5
    assert taken.status_code == 302
    assert PasswordUsed.objects.filter(user=user).count() == 5


def test_the_password_of_before_the_history_is_not_taken_again(client, user):
    client.force_login(user)

    assert change(client, PASSWORD, PASSWORD).status_code == 200


@pytest.mark.parametrize("old", ["", "  ", "not-the-one-i-have-1"])
@pytest.mark.parametrize("guess", [PASSWORD, "hua-jiao-hong-le-3", "aaaaaaaaaa1"])
def test_a_guess_is_told_nothing_before_the_old_password_was_right(
    client, user, old, guess
):
    """With the box of the old password empty, the words of the new one confirmed every
    guess, as often as anybody liked.
    """
    user.passwords_used.create(password=make_password("hua-jiao-hong-le-3"))
    client.force_login(user)

    answer = change(client, old, guess)

    assert list(answer.context["form"].errors) == ["oldpassword"]


def log_in(client: Client, password: str = PASSWORD):
    return client.post("/login/", {"login": "duty.liuhe", "password": password})


def test_a_password_too_old_is_changed_before_anything_else(client, user):
    User.objects.update(password_changed_at=now() - timedelta(days=90))

    log_in(client)
    page = client.get("/", follow=True)
    answer = change(client, PASSWORD, GOOD)

    assert page.redirect_chain == [("/account/password/", 302)]
    assert "很久没换" in page.content.decode()
    assert answer["Location"] == "/"
    user.refresh_from_db()
    assert now() - user.password_changed_at < timedelta(minutes=1)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(("days", "age"), [(90, 89), (0, 900)])
def test_a_younger_one_is_not_and_the_age_is_a_setting(
    client, user, settings, days, age
):
    settings.PASSWORD_DAYS = days
    User.objects.update(password_changed_at=now() - timedelta(days=age))

    log_in(client)

    assert client.get("/").status_code == 200


def test_a_password_never_changed_is_as_old_as_its_account(client, user):
    User.objects.update(
        password_changed_at=None, date_joined=now() - timedelta(days=91)
    )

    log_in(client)

    assert client.get("/")["Location"] == "/account/password/"


def test_no_token_is_given_for_a_password_too_old(user):
    User.objects.update(password_changed_at=now() - timedelta(days=90))

    answer = Api().post("login/", {"username": "duty.liuhe", "password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (403, "password_change")


def test_a_one_time_password_begins_its_age_anew(user):
    User.objects.update(password_changed_at=now() - timedelta(days=90))

    reset_password(user, by=security_admin().user, at=now())

    user.refresh_from_db()
    assert now() - user.password_changed_at < timedelta(minutes=1)


def test_the_page_asked_for_is_opened_after_the_change(client, user):
    user.must_change_password = True
    user.save()
    client.force_login(user)

    sent = client.get("/bodies/?x=1")
    page = client.get(sent["Location"])
    answer = client.post(
        "/account/password/",
        {
            "oldpassword": PASSWORD,
            "password1": GOOD,
            "password2": GOOD,
            "next": "/bodies/?x=1",
        },
    )

    assert sent["Location"] == "/account/password/?next=%2Fbodies%2F%3Fx%3D1"
    assert 'name="next" value="/bodies/?x=1"' in page.content.decode()
    assert answer["Location"] == "/bodies/?x=1"


def test_tokens_end_with_a_change_of_the_own_password(client, user):
    secretary_of(VillageFactory(), user=user)
    given = Api().post("login/", {"username": "duty.liuhe", "password": PASSWORD})
    token = {"Authorization": f"Token {given.json()['token']}"}
    client.force_login(user)

    change(client, PASSWORD, GOOD)

    assert Api().get("me/", **token).status_code == 401
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("new", ["lu-deng-8", "路灯坏了好几天没人管了", "8293057164"])
def test_what_a_password_lacks_is_said_as_the_hint_says_it(client, new):
    user = UserFactory()
    user.set_password("lu-deng-huai-le-7")
    user.save()
    client.force_login(user)

    page = client.post(
        reverse("account_change_password"),
        {"oldpassword": "lu-deng-huai-le-7", "password1": new, "password2": new},
    ).text

    refusals = page.split('id="error-summary"')[1].partition("</div>")[0]
    assert "字母里要夹数字或符号" in refusals
    assert "字母和数字都要有" not in page


def test_two_new_passwords_that_differ_are_said_so(client):
    user = UserFactory()
    user.set_password("lu-deng-huai-le-7")
    user.save()
    client.force_login(user)

    page = client.post(
        reverse("account_change_password"),
        {
            "oldpassword": "lu-deng-huai-le-7",
            "password1": "shui-qu-tong-le-8",
            "password2": "shui-qu-tong-le-9",
        },
    )

    assert "两次输入的新密码不一样。" in page.content.decode()
    assert "必须相同" not in page.content.decode()
