import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import (
    BooleanField,
    ChoiceField,
    Field,
    FileField,
    ModelChoiceField,
    UUIDField,
)
from django.forms.forms import BaseForm
from django.test import Client
from django.urls import reverse

from cases.workflow import MOVES
from cases.workflow.inputs import Kind
from tests.environment import ROOT
from tests.roles import secretary_of
from tests.villages.factories import UserFactory, VillageFactory
from villages.sessions import COOKIE
from villages.staying import is_chosen

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password"
PAGE = "/account/second-factor/"
TYPED_KINDS = (
    Kind.TEXT,
    Kind.LINE,
    Kind.DATE,
    Kind.DATETIME,
    Kind.CASE,
    Kind.ASKS,
)


@pytest.fixture
def at_work(client, time_machine):
    time_machine.move_to("2026-03-02 09:00+08:00", tick=False)
    secretary_of(VillageFactory(), user=UserFactory(username="wang", password=PASSWORD))

    def log_in(**fields):
        client.post("/login/", {"login": "wang", "password": PASSWORD, **fields})
        return client

    return log_in


def test_an_idle_session_ends_and_comes_back_to_its_page(at_work, time_machine):
    client = at_work()
    time_machine.shift(timedelta(minutes=60))

    answer = client.get(PAGE + "?a=1")

    assert answer["Location"] == "/login/?next=" + PAGE + "%3Fa%3D1"
    assert "_auth_user_id" not in client.session
    assert len(list(client.get(answer["Location"]).context["messages"])) == 1


def test_work_keeps_a_session_alive_without_a_write_to_the_database(
    at_work, time_machine, django_assert_num_queries
):
    client = at_work()
    for _ in range(5):
        time_machine.shift(timedelta(minutes=59))
        with django_assert_num_queries(
            4
        ):  # session, account with posts, and the page's own two
            assert client.get(PAGE).status_code == 200


def test_the_cookie_is_written_at_most_once_a_minute(at_work, time_machine):
    client = at_work()
    time_machine.shift(timedelta(seconds=59))
    early = client.get(PAGE)
    time_machine.shift(timedelta(seconds=1))
    late = client.get(PAGE)

    assert COOKIE not in early.cookies
    assert late.cookies[COOKIE]["httponly"]


def test_a_forged_or_missing_cookie_does_not_prolong_a_session(at_work, time_machine):
    client = at_work()
    time_machine.shift(timedelta(minutes=61))
    client.cookies[COOKIE] = "1772500000:forged"

    assert client.get(PAGE).status_code == 302


def test_the_cookie_of_another_session_does_not_prolong_this_one(at_work, time_machine):
    client = at_work()
    time_machine.shift(timedelta(minutes=50))
    client.get(PAGE)
    other = client.cookies[COOKIE].value
    client.post("/logout/")
    time_machine.shift(timedelta(minutes=-50))
    at_work()
    time_machine.shift(timedelta(minutes=61))
    client.cookies[COOKIE] = other

    assert client.get(PAGE).status_code == 302


def test_the_computer_of_the_talk_room_stays_logged_in_for_twelve_hours(
    at_work, time_machine
):
    client = at_work(remember="on")
    for _ in range(3):
        time_machine.shift(timedelta(hours=3, minutes=59))
        assert client.get(PAGE).status_code == 200
    time_machine.shift(timedelta(minutes=3))

    assert client.get(PAGE).status_code == 302


def test_another_computer_forgets_the_session_with_its_window(at_work):
    assert at_work().session.get_expire_at_browser_close()


def test_the_computer_of_the_talk_room_does_not(at_work):
    assert not at_work(remember="on").session.get_expire_at_browser_close()


def test_a_form_that_came_too_late_leads_back_to_its_page(at_work, time_machine):
    client = at_work()
    time_machine.shift(timedelta(minutes=61))

    answer = client.post(
        reverse("villages:open_phone", args=[1]),
        {"version": "3"},
        headers={"referer": f"http://testserver{PAGE}?a=1"},
    )

    assert answer["Location"] == "/login/?next=" + PAGE + "%3Fa%3D1"


def test_a_form_from_elsewhere_leads_to_the_first_page(at_work, time_machine):
    client = at_work()
    time_machine.shift(timedelta(minutes=61))

    answer = client.post(
        reverse("villages:open_phone", args=[1]),
        {"version": "3"},
        headers={"referer": "https://evil.example/x"},
    )

    assert answer["Location"] == "/login/?next=/"


