"""The container files agree with the settings, the modules and the health pages; the
static files can be collected.
"""

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys

import pytest
import redis
import yaml
from django.conf import settings
from django.urls import resolve

from minshi.celery import app
from tests.environment import ROOT, settings_names
from tests.processes import free_port, processes_in, until

pytestmark = pytest.mark.any_database
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
OURS = ["migrate", "web", "worker", "letters", "beat", "backup"]
OTHERS = ["proxy", "db", "redis"]
# What the step that grants alone needs.
OF_THE_STEP = {"migrate": {"APPLICATION_DATABASE_URL"}}
REQUIRED = {"SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "DATABASE_URL", "REDIS_URL"}


def command_of(service):
    from_image = re.search(r"^CMD (\[.*\])", DOCKERFILE, re.MULTILINE)[1]
    command = COMPOSE["services"][service].get("command") or yaml.safe_load(from_image)
    return shlex.split(" ".join(command))


def test_services_are_the_full_form():
    assert set(COMPOSE["services"]) == {*OURS, *OTHERS}


@pytest.mark.parametrize("service", OURS)
def test_environment_holds_only_what_the_settings_read_and_all_they_require(service):
    given = set(COMPOSE["services"][service]["environment"])

    assert given - OF_THE_STEP.get(service, set()) <= settings_names()
    assert given >= REQUIRED


def test_whatever_can_be_set_reaches_the_containers():
    """But for demo data, which the full form has none of, and where the image keeps its
    files.
    """
    kept = {
        "DEBUG",
        "DEMO_PASSWORD",
        "CLOCK_AHEAD",
        "MINSHI_VAR",
        "STATIC_ROOT",
        "MEDIA_ROOT",
    }
    # whoever breaks into a page finds no key of backups
    of_backups = {
        "BACKUP_KEY",
        "BACKUP_DIR",
        "BACKUP_KEEP_DAYS",
        "BACKUP_KEEP_WEEKS",
        "BACKUP_KEEP_MONTHS",
    }
    read = settings_names() | {
        f"DEADLINE_{rule.upper()}" for rule in settings.DEADLINES
    }

    web = set(COMPOSE["services"]["web"]["environment"])
    backup = set(COMPOSE["services"]["backup"]["environment"])
    assert web == read - kept - of_backups
    assert backup == read - kept


def test_the_image_has_the_client_of_the_servers_version():
    """pg_dump refuses a server that is newer than itself."""
    server = COMPOSE["services"]["db"]["image"].removeprefix("postgres:")

    assert f"postgresql-client-{server}" in DOCKERFILE


def test_backups_are_written_by_the_worker_of_backups_alone():
    """The image has the folder, whose owner a new volume takes over; were it a volume
    of the image, every container would be given one of its own.
    """
    (made,) = re.findall(r"install -d .*", DOCKERFILE)
    (volumes,) = re.findall(r"^VOLUME (.*)$", DOCKERFILE, re.MULTILINE)
    mounting = [
        name
        for name, service in COMPOSE["services"].items()
        if any(mount.endswith(":/backups") for mount in service.get("volumes", []))
    ]

    assert "/backups" in made.split()
    assert "/backups" not in volumes.split()
    assert mounting == ["backup"]


def test_every_queue_has_a_worker_and_no_worker_waits_at_another():
    taken = [
        command_of(service)[command_of(service).index("-Q") + 1]
        for service in ("worker", "letters", "backup")
    ]

    assert sorted(taken) == sorted(app.amqp.queues)


def test_required_variables_are_those_the_settings_read_without_a_default():
    text = (ROOT / "minshi" / "settings.py").read_text()
    without_default = set(re.findall(r'read\("\w+", "(\w+)"\)', text))

    assert without_default == REQUIRED


def test_image_sets_only_what_the_settings_read_beside_pip_and_python():
    names = re.findall(
        r"(\w+)=\S+", " ".join(re.findall(r"^ENV (.*)", DOCKERFILE, re.MULTILINE))
    )

    assert {
        name for name in names if not name.startswith(("PYTHON", "PIP_"))
    } <= settings_names()


@pytest.mark.parametrize("service", [*OURS, "db", "redis"])
def test_no_secret_has_a_default(service):
    environment = COMPOSE["services"][service]["environment"]
    for name in (
        "SECRET_KEY",
        "FIELD_KEYS",
        "INDEX_KEY",
        "DATABASE_URL",
        "REDIS_URL",
        "APPLICATION_DATABASE_URL",
        "POSTGRES_PASSWORD",
        "BACKUP_KEY",
        "REDISCLI_AUTH",
    ):
        if name in environment:
            assert re.search(r"\$\{\w+:\?", environment[name]), name


@pytest.mark.parametrize("service", OURS)
def test_commands_name_modules_that_exist(service):
    words = command_of(service)
    modules = [word for word in words if re.fullmatch(r"minshi(\.\w+)+", word)]

    scripts = [word for word in words if word.endswith(".py")]
    assert modules or scripts
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []
    assert all((ROOT / script).is_file() for script in scripts)


def test_management_commands_of_the_migration_exist():
    from django.core.management import get_commands

    named = re.findall(
        r"manage\.py (\w+)", COMPOSE["services"]["migrate"]["command"][-1]
    )

    assert named == [
        "migrate",
        "load_calendar",
        "load_standard_texts",
        "hide_anew",
        "grant_application",
    ]
    assert set(named) <= set(get_commands())


def test_health_checks_ask_pages_that_exist():
    asked = re.findall(r"127\.0\.0\.1:8000(/\w+)", DOCKERFILE)
    asked += re.findall(
        r"127\.0\.0\.1:8000(/\w+)",
        " ".join(COMPOSE["services"]["web"]["healthcheck"]["test"]),
    )

    # /readyz asks for beat and worker too: without them there would be no site
    assert asked == ["/healthz", "/healthz"]
    assert all(resolve(path) for path in asked)


@pytest.mark.parametrize("name", [*OURS, *OTHERS])
def test_no_container_writes_to_its_image_or_gains_a_right(name):
    service = COMPOSE["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


@pytest.mark.parametrize("name", [*OURS, *OTHERS])
def test_every_container_has_limits_and_its_log_is_rotated(name):
    service = COMPOSE["services"][name]

    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert 0 < service["pids_limit"] <= 500
    assert service["logging"]["driver"] == "json-file"
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])


