"""What is refused before a page or an endpoint sees it, and in which words."""

import contextlib
import json
import select
import socket
from functools import partial
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from knox.models import AuthToken

from cases.models import Case
from minshi import api_urls
from minshi.content_type import ReadableContentType
from minshi.parsers import DEEPEST
from tests.cases.roads import spoken, staff
from tests.minshi.test_celery import without_redis
from tests.processes import free_port, gunicorn, until
from tests.roles import system_admin
from tests.together import at_once

pytestmark = pytest.mark.django_db
CHINESE = {"HTTP_ACCEPT_LANGUAGE": "zh-CN,zh;q=0.9"}
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def patient():
    """A client that answers a fault as the server does, and not by raising it."""
    return Client(raise_request_exception=False)


def test_a_browser_is_told_where_the_icon_is(client):
    answer = client.get("/favicon.ico")

    assert answer.status_code == 302
    assert answer["Location"].endswith(".svg")


def as_form(size):
    return {"data": "a=" + "b" * (size - 2), "content_type": FORM}


FORM = "application/x-www-form-urlencoded"


# --- sizes
@pytest.mark.any_database
@pytest.mark.parametrize("address", ["/login/", "/t/BG-2026-0001/", "/intake/"])
def test_a_visitor_sends_no_more_than_a_form(client, settings, address):
    most = settings.ANONYMOUS_BODY_MAX_BYTES

    taken = client.post(address, **as_form(most))
    refused = client.post(address, **as_form(most + 1), **CHINESE)

    assert taken.status_code != 413
    assert refused.status_code == 413
    assert "提交的内容太大" in refused.content.decode()
    assert f"{most // 1024} KB" in refused.content.decode()


@pytest.mark.any_database
def test_the_api_refuses_in_json_and_in_the_language_asked_for(client, settings):
    most = settings.ANONYMOUS_BODY_MAX_BYTES

    english = client.post("/api/v1/cases/", **as_form(most + 1), **ENGLISH)
    chinese = client.post("/api/v1/cases/", **as_form(most + 1), **CHINESE)

    assert english.status_code == chinese.status_code == 413
    assert english.json() == {
        "code": "too_large",
        "detail": "What was sent is too large; 256 KB are taken.",
    }
    assert chinese.json()["detail"] == "提交的内容太大了，最多能收 256 KB。"


def test_an_officer_sends_files_a_visitor_does_not(client, settings):
    here = staff()
    case = spoken(here)
    address = reverse("cases:upload", args=[case.number])
    too_much = settings.ANONYMOUS_BODY_MAX_BYTES * 2

    def send(size):
        file = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n" + b"x" * size)
        return client.post(address, {"file": file}).status_code

    assert send(too_much) == 413
    client.force_login(here.duty.user)
    assert send(too_much) == 302
    settings.BODY_MAX_BYTES = too_much * 2
    assert send(too_much * 2) == 413
    assert case.attachments.count() == 1


def test_a_token_sends_files_and_a_word_that_is_none_does_not(client, settings):
    here = staff()
    case = spoken(here)
    address = f"/api/v1/cases/{case.number}/attachments/"
    _row, token = AuthToken.objects.create(here.duty.user)

    def send(word):
        content = b"%PDF-1.4\n" + b"x" * settings.ANONYMOUS_BODY_MAX_BYTES
        file = SimpleUploadedFile("a.pdf", content)
        header = {"HTTP_AUTHORIZATION": f"Token {word}"}
        return client.post(address, {"file": file}, **header).status_code

    assert send(token) == 201
    assert send("a" * 64) == 413


def test_a_body_without_files_is_no_larger_than_what_is_read_at_once(client, settings):
    here = staff()
    client.force_login(here.duty.user)
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = json.dumps({"verbatim": "字" * most})

    refused = client.post("/api/v1/cases/", body, content_type="application/json")

    assert refused.status_code == 413
    assert refused.json()["code"] == "too_large"


@pytest.mark.any_database
def test_a_body_must_say_how_long_it_is(client):
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked"}

    page = client.generic("POST", "/login/", b"", **chunked, **CHINESE)
    api = client.generic("POST", "/api/v1/cases/", b"", **chunked, **CHINESE)

    assert (page.status_code, api.status_code) == (411, 411)
    assert "Content-Length" in page.content.decode()
    assert api.json()["code"] == "length_required"


@pytest.fixture
def served(start, tmp_path):
    """A server of the embedded form without a database, and where it writes uploads."""
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    env = without_redis(tmp_path / "var") | {
        "MINSHI_NO_BACKGROUND": "1",
        "TMPDIR": str(uploads),
        "DEBUG": "true",  # plain names of static files, as nothing is collected
    }
    port = free_port()
    server = start(*gunicorn(port), env=env)
    until(lambda: reaches(port), processes=[server])
    return port, uploads


