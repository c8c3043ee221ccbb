"""Wrong tries at every secret are counted per account and per address, refused for a
while and noted.
"""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from axes.models import AccessAttempt
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from minshi.clock import now
from tests.api import Api
from tests.cases.roads import spoken, staff
from tests.roles import secretary_of
from tests.villages.factories import UserFactory, VillageFactory
from villages.models import AuditRecord, User
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
PASSWORD = "lu-deng-huai-le-7"
PAGE = "/account/password/"


@pytest.fixture(autouse=True)
def forgotten():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def user() -> User:
    return secretary_of(
        VillageFactory(), user=UserFactory(username="wang", password=PASSWORD)
    ).user


@pytest.fixture
def secret(user) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def log_in(client: Client, password: str = PASSWORD, username: str = "wang"):
    return client.post("/login/", {"login": username, "password": password})


def code_of(secret: str, ahead: int = 0) -> str:
    counters = list(yield_hotp_counters_from_time())
    middle = counters[len(counters) // 2]
    return format_hotp_value(hotp_value(secret, middle + ahead))


def wrong_code(secret: str) -> str:
    right = {code_of(secret, ahead) for ahead in (-2, -1, 0, 1, 2)}
    return next(f"{number:06d}" for number in range(10) if f"{number:06d}" not in right)


def kinds() -> list[str]:
    """What the audit log says, but for the seal of the second factor set up before."""
    records = AuditRecord.objects.exclude(kind=AuditKind.SEALED).order_by("pk")
    return list(records.values_list("kind", flat=True))


def test_codes_of_the_app_cannot_be_guessed(client, user, secret):
    log_in(client)
    guess = wrong_code(secret)

    answers = [client.post("/login/code/", {"code": guess}) for _ in range(5)]
    right = client.post("/login/code/", {"code": code_of(secret)})

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert right.status_code == 429
    assert "_auth_user_id" not in client.session
    assert kinds() == ["wrong_secret"] * 4 + ["locked_out"]
    record = AuditRecord.objects.filter(kind=AuditKind.WRONG_SECRET).first()
    assert (record.subject, record.address) == ("wang", "127.0.0.1")
    assert record.reason


def test_a_new_login_does_not_forget_the_wrong_codes(client, user, secret):
    for _ in range(5):
        log_in(client)
        answer = client.post("/login/code/", {"code": wrong_code(secret)})

    assert answer.status_code == 429


def test_recovery_codes_cannot_be_guessed(client, user, secret):
    RecoveryCodes.activate(user)
    log_in(client)

    answers = [client.post("/login/code/", {"code": "00000000"}) for _ in range(5)]

    assert answers[-1].status_code == 429


@pytest.mark.parametrize("typed", ["", "12a456", "12345", "1234567"])
def test_a_code_of_the_wrong_form_is_no_try(client, user, secret, typed):
    log_in(client)

    for _ in range(6):
        answer = client.post("/login/code/", {"code": typed})

    assert answer.status_code == 200
    assert answer.context["form"].errors["code"]
    assert not AccessAttempt.objects.exists()
    assert kinds() == []


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}{1} "])
def test_a_code_may_have_blanks_in_it(client, user, secret, typed):
    log_in(client)
    code = code_of(secret)

    client.post("/login/code/", {"code": typed.format(code[:3], code[3:])})

    assert "_auth_user_id" in client.session


def test_a_code_serves_once(client, user, secret):
    code = code_of(secret)
    log_in(client)
    client.post("/login/code/", {"code": code})
    other = Client()
    log_in(other)

    again = other.post("/login/code/", {"code": code})

    assert "_auth_user_id" in client.session
    assert "_auth_user_id" not in other.session
    assert again.context["form"].errors["code"]


def test_a_code_serves_once_within_all_the_time_it_is_taken(
    client, user, secret, time_machine
):
    time_machine.move_to("2026-03-02 10:00:01+08:00", tick=False)
    code = code_of(secret)
    log_in(client)
    client.post("/login/code/", {"code": code})
    time_machine.shift(timedelta(seconds=45))
    other = Client()
    log_in(other)

    other.post("/login/code/", {"code": code})

    assert "_auth_user_id" not in other.session