def test_the_proxy_reaches_neither_database_nor_redis():
    networks = {
        name: set(service["networks"]) for name, service in COMPOSE["services"].items()
    }

    assert networks["proxy"] & networks["web"]
    for store in ("db", "redis"):
        assert not networks["proxy"] & networks[store]
        assert all(networks[name] & networks[store] for name in OURS)
    assert set.union(*networks.values()) == set(COMPOSE["networks"])


def test_uploads_of_every_thread_have_room_on_their_way_in():
    web = COMPOSE["services"]["web"]
    words = command_of("web")
    processes = int(words[words.index("--workers") + 1])
    threads = int(words[words.index("--threads") + 1])
    (room,) = re.findall(r"^/tmp:size=(\d+)g", web["tmpfs"][0])
    gigabyte = 1_073_741_824

    assert int(room) * gigabyte >= processes * threads * settings.BODY_MAX_BYTES
    assert int(web["mem_limit"].removesuffix("g")) > int(room)


def test_only_the_proxy_is_reached_from_outside_and_only_from_this_machine():
    published = {
        name: service["ports"]
        for name, service in COMPOSE["services"].items()
        if "ports" in service
    }

    assert list(published) == ["proxy"]
    assert all(port.startswith("127.0.0.1:") for port in published["proxy"])


def test_the_proxy_has_its_configuration_and_forwards_to_the_application():
    proxy = COMPOSE["services"]["proxy"]
    (mount,) = [text for text in proxy["volumes"] if text.endswith(":ro")]
    configuration = (ROOT / mount.split(":")[0]).read_text()
    (published,) = proxy["ports"]

    assert f"listen {published.rsplit(':', 1)[1]};" in configuration
    assert "http://web:8000;" in configuration
    assert "8000" in " ".join(command_of("web"))
    spool = [text.split(":")[1] for text in proxy["volumes"] if text != mount]
    written = re.findall(r"_temp_path (\S+);", configuration)
    assert written
    assert all(path.startswith(tuple(spool)) for path in written)


@pytest.mark.parametrize("service", OURS)
def test_only_migration_and_backup_work_as_the_owner_of_the_database(service):
    environment = COMPOSE["services"][service]["environment"]
    role = re.match(r"postgres://(\w+):", environment["DATABASE_URL"])[1]
    owner = COMPOSE["services"]["db"]["environment"]["POSTGRES_USER"]

    assert (role == owner) == (service in ("migrate", "backup"))


