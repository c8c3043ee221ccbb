"""Logging in over the API, and the grid."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.utils import timezone
from knox.models import AuthToken

from tests.api import Api
from tests.roles import (
    auditor,
    committee_member_of,
    group_leader_of,
    handler_of,
    reviewer_of,
    secretary_of,
    security_admin,
    system_admin,
)
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    OfficeFactory,
    ResidentFactory,
    UserFactory,
    VillageFactory,
)
from villages.accounts import reset_password
from villages.lookup import index_residents
from villages.models import AuditRecord, User

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password"


@pytest.fixture(autouse=True)
def forgotten_throttles():
    cache.clear()


@pytest.fixture
def user() -> User:
    return secretary_of(
        VillageFactory(), user=UserFactory(username="wang", password=PASSWORD)
    ).user


def log_in(password: str = PASSWORD, username: str = "wang", **fields):
    return Api().post("login/", {"username": username, "password": password, **fields})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"}


def kinds() -> list[str]:
    return list(AuditRecord.objects.order_by("pk").values_list("kind", flat=True))


# --- logging in and out
def test_a_token_opens_what_a_session_opens_and_ends_after_twelve_hours(
    user, time_machine
):
    time_machine.move_to("2026-03-02 09:00+08:00", tick=False)

    answer = log_in()
    token = bearer(answer.json()["token"])

    assert Api().get("me/", **token).json() == answer.json()["user"]
    assert answer.json()["user"]["posts"][0]["role"] == "secretary"
    assert kinds() == ["login"]
    time_machine.shift(timedelta(hours=12, seconds=1))
    assert Api().get("me/", **token).status_code == 401
    assert not AuthToken.objects.exists()


def test_only_a_hash_of_the_token_is_kept(user):
    token = log_in().json()["token"]

    row = AuthToken.objects.get()
    assert token not in (row.digest, row.token_key)


def test_a_wrong_password_is_401_and_in_the_audit_log(user):
    answer = log_in("wrong")

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_password")
    assert answer.json().keys() == {"code", "detail"}
    assert kinds() == ["login_failed"]


def test_an_account_is_named_in_full_width_and_with_unseen_marks(user):
    assert log_in(username="ｗａ\u200bｎｇ").status_code == 200


@pytest.mark.parametrize(
    "typed",
    ["abcd-efgh-2345", "abcdefgh2345", "ABCD-EFGH-2345", "abcd efgh 2345"],
)
def test_a_one_time_password_is_taken_however_it_is_typed(user, typed):
    user.set_password("abcd-efgh-2345")
    user.must_change_password = True
    user.save()

    answer = log_in(typed, username="WANG")

    assert (answer.status_code, answer.json()["code"]) == (403, "password_change")
    assert "login_failed" not in kinds()


def test_a_password_of_ones_own_is_taken_as_it_is_alone(user):
    user.set_password("abcdefgh2345")
    user.save()

    assert log_in("abcd-efgh-2345").status_code == 401
    assert log_in("abcdefgh2345").status_code == 200


def test_a_shut_account_does_not_log_in_and_its_token_ends(user):
    token = bearer(log_in().json()["token"])
    User.objects.update(is_active=False)

    assert log_in().status_code == 401
    assert Api().get("me/", **token).status_code == 401


def test_five_wrong_passwords_lock_the_account_out(user):
    answers = [log_in("wrong") for _nth in range(5)]
    right = log_in()

    assert (answers[-1].status_code, right.status_code) == (429, 429)
    assert right.json()["code"] == "locked_out"
    assert int(right["Retry-After"]) > 0
    assert kinds().count("locked_out") == 1


def test_logins_are_throttled(user):
    answers = [log_in(username=f"nobody{nth}") for nth in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].json()["code"] == "throttled"
    assert answers[-1].json().keys() == {"code", "detail"}


def test_an_account_with_a_one_time_password_gets_no_token(user):
    password = reset_password(user, by=security_admin().user, at=timezone.now())

    answer = log_in(password)

    assert (answer.status_code, answer.json()["code"]) == (403, "password_change")
    assert not AuthToken.objects.exists()


def test_a_token_or_session_opens_nothing_before_the_own_password(user):
    token = bearer(log_in().json()["token"])
    User.objects.update(must_change_password=True)
    by_session = Api(user)

    assert Api().get("cases/", **token).json()["code"] == "password_change"
    assert by_session.get("cases/").json()["code"] == "password_change"
    assert by_session.get("cases/").status_code == 403


def test_a_second_factor_is_asked_for_and_a_code_serves_once(user):
    codes = RecoveryCodes.activate(user).get_unused_codes()

    assert log_in().json()["code"] == "second_factor_needed"
    assert log_in(code="wrong").json()["code"] == "second_factor_wrong"
    assert log_in(code=codes[0]).status_code == 200
    assert log_in(code=codes[0]).status_code == 401
    assert Authenticator.objects.filter(user=user).exists()


def test_wrong_codes_lock_out_like_wrong_passwords(user):
    RecoveryCodes.activate(user)

    answers = [log_in(code="00000000") for _nth in range(5)]

    assert answers[-1].status_code == 429


def test_logging_out_ends_this_token_and_everywhere_all(user):
    first, second, third = (bearer(log_in().json()["token"]) for _nth in range(3))

    assert Api().post("logout/", **first).status_code == 204
    assert Api().get("me/", **first).status_code == 401
    assert Api().get("me/", **second).status_code == 200
    assert Api().post("logoutall/", **second).status_code == 204
    assert Api().get("me/", **third).status_code == 401
    assert kinds() == ["login"] * 3 + ["logout"] * 2


def test_logging_out_ends_a_session(user):
    api = Api(user)

    assert api.post("logout/").status_code == 204
    assert api.get("me/").status_code == 401


@pytest.mark.parametrize(
    "header", ["Token", "Token a b", "Token nonsense", "Token é", "Bearer x"]
)
def test_a_token_that_is_none_is_401(header):
    answer = Api().get("me/", Authorization=header)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"


def test_an_account_without_a_post_is_somebody_without_a_place():
    api = Api(UserFactory())

    assert api.get("me/").json()["posts"] == []
    assert api.get("villages/").json()["results"] == []
    assert api.get("cases/").json()["results"] == []
    assert api.get("households/?q=l").json() == {"results": []}


# --- the grid
@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_of_villages_costs_the_same_whatever_it_holds(
    count, django_assert_num_queries
):
    village = VillageFactory()
    for _nth in range(count):
        GroupFactory(village=VillageFactory(town=village.town))
    api = Api(reviewer_of(village.town))

    with django_assert_num_queries(4):
        answer = api.get("villages/?page_size=200")

    assert len(answer.json()["results"]) == count + 1


def test_villages_are_those_within_reach():
    mine = VillageFactory()
    next_one = VillageFactory(town=mine.town)
    VillageFactory()

    own = Api(secretary_of(mine)).get("villages/").json()["results"]
    town = Api(reviewer_of(mine.town)).get("villages/").json()["results"]

    assert [village["code"] for village in own] == [mine.code]
    assert {village["code"] for village in town} == {mine.code, next_one.code}
    for appoint in (system_admin, security_admin, auditor):
        assert Api(appoint()).get("villages/").json()["results"] == []


def resident(group, **fields):
    made = ResidentFactory(household=HouseholdFactory(group=group), **fields)
    index_residents([made])
    return made


def test_neighbours_are_found_with_the_tail_of_their_phone_alone(
    django_assert_num_queries,
):
    village = VillageFactory()
    found = resident(GroupFactory(village=village), phone="13812348821")
    api = Api(committee_member_of(village))

    api.get("households/?q=l")  # the first one of the day

    # session, account with posts, the day's count, and the one of the lookup
    with django_assert_num_queries(4):
        answer = api.get(f"households/?q=ljg&village={village.pk}")

    assert [
        (row["id"], row["name"], row["tail"]) for row in answer.json()["results"]
    ] == [(found.pk, "李建国", "8821")]
    assert "13812348821" not in answer.content.decode()


def test_nobody_looks_up_beyond_their_reach():
    here, there = VillageFactory(), VillageFactory()
    group = GroupFactory(village=here)
    resident(group)
    next_group = group_leader_of(GroupFactory(village=here))
    office = OfficeFactory(town=here.town)

    for post in (
        secretary_of(there),
        next_group,
        handler_of(office),
        system_admin(),
        security_admin(),
        auditor(),
    ):
        assert Api(post).get(f"households/?q=李建国&village={here.pk}").json() == {
            "results": []
        }
    assert (
        len(Api(group_leader_of(group)).get("households/?q=李建国").json()["results"])
        == 1
    )


@pytest.mark.parametrize(
    ("query", "name"), [("", "q"), ("q=a&village=x", "village"), ("q=" + "a" * 41, "q")]
)
def test_a_lookup_of_the_wrong_shape_is_refused_by_name(query, name):
    answer = Api(secretary_of(VillageFactory())).get(f"households/?{query}")

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {name}