def get(path, *lines):
    fields = [b"GET " + path + b" HTTP/1.1", b"Host: 127.0.0.1", *lines]
    return b"\r\n".join([*fields, b"Connection: close"]) + b"\r\n\r\n"


def reaches(port):
    try:
        return b"200" in ask(port, get(b"/healthz"))
    except ConnectionRefusedError:
        return False


def ask(port, head, *parts):
    """What a server answers to a request that is sent piece by piece until it does."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(head)
        answer = b""
        for part in parts:
            answer = sent_and_heard(line, part)
            if answer:
                break
        return answer + rest_of(line)


def sent_and_heard(line, part):
    """Send a piece; return what the server says meanwhile, which may be nothing."""
    readable, writable, _ = select.select([line], [line], [], 20)
    if readable:
        return heard(line)
    assert writable, "the server neither reads nor answers"
    try:
        line.sendall(part)
    except (BrokenPipeError, ConnectionResetError):
        return heard(line)
    return b""


def heard(line):
    try:
        return line.recv(65536)
    except ConnectionResetError:  # it has closed, and ours was still on the way
        return b""


def rest_of(line):
    answer = b""
    while more := heard(line):
        answer += more
    return answer


BOUNDARY = b"----------------------------0123456789"
PART = (
    b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="file"; '
    b'filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
)
MEGABYTE = b"x" * 1_048_576


def head_of(path, *lines):
    fields = [
        b"POST " + path + b" HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Content-Type: multipart/form-data; boundary=" + BOUNDARY,
        b"Cookie: sessionid=nobodys",
        b"Connection: close",
        *lines,
    ]
    return b"\r\n".join(fields) + b"\r\n\r\n"


@pytest.mark.any_database
@pytest.mark.parametrize("path", [b"/login/", b"/api/v1/login/"])
def test_of_300_mb_from_a_visitor_nothing_is_written(served, path):
    port, uploads = served
    before = uploads.stat().st_mtime_ns

    stated = head_of(path, b"Content-Length: 314572800")
    answer = ask(port, stated, PART, *[MEGABYTE] * 300)
    chunk = b"%x\r\n" % len(PART) + PART + b"\r\n"
    chunks = [b"100000\r\n" + MEGABYTE + b"\r\n"] * 300
    unstated = head_of(path, b"Transfer-Encoding: chunked")
    chunked = ask(port, unstated, chunk, *chunks)

    assert answer.startswith(b"HTTP/1.1 413")
    assert chunked.startswith(b"HTTP/1.1 411")
    assert uploads.stat().st_mtime_ns == before  # nothing came and went either
    assert list(uploads.iterdir()) == []


# --- texts that no database stores, and bodies that nothing reads
def test_nul_in_a_path_is_an_address_that_does_not_exist(patient):
    patient.force_login(staff().secretary.user)

    for path in ("/cases/BG%00/", "/t/%00/", "/api/v1/cases/%00/", "/%00"):
        assert patient.get(path).status_code == 404, path
    assert patient.get("/api/%00", **ENGLISH).json()["code"] == "not_found"


def test_nul_in_a_query_a_form_or_json_is_refused(patient):
    patient.force_login(staff().secretary.user)
    body = json.dumps({"verbatim": ["井水\0浑了"]})

    query = patient.get("/cases/?village=%00", **CHINESE)
    form = patient.post("/intake/", {"verbatim": "井水\0浑了"}, **CHINESE)
    sent = patient.post("/api/v1/cases/", body, content_type="application/json")
    name = json.dumps({"a\0": 1})
    named = patient.post("/api/v1/cases/", name, content_type="application/json")

    assert [answer.status_code for answer in (query, form, sent, named)] == [400] * 4
    assert "NUL" in form.content.decode()
    assert sent.json()["code"] == "parse_error"


@pytest.mark.parametrize("is_demo", [False, True])
def test_a_thousand_fields_are_refused_in_words(patient, settings, is_demo):
    """Django's page of the fault, in the demo, printed all that was at hand, and a
    thread was busy for minutes.
    """
    settings.DEBUG = is_demo
    fields = "a=1&" * 1001

    query = patient.get("/login/?" + fields, **CHINESE)
    form = patient.post("/login/", fields, content_type=FORM, **CHINESE)
    api = patient.get("/api/v1/cases/?" + fields)

    assert [answer.status_code for answer in (query, form, api)] == [400] * 3
    assert "读不出来" in query.content.decode()


def test_half_a_character_in_json_is_refused(patient):
    patient.force_login(staff().secretary.user)
    body = '{"action": "\\ud800", "cases": []}'

    sent = patient.post("/api/v1/batch/", body, content_type="application/json")

    assert (sent.status_code, sent.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize(
    "charset",
    ["hex", "base64", "rot13", "nowhere", "undefined", "idna", "punycode"],
)
def test_a_body_in_no_encoding_of_text_is_refused(patient, charset):
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    body = '--x\r\nContent-Disposition: form-data; name="login"\r\n\r\nabc\r\n--x--\r\n'

    answer = patient.generic("POST", "/login/", body.encode(), content_type=kind)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "parameter",
    [
        "charset*=bogus''x",
        "charset*=utf-8''a%00b",
        "charset*=undefined''x",
        f"charset*{'9' * 5000}=x",
        "charset*=utf-8''a; charset*0=b",
    ],
)
@pytest.mark.parametrize("path", ["/login/", "/api/v1/me/"])
def test_a_content_type_that_cannot_be_taken_apart_is_refused(parameter, path):
    """Django takes it apart before any middleware: what it raised was a 500."""
    environ = RequestFactory().post(path).environ
    environ["CONTENT_TYPE"] = f"{FORM}; {parameter}"
    environ |= {"HTTP_ACCEPT_LANGUAGE": "en"}
    answered = []

    body = b"".join(
        ReadableContentType(WSGIHandler())(
            environ, lambda status, _headers: answered.append(status)
        )
    )

    assert answered == ["400 Bad Request"]
    assert "The body is in no encoding of text." in body.decode()


@pytest.mark.parametrize("length", ["9" * 5000, "0" * 5000, "²", "-1", "1e3"])
def test_a_length_that_is_no_number_is_refused(patient, length):
    answer = patient.post("/login/", {"login": "x"}, CONTENT_LENGTH=length, **ENGLISH)

    assert answer.status_code == 411
    assert "Content-Length" in answer.content.decode()


def test_a_field_without_a_name_is_no_page_of_the_administration(patient):
    patient.force_login(system_admin().user)

    for page in ("change", "delete"):
        address = f"/admin/cases/calendarday/1/{page}/?_to_field="
        assert patient.get(address).status_code == 404


@pytest.mark.any_database
@pytest.mark.parametrize("depth", [DEEPEST + 1, 900, 3000, 200_000])
def test_json_that_is_nested_deeply_is_refused(patient, depth):
    patient.force_login(staff().secretary.user)
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        body = opened * depth + "1" + closed * depth

        answer = patient.post("/api/v1/cases/", body, content_type="application/json")

        assert answer.status_code in (400, 413), (opened, depth)
        assert set(answer.json()) == {"code", "detail"}


# --- the API's own words
@pytest.mark.any_database
@pytest.mark.parametrize("path", ["/api/", "/api/v1/nowhere/", "/api/v2/cases/1/"])
def test_an_address_the_api_does_not_have_is_said_in_json(client, path):
    assert client.get(path, **ENGLISH).json()["code"] == "not_authenticated"
    client.force_login(staff().secretary.user)

    english = client.get(path, **ENGLISH)
    chinese = client.post(path, **CHINESE)

    assert (english.status_code, chinese.status_code) == (404, 404)
    assert english.json()["code"] == chinese.json()["code"] == "not_found"
    assert english.json()["detail"].isascii()
    assert not chinese.json()["detail"].isascii()


@pytest.mark.any_database
@pytest.mark.urls("tests.minshi.failing_urls")
def test_a_fault_of_the_api_is_said_in_json(patient):
    english = patient.get("/api/broken/", **ENGLISH)
    chinese = patient.get("/api/broken/", **CHINESE)
    page = patient.get("/broken/", **CHINESE)

    assert [answer.status_code for answer in (english, chinese, page)] == [500] * 3
    assert english.json()["code"] == "error"
    assert english.json()["detail"].isascii()
    assert "系统出错了" in chinese.json()["detail"]
    assert "<h1>" in page.content.decode()


@contextlib.contextmanager
def no_room():
    """A database that takes no page more; on PostgreSQL a rule that says so of every
    session.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA page_count")
            (pages,) = cursor.fetchone()
            cursor.execute(f"PRAGMA max_page_count = {pages}")
        else:
            cursor.execute(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$"
                " BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON cases_case"
                " EXECUTE FUNCTION full_disk()"
            )
        yield
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA max_page_count = 1073741823")
        else:
            cursor.execute("DROP FUNCTION full_disk() CASCADE")


@pytest.mark.django_db(transaction=True)
def test_a_database_without_room_is_said_in_words_and_nothing_is_stored(patient):
    here = staff()
    patient.force_login(here.duty.user)
    words = "村口的水渠堵了" * 400  # longer than what is free on any page
    form = {"verbatim": words, "village": here.village.pk, "key": uuid4()}

    with no_room():
        answer = patient.post("/intake/", {**form, "channel": "talk_room"})

    assert answer.status_code == 507
    assert "磁盘满了" in answer.text
    assert not Case.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_first_requests_to_the_schema_may_come_at_once():
    api_urls.Schema.made.clear()
    user = staff().secretary.user
    clients = [Client() for _ in range(6)]
    for client in clients:
        client.force_login(user)

    answers = at_once(
        *[
            partial(client.get, "/api/schema/", HTTP_ACCEPT="application/json")
            for client in clients
        ]
    )

    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.content for answer in answers}) == 1