def test_redis_asks_for_its_password(tmp_path):
    """The command of the container, run here on another port and in another folder."""
    shell, flag, script = COMPOSE["services"]["redis"]["command"]
    port = free_port()
    script = script.replace("$$", "$").replace("/run/redis", str(tmp_path))
    env = {"PATH": os.environ["PATH"], "REDISCLI_AUTH": "only-for-a-test"}
    address = f"redis://127.0.0.1:{port}/0"

    with processes_in(tmp_path) as start:
        server = start(shell, flag, f"{script} --port {port}", env=env)
        opened = redis.Redis.from_url(
            address.replace("redis://", "redis://:only-for-a-test@")
        )
        until(lambda: answers(opened), processes=[server])

        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(address).ping()
        assert opened.config_get("save") == {"save": ""}
        most = int(opened.config_get("maxmemory")["maxmemory"])
        limit = COMPOSE["services"]["redis"]["mem_limit"]
        assert 0 < most < int(limit.removesuffix("m")) * 1_048_576
    assert (tmp_path / "redis.conf").stat().st_mode & 0o077 == 0


def answers(server):
    try:
        return server.ping()
    except redis.ConnectionError:
        return False


def test_application_waits_for_the_migration_and_both_stores():
    for service in ("web", "worker", "letters", "beat", "backup"):
        waits = COMPOSE["services"][service]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        assert {waits[store]["condition"] for store in ("db", "redis")} == {
            "service_healthy"
        }
    assert all(
        "test" in COMPOSE["services"][store]["healthcheck"] for store in ("db", "redis")
    )


def test_image_holds_every_app_and_runs_as_nobody_in_particular():
    let_in = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)

    assert {
        "minshi",
        "villages",
        "cases",
        "supervision",
        "templates",
        "static",
        "manage.py",
    } <= set(let_in)
    assert all((ROOT / name).exists() for name in let_in)
    assert re.search(r"^USER (?!root)", DOCKERFILE, re.MULTILINE)


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The folder of static files, collected as the image does."""
    tmp_path = tmp_path_factory.mktemp("image")
    assignments, command = re.search(
        r"^RUN ((?:\w+=\S+ )+)python (.*collectstatic.*)$", DOCKERFILE, re.MULTILINE
    ).groups()
    values = dict(word.split("=", 1) for word in assignments.split())

    result = subprocess.run(
        [sys.executable, *command.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=values
        | {
            "MINSHI_VAR": str(tmp_path),
            "STATIC_ROOT": str(tmp_path / "static"),
            "PATH": "",
        },
    )

    assert result.returncode == 0, result.stderr
    return tmp_path / "static"


def test_static_files_are_collected_with_all_that_templates_name(collected):
    templates = (ROOT / "templates").rglob("*.html")
    named = {
        name
        for template in templates
        for name in re.findall(r'{% static "([^"]+)" %}', template.read_text())
    }

    manifest = json.loads((collected / "staticfiles.json").read_text())["paths"]

    assert named
    assert named <= set(manifest)


def test_files_of_pages_are_compressed_both_ways_and_what_nobody_asks_for_is_not(
    collected,
):
    manifest = json.loads((collected / "staticfiles.json").read_text())["paths"]

    def endings(name):
        return {
            ending
            for ending in ("br", "gz")
            if (collected / f"{name}.{ending}").exists()
        }

    for name in (
        "css/minshi.css",
        "js/minshi.js",
        "js-lib-bootstrap5/css/bootstrap.min.css",
        "django_htmx/htmx-2.min.js",
    ):
        assert endings(manifest[name]) == {"br", "gz"}
        assert endings(name) == set()
    assert endings(manifest["admin/css/base.css"]) == {"gz"}
    assert endings(manifest["js-lib-bootstrap5/css/bootstrap.min.css.map"]) == set()


LOADED = """
import sys, threading
import minshi.wsgi
from django.core.cache import caches
from django.db import connections

assert threading.enumerate() == [threading.main_thread()], threading.enumerate()
assert [db for db in connections.all(True) if db.connection] == []
assert list(caches.all(True)) == []
assert {"villages.api", "cases.views", "supervision.views"} <= set(sys.modules)
assert "pypinyin" not in sys.modules
"""


def test_loaded_application_is_fit_to_be_forked():
    """Before it forks workers nothing runs and nothing is connected, as `--preload`
    asks; all views are loaded, and the 55 MB of pinyin that few processes need are not.
    """
    assert "--preload" in command_of("web")

    result = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": "",
            "SECRET_KEY": "forked",
            "FIELD_KEYS": "Zm9yLWNoZWNrcy1vbmx5LW5vdC1hLXNlY3JldC1rZXk=",
            "INDEX_KEY": "forked",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
            "REDIS_URL": "redis://127.0.0.1:1/0",
        },
    )

    assert result.returncode == 0, result.stderr
