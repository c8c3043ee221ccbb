"""What the schema says of the API, as somebody reads it who writes a client."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft7Validator, FormatChecker
from knox.models import AuthToken

from minshi.api_urls import Schema
from minshi.demo.accounts import SHOWN
from minshi.demo.names import GIVEN, SURNAMES
from minshi.demo.places import DIVISIONS
from minshi.demo.samples import read_samples
from tests.api import Api, described, operations
from tests.minshi.test_api import exact
from tests.roles import secretary_of
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.any_database
FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data; boundary=x"
AS_FILES = (
    '--x\r\nContent-Disposition: form-data; name="verbatim"\r\n\r\n路灯\r\n--x--\r\n'
)


def addresses_that_read(kind: str) -> list[tuple[str, str]]:
    """Method and path of every operation with a body that the schema says is `kind`."""
    return [
        (method, path)
        for method, path, operation in operations()
        if list(operation.get("requestBody", {}).get("content", {})) == [kind]
    ]


def test_a_body_is_json_alone_and_a_form_only_where_a_file_comes_with_it(db):
    uploads = {path for _method, path in addresses_that_read("multipart/form-data")}

    assert uploads == {
        "/api/v1/cases/{number}/attachments/",
        "/api/v1/meetings/{id}/sheets/",
        "/api/v1/four-two/{id}/steps/{nth}/sheets/",
        "/api/v1/imports/",
    }
    assert len(addresses_that_read("application/json")) > 30


@pytest.mark.parametrize(("kind", "body"), [(FORM, "verbatim=1"), (FILES, AS_FILES)])
def test_a_form_to_an_address_that_reads_json_is_refused_in_words(db, kind, body):
    client = Client(enforce_csrf_checks=True)
    client.force_login(secretary_of(VillageFactory()).user)
    client.get("/")
    token = client.cookies["csrftoken"].value

    for method, path in addresses_that_read("application/json"):
        filled = re.sub(r"{\w+}", "1", path)
        answer = client.generic(
            method.upper(),
            filled,
            body,
            content_type=kind,
            headers={"X-CSRFToken": token, "Accept-Language": "zh-hans"},
        )

        assert exact(answer, 415, "unsupported_media_type"), (path, answer.content)
        assert answer.json()["detail"] == (
            "发来的内容要按 Content-Type: application/json 发送。"
        )


def test_a_form_is_refused_also_where_no_body_is_read(db):
    user = secretary_of(VillageFactory()).user
    _row, token = AuthToken.objects.create(user)

    answer = Client().post(
        "/api/v1/inbox/read/", "a=1", FORM, headers={"Authorization": f"Token {token}"}
    )

    assert exact(answer, 415, "unsupported_media_type")


def test_a_file_sent_as_json_is_refused_in_words(db):
    api = Api(secretary_of(VillageFactory()))

    answer = api.post(
        "cases/1/attachments/", {"file": "x"}, **{"Accept-Language": "en"}
    )

    assert exact(answer, 415, "unsupported_media_type")
    assert answer.json()["detail"] == (
        "The body must be sent as Content-Type: multipart/form-data."
    )


def test_a_file_that_is_sent_is_described_as_its_bytes():
    schemas = described()["components"]["schemas"]

    for name in ("UploadBody", "SignedSheetBody"):
        assert schemas[name]["properties"]["file"]["format"] == "binary"


# --- names
def test_every_operation_is_called_as_a_function_would_be():
    names = [operation["operationId"] for _method, _path, operation in operations()]

    assert len(names) == len(set(names)) > 80
    for name in names:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name), name
        assert not re.search(r"_(create|retrieve|partial_update|destroy)$", name), name


def test_every_operation_says_in_a_sentence_what_it_does():
    for _method, path, operation in operations():
        summary = operation.get("summary", "")
        assert re.fullmatch(r"[A-Z][ -~]{5,75}\.", summary), (path, summary)


def test_the_sentences_are_chinese_where_chinese_is_asked_for():
    english = [operation["summary"] for _method, _path, operation in operations()]
    chinese = [
        operation["summary"] for _method, _path, operation in operations("zh-hans")
    ]

    assert all(said.endswith("。") for said in chinese)
    assert not set(english) & set(chinese)


def test_the_schema_is_given_in_our_languages_and_made_for_no_other(db):
    client = Client()
    client.force_login(secretary_of(VillageFactory()).user)

    def said(language):
        address = f"/api/schema/?lang={language}"
        answer = client.get(address, headers={"Accept": "application/json"}).json()
        return answer["paths"]["/api/v1/me/"]["get"]["summary"]

    assert said("en") == "Read who you are and which posts you hold."
    assert said("zh-hans") == said("tlh") == "查看本人的身份和任职。"
    assert set(Schema.made) <= {"en", "zh-hans"}


def test_every_set_of_choices_has_a_name_of_its_own():
    schemas = described()["components"]["schemas"]
    names = {name for name, kind in schemas.items() if "enum" in kind}

    assert {"Action", "Stage", "NoticeKind", "OrderAct", "Role"} <= names
    for name in names:
        assert not re.search(r"Enum|Row|Body|Offered|\d", name.removeprefix("Body")), (
            name
        )


def test_a_body_that_is_described_must_be_sent():
    for _method, path, operation in operations():
        body = operation.get("requestBody")
        assert body is None or body["required"] is True, path


def test_a_header_is_a_string_for_a_generated_client():
    headers = []
    for _method, _path, operation in operations():
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "header":
                headers.append(parameter["schema"])
        for answer in operation["responses"].values():
            headers += [
                header["schema"] for header in answer.get("headers", {}).values()
            ]

    assert len(headers) > 90
    for schema in headers:
        assert set(schema) <= {"type", "pattern"}
        assert schema["type"] == "string"


def test_there_is_one_kind_of_token_beside_the_cookie_of_a_session():
    schemes = described()["components"]["securitySchemes"]

    assert set(schemes) == {"token", "cookieAuth"}
    for _method, path, operation in operations():
        security = operation.get("security", [])
        names = {name for scheme in security for name in scheme}
        assert names == (set() if path.endswith("/login/") else set(schemes)), path


def test_a_token_that_is_no_text_is_refused_also_where_one_logs_out(db):
    answer = Client().post("/api/v1/logout/", headers={"Authorization": "Token \xff"})

    assert exact(answer, 401, "authentication_failed")


# --- what it shows
INNER_WORDS = re.compile(r"[Cc]ontext:|Afterwards|`Meta|`counted_for|`Spoken`")


def test_nothing_is_described_in_words_that_only_we_know():
    for name, kind in described()["components"]["schemas"].items():
        assert not INNER_WORDS.search(kind.get("description", "")), name


def examples() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Operation, value and schema of every example."""
    for _method, _path, operation in operations():
        for part in (
            operation.get("requestBody", {}),
            *operation["responses"].values(),
        ):
            for content in part.get("content", {}).values():
                for example in content.get("examples", {}).values():
                    yield operation["operationId"], example["value"], content["schema"]


