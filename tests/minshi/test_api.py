import pytest
from django.test import Client, RequestFactory
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from minshi.api import (
    answer_error,
    etag_of,
    expected_version,
    idempotency_key,
    is_unchanged,
)
from minshi.errors import InputRefused, MoveRefused, NoSuchRight, StaleVersion
from tests.api import Api
from tests.roles import secretary_of
from tests.villages.factories import VillageFactory

KEY = "0d6a1b57-1c85-4b0b-9c7e-6f6f0d1b5a11"


def request(**headers: str) -> Request:
    return Request(RequestFactory().get("/", headers=headers))


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (MoveRefused("no"), 409, "move_refused"),
        (NoSuchRight("no"), 403, "no_such_right"),
        (StaleVersion("no"), 412, "stale_version"),
        (InputRefused("no"), 400, "invalid"),
    ],
)
def test_a_broken_rule_is_answered_with_its_status_code_and_words(error, status, code):
    answer = answer_error(error, {})

    assert (answer.status_code, answer.data) == (status, {"code": code, "detail": "no"})


def test_the_inputs_at_fault_are_named():
    answer = answer_error(InputRefused("no", {"lead": "choose"}), {})

    assert answer.data == {
        "code": "invalid",
        "detail": "no",
        "fields": {"lead": ["choose"]},
    }


def test_errors_of_nested_fields_are_one_list_by_field():
    answer = answer_error(
        ValidationError(
            {"holders": {0: ["bad"], 2: ["worse"]}, "non_field_errors": ["both"]}
        ),
        {},
    )

    assert answer.data == {
        "code": "invalid",
        "detail": "both",
        "fields": {"holders": ["bad", "worse"]},
    }


def test_a_fault_of_ours_is_not_answered_as_a_refusal():
    assert answer_error(KeyError("x"), {}) is None


def test_an_idempotency_key_is_a_uuid_or_absent():
    assert idempotency_key(request()) is None
    assert str(idempotency_key(request(**{"Idempotency-Key": KEY}))) == KEY
    with pytest.raises(InputRefused) as refusal:
        idempotency_key(request(**{"Idempotency-Key": "7"}))
    assert set(refusal.value.fields) == {"Idempotency-Key"}


@pytest.mark.parametrize("tag", ['"7"', 'W/"7"', '"7-green"', 'W/"7-red"'])
def test_if_match_says_the_version_seen_also_when_a_proxy_weakened_it(tag):
    assert expected_version(request(**{"If-Match": tag}), None) == 7


def test_the_body_says_the_version_where_the_header_does_not():
    assert expected_version(request(), 3) == 3
    with pytest.raises(InputRefused):
        expected_version(request(**{"If-Match": "seven"}), None)


def test_if_none_match_knows_one_of_several_tags():
    tag = etag_of(7, "green")

    assert is_unchanged(request(**{"If-None-Match": f'"3", W/{tag}'}), tag)
    assert is_unchanged(request(**{"If-None-Match": "*"}), tag)
    assert not is_unchanged(request(**{"If-None-Match": etag_of(7, "yellow")}), tag)
    assert not is_unchanged(request(), tag)


def exact(answer, status: int, code: str) -> bool:
    return (
        answer.status_code == status
        and set(answer.json()) == {"code", "detail"}
        and answer.json()["code"] == code
    )


def test_without_login_every_address_is_401_in_the_same_shape(db):
    for path in (
        "me/",
        "villages/",
        "households/?q=a",
        "cases/",
        "cases/BG-2026-0001/",
        "no-such-thing/",
    ):
        assert exact(Api().get(path), 401, "not_authenticated"), path


def test_unknown_addresses_methods_and_bodies_are_refused_in_the_same_shape(db):
    api = Api(secretary_of(VillageFactory()))

    assert exact(api.get("no-such-thing/"), 404, "not_found")
    assert exact(api.get("ledgers/%0A/"), 404, "not_found")
    assert exact(api.post("me/"), 405, "method_not_allowed")
    assert exact(
        api.client.post("/api/v1/cases/", "{", content_type="application/json"),
        400,
        "parse_error",
    )
    assert exact(
        api.client.post("/api/v1/cases/", "x", content_type="text/plain"),
        415,
        "unsupported_media_type",
    )
    assert exact(
        api.client.get("/api/v1/me/", headers={"Accept": "text/csv"}),
        406,
        "not_acceptable",
    )


def test_answers_are_not_stored_by_whoever_reads_them(db):
    answer = Api(secretary_of(VillageFactory())).get("me/")

    assert answer["Cache-Control"] == "private, no-store"


def test_a_session_writes_only_with_its_csrf_token(db):
    client = Client(enforce_csrf_checks=True)
    client.force_login(secretary_of(VillageFactory()).user)

    answer = client.post("/api/v1/cases/", {}, content_type="application/json")

    assert exact(answer, 403, "permission_denied")


@pytest.mark.parametrize("page_size", ["0", "201", "x", "²", "9" * 30])
def test_a_page_size_out_of_bounds_is_refused_by_name(db, page_size):
    answer = Api(secretary_of(VillageFactory())).get(f"villages/?page_size={page_size}")

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"page_size"}


def test_a_made_up_cursor_is_refused_by_name(db):
    answer = Api(secretary_of(VillageFactory())).get("villages/?cursor=WyJjb2RlIl0:x:y")

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"cursor"}


def test_a_cursor_of_another_list_is_refused(db):
    village = VillageFactory()
    secretary_of(village, user=(api_user := secretary_of(VillageFactory()).user))
    following = Api(api_user).get("villages/?page_size=1").json()["next"]
    cursor = following.partition("cursor=")[2].partition("&")[0]

    assert Api(api_user).get(f"cases/?cursor={cursor}").status_code == 400


def test_the_pages_of_documentation_are_ours_alone_and_for_accounts_only(client, db):
    assert client.get("/api/docs/")["Location"].startswith("/login/")
    client.force_login(secretary_of(VillageFactory()).user)

    page = client.get("/api/docs/")

    text = page.content.decode()
    assert page.status_code == 200
    assert "<style" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert all('src="' in tag for tag in text.split("<script")[1:])
    assert client.get("/api/docs/?script=").status_code == 200
    assert client.get("/api/schema/").status_code == 200