def test_a_code_typed_at_the_last_second_is_taken_over_a_slow_line(
    client, user, secret, time_machine
):
    time_machine.move_to("2026-03-02 10:00:29+08:00", tick=False)
    code = code_of(secret)
    log_in(client)
    time_machine.shift(timedelta(seconds=4))

    client.post("/login/code/", {"code": code})

    assert "_auth_user_id" in client.session


def test_the_first_code_of_a_new_app_does_not_log_in_as_well(client, user):
    log_in(client)
    url = reverse("mfa_activate_totp")
    page = client.get(url).content.decode()
    code = code_of(re.search(r"<code[^>]*>(\w+)</code>", page).group(1))
    client.post(url, {"code": code})
    client.post("/logout/")

    log_in(client)
    client.post("/login/code/", {"code": code})

    assert Authenticator.objects.filter(type="totp").exists()
    assert "_auth_user_id" not in client.session


def change(client: Client, old: str):
    new = "shui-qu-xiu-hao-le-9"
    return client.post(PAGE, {"oldpassword": old, "password1": new, "password2": new})


def test_the_old_password_cannot_be_guessed_on_the_page_that_changes_it(client, user):
    log_in(client)

    answers = [change(client, "wrong-password") for _ in range(5)]
    right = change(client, PASSWORD)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert right.status_code == 429
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert kinds() == ["login"] + ["wrong_secret"] * 4 + ["locked_out"]


def test_an_empty_box_for_the_old_password_is_no_try(client, user):
    log_in(client)

    for _ in range(6):
        answer = change(client, "")

    assert answer.status_code == 200
    assert not AccessAttempt.objects.exists()


def test_the_password_before_something_sensitive_cannot_be_guessed(client, user):
    log_in(client)

    answers = [
        client.post("/account/confirm/", {"password": "wrong-password"})
        for _ in range(5)
    ]

    assert answers[-1].status_code == 429
    assert "locked_out" in kinds()


def test_the_code_before_something_sensitive_cannot_be_guessed(client, user, secret):
    client.force_login(user)

    answers = [
        client.post("/account/confirm/code/", {"code": wrong_code(secret)})
        for _ in range(5)
    ]

    assert answers[-1].status_code == 429


def test_tries_of_page_and_api_are_counted_together(client, user, secret):
    log_in(client)
    for _ in range(3):
        client.post("/login/code/", {"code": wrong_code(secret)})

    for _ in range(2):
        answer = Api().post(
            "login/",
            {"username": "wang", "password": PASSWORD, "code": wrong_code(secret)},
        )

    assert (answer.status_code, answer.json()["code"]) == (429, "locked_out")


def test_one_account_from_many_addresses_is_slowed(user):
    answers = []
    for nth in range(20):
        client = Client(REMOTE_ADDR=f"10.0.0.{nth + 1}")
        answers.append(log_in(client, "wrong-password").status_code)

    assert answers == [200] * (settings.TRIES_ACCOUNT - 1) + [429] * 6
    assert log_in(Client(REMOTE_ADDR="10.0.1.1")).status_code == 429


def test_nobody_shuts_a_cadre_out_of_the_office_from_elsewhere(user):
    office = Client(REMOTE_ADDR="10.0.9.9")
    log_in(office)
    office.post("/logout/")
    for nth in range(20):
        log_in(Client(REMOTE_ADDR=f"10.0.0.{nth + 1}"), "wrong-password")

    log_in(office)

    assert "_auth_user_id" in office.session


def test_many_accounts_from_one_address_are_slowed():
    names = [UserFactory(username=f"wang{nth}").username for nth in range(40)]

    answers = [log_in(Client(), "wrong-password", name).status_code for name in names]

    assert answers == [200] * (settings.TRIES_ADDRESS - 1) + [429] * 11
    assert log_in(Client(REMOTE_ADDR="10.0.0.2"), "x", "wang1").status_code == 200