def strict(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema, and without a word that it does not name."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema

    made = {key: strict(value) for key, value in schema.items() if key != "example"}
    if isinstance(made.get("properties"), dict):
        made.setdefault("additionalProperties", False)
    if made.pop("nullable", None) is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made


def test_every_example_is_what_its_schema_describes():
    components = strict(described()["components"])
    shown = list(examples())

    assert {name for name, _value, _schema in shown} >= {
        "log_in",
        "get_me",
        "look_up_neighbours",
        "register_case",
        "make_move",
    }
    for name, value, schema in shown:
        whole = {**strict(schema), "components": components}
        faults = Draft7Validator(whole, format_checker=FormatChecker()).iter_errors(
            value
        )
        assert not list(faults), name


def values_of(example: Any, name: str) -> Iterator[str]:
    """Every value by a name, however deep it stands in an example."""
    if isinstance(example, list):
        for part in example:
            yield from values_of(part, name)
    elif isinstance(example, dict):
        for key, value in example.items():
            if key == name and isinstance(value, str):
                yield value
            else:
                yield from values_of(value, name)


def test_people_and_places_of_the_examples_are_those_of_the_demo():
    divisions = DIVISIONS.read_text(encoding="utf-8")
    given = {name for names in GIVEN.values() for name in names}
    shown = [value for _name, value, _schema in examples()]

    places = {*values_of(shown, "place"), *values_of(shown, "village")}
    people = {*values_of(shown, "name"), *values_of(shown, "speaker_name")}
    matters = set(values_of(shown, "verbatim"))

    assert places == {"白关村"}
    assert "621226118207,白关村民委员会" in divisions
    assert people
    assert all(name[0] in SURNAMES and name[1:] in given for name in people)
    assert matters <= {sample.verbatim for sample in read_samples()}
    assert set(values_of(shown, "username")) <= set(SHOWN)


def named_in(part: Any) -> Iterator[str]:
    """The components that a part of the schema refers to."""
    if isinstance(part, list):
        for one in part:
            yield from named_in(one)
    elif isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].rpartition("/")[2]
        for one in part.values():
            yield from named_in(one)


def test_an_answer_has_every_field_that_is_described():
    schemas = described()["components"]["schemas"]
    waiting = [
        name
        for _method, _path, operation in operations()
        for name in named_in(operation["responses"])
    ]
    left_out: dict[str, set[str]] = {}
    seen = set()

    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        kind = schemas[name]
        waiting += named_in(kind)
        optional = set(kind.get("properties", {})) - set(kind.get("required", []))
        if optional:
            left_out[name] = optional

    # of an agenda's item a reader may not see which matter it is
    assert left_out == {"Error": {"fields"}, "AgendaLine": {"case"}}
