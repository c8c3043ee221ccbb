"""The API as somebody meets it who generates a client from its schema.

The client is written by openapi-python-client, imported to its last module, and walks a
matter from the counter to its rating over HTTP.
"""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.cache import cache

from cases.models import Case
from tests.api import described, operations
from tests.cases.roads import Staff, staff
from tests.cases.test_api_parts import photo
from villages.models import Post

pytestmark = pytest.mark.any_database
PACKAGE = "minshi_client"
PASSWORD = "Deng-Huan-Le-2026"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("client")


@pytest.fixture(scope="module")
def generated(folder: Path) -> Iterator[str]:
    """The client, importable as `minshi_client`; and what the generator said."""
    (folder / "schema.json").write_text(json.dumps(described()))
    (folder / "config.yml").write_text("post_hooks: []")  # nobody reads how it looks

    command = [sys.executable, "-m", "openapi_python_client", "generate"]
    command += ["--path", "schema.json", "--config", "config.yml"]
    command += ["--meta", "none", "--output-path", PACKAGE]
    said = subprocess.run(
        command, check=True, cwd=folder, capture_output=True, text=True, timeout=120
    )

    sys.path.insert(0, str(folder))
    yield said.stdout + said.stderr
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


def part(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.{name}")


def model(name: str) -> Any:
    return getattr(part("models"), name)


def test_the_generator_leaves_nothing_out_but_how_a_file_is_read(generated):
    left_out = re.findall(r"WARNING parsing (\w+ \S+)", generated)

    assert left_out == [
        "POST /api/v1/cases/{number}/archive/",
        "GET /api/v1/cases/{number}/attachments/{uuid}/",
        "GET /api/v1/imports/{id}/results/",
        "GET /api/v1/sheets/{uuid}/",
    ]


def test_every_module_of_the_client_is_imported_and_every_operation_in_it(generated):
    package = importlib.import_module(PACKAGE)
    for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
        importlib.import_module(module.name)

    for _method, _path, operation in operations():
        tag = operation["tags"][0].replace("-", "_")
        assert callable(part(f"api.{tag}.{operation['operationId']}").sync_detailed)


class Program:
    """Another system that speaks to us through the generated client."""

    def __init__(self, url: str, token: str = "") -> None:
        client = part("client")
        self.client = client.Client(base_url=url)
        if token:
            self.client = client.AuthenticatedClient(url, token=token, prefix="Token")

    def ask(self, operation: str, *path: object, **values: object) -> Any:
        """The answer of an operation, by its tag and name: `cases.register_case`."""
        ask: Callable[..., Any] = part(f"api.{operation}").sync_detailed
        return ask(*path, client=self.client, **values)

    def move(self, number: str, name: str, **values: Any) -> Any:
        """Do a step of a matter as it stands now."""
        known = self.ask("cases.get_case", number).parsed
        body = model("Move" + name.title()).from_dict(
            {"action": name, "version": known.version, **values}
        )
        answer = self.ask("cases.make_move", number, body=body)
        assert answer.status_code == HTTPStatus.OK, answer.content.decode()
        return answer.parsed

    def close(self) -> None:
        self.client.get_httpx_client().close()


@pytest.fixture
def here(transactional_db, settings, tmp_path) -> Iterator[Staff]:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    yield staff()
    cache.clear()


@pytest.fixture
def log_in(generated, here, live_server) -> Iterator[Callable[[Post], Program]]:
    """Gives a post's user a program of their own, which has logged in by password."""
    stranger = Program(live_server.url)
    programs = [stranger]

    def logged_in(post: Post) -> Program:
        post.user.set_password(PASSWORD)
        post.user.save()
        entered = model("Credentials")(username=post.user.username, password=PASSWORD)
        given = stranger.ask("login.log_in", body=entered).parsed
        assert given.user.username == post.user.username
        programs.append(Program(live_server.url, given.token))
        return programs[-1]

    yield logged_in
    for program in programs:
        program.close()


@pytest.fixture
def counter(log_in, here) -> Program:
    return log_in(here.duty)


def taken_down(counter: Program, here: Staff, **key: str) -> Any:
    body = model("SpokenBody")(
        verbatim="村口两盏太阳能灯坏了半月，学生早起看不清路", village=here.village.pk
    )
    return counter.ask("cases.register_case", body=body, **key)


def test_a_matter_is_walked_from_the_counter_to_its_rating(counter, here, log_in):
    number = taken_down(counter, here).parsed.number
    counter.move(number, "accept", category="village", grade="complex")

    secretary = log_in(here.secretary)
    secretary.move(
        number,
        "decide",
        category="village",
        grade="complex",
        handling="joint",
        decision="请派出所换灯，小组长带路",
        lead=f"office:{here.office.pk}",
        assistants=[f"post:{here.leader.pk}"],
    )
    log_in(here.leader).move(number, "report", result="带到了地方")
    handler = log_in(here.handler)
    handler.move(number, "complete", outcome="done", result="换了两盏灯")
    secretary.move(number, "verify", reply="灯修好了，您看看")
    done = counter.move(
        number, "rate", satisfaction="satisfied", solved="yes", how="call"
    )

    assert done.stage == model("Stage").CLOSED
    assert Case.objects.get().close_reason == "rated"
    happened = secretary.ask("cases.list_events", number).parsed.results
    assert [event.action for event in happened][-2:] == ["verify", "rate"]


def test_a_retry_under_the_same_key_registers_nothing_twice(counter, here):
    key = {"idempotency_key": str(uuid4())}

    first = taken_down(counter, here, **key)
    again = taken_down(counter, here, **key)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.parsed.number == again.parsed.number
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Case.objects.count() == 1


def test_a_list_is_read_page_by_page(counter, here):
    numbers = {taken_down(counter, here).parsed.number for _nth in range(3)}

    first = counter.ask("cases.list_cases", page_size=2).parsed
    (cursor,) = parse_qs(urlsplit(first.next_).query)["cursor"]
    last = counter.ask("cases.list_cases", page_size=2, cursor=cursor).parsed

    assert [len(page.results) for page in (first, last)] == [2, 1]
    assert {row.number for row in (*first.results, *last.results)} == numbers
    assert last.next_ is None


def test_a_refusal_is_read_by_its_code_and_beside_the_field(counter, here):
    unknown = counter.ask("cases.get_case", "BG-2026-9999")
    empty = counter.ask(
        "cases.register_case", body=model("SpokenBody")(verbatim="。", village=1)
    )

    assert (unknown.status_code, unknown.parsed.code) == (404, "not_found")
    assert (empty.status_code, empty.parsed.code) == (400, "invalid")
    assert set(empty.parsed.fields.to_dict()) == {"verbatim"}


def test_a_file_is_sent_and_read_back(counter, here):
    number = taken_down(counter, here).parsed.number
    sent = photo()
    file = part("types").File(sent.file, "deng.jpg", "image/jpeg")

    added = counter.ask(
        "cases.upload_attachment", number, body=model("UploadBody")(file=file)
    )
    assert added.status_code == HTTPStatus.CREATED, added.content.decode()
    read = counter.ask("cases.download_attachment", number, added.parsed.uuid)

    assert read.headers["Content-Type"] == added.parsed.content_type == "image/jpeg"
    assert len(read.content) == added.parsed.size
    assert len(counter.ask("cases.list_attachments", number).parsed.results) == 1