def test_a_login_of_ones_own_does_not_forgive_the_tries_at_others(user):
    for nth in range(29):
        UserFactory(username=f"li{nth}")
        log_in(Client(), "wrong-password", f"li{nth}")

    log_in(Client())

    assert log_in(Client(), "wrong-password", "li1").status_code == 429


def test_the_words_say_when_one_may_try_again(client, user, time_machine):
    time_machine.move_to("2026-03-02 10:00+08:00", tick=False)
    for _ in range(5):
        log_in(client, "wrong-password")
    time_machine.shift(timedelta(minutes=4))

    answer = log_in(client)

    assert "10:15" in answer.context["text"]
    assert "11" in answer.context["text"]
    assert answer["Retry-After"] == str(11 * 60)


def test_nothing_that_was_typed_is_stored_with_the_tries(client, user, secret):
    log_in(client)
    client.post("/login/code/", {"code": wrong_code(secret)})
    client.force_login(user)
    change(client, "a-secret-of-mine")

    stored = str(list(AccessAttempt.objects.values_list("post_data", "get_data")))

    assert "a-secret-of-mine" not in stored
    assert "shui-qu-xiu-hao-le-9" not in stored
    assert wrong_code(secret) not in stored


@pytest.mark.parametrize(
    "typed", ["Geheim-Wort-7788", "Ｇｅｈｅｉｍ－Wort-7788", PASSWORD]
)
def test_a_password_in_the_box_of_the_name_is_stored_nowhere(client, user, typed):
    """Nor is a right name: by the hash alone a row is found again."""
    log_in(client, "whatever", username=typed)
    log_in(client, "whatever")
    Api().post("login/", {"username": typed, "password": "whatever"})

    stored = str(list(AccessAttempt.objects.values())).lower()
    noted = str(list(AuditRecord.objects.values())).lower()

    assert AccessAttempt.objects.count() == 2
    for text in (stored, noted):
        assert "7788" not in text
        assert PASSWORD not in text
    assert "wang" not in stored


def test_whoever_is_locked_out_is_named_to_the_auditor_as_before(client, user):
    for _ in range(5):
        log_in(client, "wrong-password", username="WANG")

    locked = AuditRecord.objects.get(kind=AuditKind.LOCKED_OUT)
    assert locked.subject == "wang"


# --- the speaker's code
@pytest.fixture
def case():
    return spoken(staff())


def ask(case, code: str, address: str = "127.0.0.1", number: str = ""):
    url = reverse("cases:track", args=[number or case.number])
    return Client(REMOTE_ADDR=address).get(url, {"k": code})


def test_codes_of_receipts_cannot_be_guessed_and_are_noted(case):
    answers = [ask(case, f"ABCDEFGH{letter}J").status_code for letter in "ABCDEFGHJK"]
    shut = ask(case, case.tracking_code)

    assert answers == [404] * 10
    assert shut.status_code == 429
    assert re.search(r"\d\d:\d\d", shut.content.decode())
    assert kinds().count("wrong_secret") == 9
    assert kinds().count("locked_out") == 1
    assert {row.subject for row in AuditRecord.objects.filter(kind="locked_out")} == {
        case.number
    }


def test_codes_of_many_receipts_from_one_address_are_slowed(case):
    for nth in range(100):
        ask(case, "ABCDEFGHJK", number=f"XX-2026-{nth:04d}")

    assert ask(case, case.tracking_code).status_code == 429
    assert ask(case, case.tracking_code, address="10.0.0.2").status_code == 200


def test_wrong_codes_of_receipts_shut_no_cadre_out(case, user, client):
    for nth in range(100):
        ask(case, "ABCDEFGHJK", number=f"XX-2026-{nth:04d}")

    log_in(client)

    assert "_auth_user_id" in client.session


def test_a_page_without_a_code_is_no_try(case):
    for _ in range(12):
        ask(case, "")

    assert not AccessAttempt.objects.exists()


def test_old_tries_are_forgotten(client, user):
    for _ in range(4):
        log_in(client, "wrong-password")
    AccessAttempt.objects.update(attempt_time=now() - timedelta(minutes=16))

    assert log_in(client, "wrong-password").status_code == 200