def test_a_fragment_leaves_the_page_and_says_that_the_login_is_over(
    at_work, time_machine
):
    client = at_work()
    time_machine.shift(timedelta(minutes=61))

    answer = client.get(
        reverse("villages:lookup"),
        headers={"hx-request": "true", "hx-current-url": f"http://testserver{PAGE}"},
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
    assert "没有操作" in answer.json()["detail"]
    assert "HX-Redirect" not in answer


def test_a_script_is_told_to_log_in_again(at_work, time_machine):
    client = at_work()
    time_machine.shift(timedelta(minutes=61))

    answer = client.get(
        reverse("villages:lookup"), headers={"accept": "application/json"}
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")


def test_a_public_page_goes_on_after_an_idle_session(at_work, time_machine):
    client = at_work()
    time_machine.shift(timedelta(minutes=61))

    assert client.get("/login/").status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_session_without_a_beginning_is_over(at_work):
    client = at_work()
    session = client.session
    del session["began_at"]
    session.save()

    assert client.get(PAGE).status_code == 302


BACKGROUND = {"hx-request": "true", "x-background": "1"}


def test_what_a_page_asks_for_by_itself_keeps_nobody_logged_in(at_work, time_machine):
    client = at_work()
    for _ in range(4):
        time_machine.shift(timedelta(minutes=16))
        client.get(reverse("supervision:unread"), headers=BACKGROUND)

    assert client.get(PAGE)["Location"].startswith("/login/")


@pytest.mark.parametrize("is_over", [True, False])
def test_what_a_page_asks_for_by_itself_leads_it_nowhere(
    at_work, time_machine, is_over
):
    client = at_work()
    if is_over:
        time_machine.shift(timedelta(minutes=61))
    else:
        client.post("/logout/")

    answer = client.get(
        reverse("supervision:unread"),
        headers={**BACKGROUND, "hx-current-url": "http://testserver/intake/"},
    )

    assert (answer.status_code, "HX-Redirect" in answer) == (204, False)


def test_the_reason_is_kept_for_the_next_thing_somebody_does(at_work, time_machine):
    client = at_work()
    time_machine.shift(timedelta(minutes=61))
    client.get(reverse("supervision:unread"), headers=BACKGROUND)

    answer = client.get(PAGE)

    assert answer["Location"].startswith("/login/")
    assert len(list(client.get(answer["Location"]).context["messages"])) == 1


@pytest.mark.parametrize("is_idle", [True, False])
def test_a_form_that_comes_after_the_end_of_the_login_gives_its_words_back(
    at_work, time_machine, is_idle
):
    """They stood neither on the login page nor on the form after it."""
    client = at_work()
    if is_idle:
        time_machine.shift(timedelta(minutes=61))
    else:
        client.post("/logout/")

    answer = client.post(
        "/intake/",
        {
            "key": "00000000-0000-4000-8000-000000000001",
            "channel": "talk_room",
            "village": "12",
            "speaker_name": "张长生",
            "speaker_phone": "13993912345",
            "verbatim": "水渠堵了 <b>半月</b>\n浇不上地",
            "photo": SimpleUploadedFile("渠.png", b"png"),
        },
        headers={"referer": "http://testserver/intake/?village=12"},
    )

    assert answer.status_code == 401
    assert answer.context["texts"] == [
        "张长生",
        "13993912345",
        "水渠堵了 <b>半月</b>\n浇不上地",
    ]
    text = answer.content.decode()
    assert "水渠堵了 &lt;b&gt;半月&lt;/b&gt;" in text
    assert 'href="/login/?next=/intake/%3Fvillage%3D12"' in text
    assert answer.context["had_files"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("verbatim", "no light"),
        ("verbatim", "wifi"),
        ("title", "cctv"),
        ("place", "village-road"),
        ("result", "120"),
        ("reply", "123456"),
        ("visitors", "12"),
        ("present", "7"),
        ("asks-post:12", "ok"),
        ("speaker_name", "li"),
        ("username", "wang"),
    ],
)
def test_what_was_typed_is_given_back_whatever_it_looks_like(
    at_work, time_machine, name, words
):
    client = at_work()
    time_machine.shift(timedelta(minutes=61))

    answer = client.post("/intake/", {name: words, "channel": "talk_room"})

    assert (answer.status_code, answer.context["texts"]) == (401, [words])


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "password1",
        "oldpassword",
        "new_Password",
        "code",
        "mfa_code",
        "otp",
        "totp",
        "token",
        "csrfmiddlewaretoken",
        "api-token",
        "secret",
        "k",
        "login",
    ],
)
@pytest.mark.parametrize("words", ["Geheim 1!", "水渠堵了半月", "123456"])
def test_a_secret_is_known_by_its_field_and_never_given_back(
    at_work, time_machine, name, words
):
    client = at_work()
    time_machine.shift(timedelta(minutes=61))

    answer = client.post("/intake/", {name: words, "verbatim": "灯坏了"})

    assert answer.context["texts"] == ["灯坏了"]
    assert words not in answer.content.decode()


