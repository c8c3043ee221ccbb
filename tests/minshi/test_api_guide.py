"""The guide to the API: its examples are typed into a shell, as it were, and its
numbers are those of the settings.
"""

import json
import re
import shlex
from html import unescape
from string import Template
from uuid import uuid4

import pytest
from django.test import Client

from minshi.api import LARGEST_PAGE, PAGE_SIZE
from tests.cases.test_api_parts import photo
from tests.roles import duty_officer_of
from tests.villages.factories import UserFactory, VillageFactory
from villages.api.examples import CREDENTIALS

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
EXAMPLE = re.compile(r'<pre class="call" data-status="(\d+)">(.*?)</pre>', re.DOTALL)
GUIDE = "/api/docs/guide/"


@pytest.fixture
def officer():
    """The duty officer of the examples, in the village of the examples."""
    user = UserFactory(username=CREDENTIALS["username"])
    user.set_password(CREDENTIALS["password"])
    user.save()
    return duty_officer_of(VillageFactory(pk=12), user=user)


def page_of(officer, language: str = "zh-hans") -> str:
    client = Client(headers={"Accept-Language": language})
    client.force_login(officer.user)
    answer = client.get(GUIDE)
    assert answer.status_code == 200
    return answer.content.decode()


class Shell:
    """Types the examples one after the other, and notes what later ones need."""

    def __init__(self) -> None:
        self.client = Client()
        self.known = {"MINSHI": "", "KEY": str(uuid4())}

    def type(self, command: str):
        """Send what curl would, and return the answer."""
        typed = Template(command).substitute(self.known)
        words = iter(shlex.split(typed.replace("\\\n", " ")))
        assert next(words) == "curl"

        method, address, body, headers = "GET", "", "", {}
        for word in words:
            if word == "-X":
                method = next(words)
            elif word == "-H":
                name, _colon, value = next(words).partition(": ")
                headers[name] = value
            elif word == "-d":
                body = next(words)
            elif word == "-F":
                name, _equals, file = next(words).partition("=@")
                assert file.endswith(".jpg")
                return self.client.post(address, {name: photo()}, headers=headers)
            else:
                address = word

        kind = headers.pop("Content-Type", "")
        return self.client.generic(method, address, body, kind, headers=headers)

    def note(self, answer) -> None:
        said = answer.json()
        for variable, field in (("TOKEN", "token"), ("NUMBER", "number")):
            if field in said:
                self.known[variable] = said[field]


def test_every_example_of_the_guide_is_answered_as_it_says(officer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    examples = EXAMPLE.findall(page_of(officer))
    shell = Shell()

    assert len(examples) > 10
    for status, example in examples:
        answer = shell.type(unescape(example))

        assert answer.status_code == int(status), (example, answer.content.decode())
        shell.note(answer)


def test_the_guide_shows_a_refusal_in_the_field_it_is_about(officer):
    examples = [
        unescape(example) for _status, example in EXAMPLE.findall(page_of(officer))
    ]
    (empty,) = [example for example in examples if '"verbatim": ""' in example]
    shell = Shell()
    shell.note(shell.type(examples[0]))

    answer = shell.type(empty)

    assert set(json.loads(answer.content)["fields"]) == {"verbatim"}


def test_the_numbers_of_the_guide_are_those_of_the_settings(officer, settings):
    settings.ATTACHMENT_MAX_BYTES = 7 * 1024 * 1024
    settings.SESSION_COOKIE_AGE = 9 * 3600
    settings.LOOKUPS_A_DAY = 777

    text = page_of(officer, "en")

    for words in (
        "holds for 9 hours",
        f"{PAGE_SIZE} rows",
        f"up to {LARGEST_PAGE}",
        "7.0\xa0MB",
        "777",
        f"{settings.TRIES} wrong passwords",
    ):
        assert words in text


def test_the_guide_is_chinese_where_chinese_is_asked_for(officer):
    text = page_of(officer)

    assert "接入别的系统" in text
    assert "Retry-After 说要等多少秒" in text


def test_the_guide_is_for_accounts_as_the_documentation_is(client):
    assert client.get(GUIDE)["Location"].startswith("/login/")