def test_the_login_gives_nothing_back_on_its_way_to_the_second_step(client):
    user = UserFactory(username="wang", password=PASSWORD)
    TOTP.activate(user, generate_totp_secret())

    sent = {"login": "wang", "password": PASSWORD, "note": "水渠堵了半月"}
    answer = client.post("/login/", sent)

    assert (answer.status_code, answer["Location"]) == (302, "/login/code/")


def fields_of_forms() -> dict[str, set[bool]]:
    """Return by name whether the fields of our forms and steps are typed."""
    fields = defaultdict(set)
    for form in _below(BaseForm):
        if form.__module__.split(".")[0] not in ("villages", "cases", "supervision"):
            continue
        for name, field in getattr(form, "base_fields", {}).items():
            fields[name].add(_is_typed(field))
    for move in MOVES.values():
        for item in move.inputs:
            fields[item.name].add(item.kind in TYPED_KINDS)
    return fields


def _is_typed(field: Field) -> bool:
    chosen = (ChoiceField, ModelChoiceField, BooleanField, UUIDField, FileField)
    return not isinstance(field, chosen) and not field.widget.is_hidden


def _below(form: type) -> Iterator[type]:
    for each in form.__subclasses__():
        yield each
        yield from _below(each)


def test_choices_and_keys_are_known_by_their_names_and_words_are_none():
    import_module("minshi.urls")  # and with it every form
    fields = fields_of_forms()

    chosen = {name for name, kinds in fields.items() if kinds == {False}}
    typed = {name for name, kinds in fields.items() if True in kinds}

    assert {"village", "verbatim", "lead", "reason"} <= set(fields)
    assert {name for name in chosen if not is_chosen(name)} == set()
    assert {name for name in typed if is_chosen(name)} == set()


def test_what_is_typed_into_a_field_of_a_template_is_no_choice():
    names = set()
    for template in (ROOT / "templates").rglob("*.html"):
        for tag in re.findall(r"<(?:input|textarea)\s[^>]*>", template.read_text()):
            name = re.search(r'\sname="([^"]+)"', tag)
            kind = re.search(r'\stype="([^"]+)"', tag)
            if name and (kind is None or kind[1] in ("text", "search")):
                names.add(re.sub(r"{{[^}]*}}", "12", name[1]))

    assert {"aside-12", "lifted-12", "substitute-12", "asks-12"} <= names
    assert {name for name in names if is_chosen(name)} == set()


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/account/password/", {"oldpassword": "Geheim 1", "password1": "Geheim 2"}),
        ("/account/confirm/", {"password": "Geheim 1", "next": "/bodies/?x=1"}),
        ("/account/confirm/code/", {"code": "12345678"}),
        ("/logout/", {}),
        ("/type-size/", {"type": "large", "next": "/login/?next=/Intake/"}),
        ("/language/", {"language": "zh-hans", "next": "/login/"}),
    ],
)
def test_no_secret_is_given_back(at_work, time_machine, address, fields):
    client = at_work()
    time_machine.shift(timedelta(minutes=61))

    answer = client.post(address, fields)

    assert (answer.status_code, answer["Location"][:7]) == (302, "/login/")


def test_nothing_is_shown_of_a_form_sent_from_elsewhere(at_work, time_machine):
    at_work()
    time_machine.shift(timedelta(minutes=61))
    stranger = Client(enforce_csrf_checks=True)

    answer = stranger.post("/intake/", {"verbatim": "水渠堵了"})

    assert answer.status_code == 403
    assert "水渠堵了" not in answer.content.decode()
