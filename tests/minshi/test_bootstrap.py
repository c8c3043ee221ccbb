"""`make demo` and its parts, in a small project of their own: the real Makefile,
bootstrap, pip, Babel and gunicorn.
"""

import base64
import contextlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path

import pytest

from tests.environment import ROOT
from tests.processes import free_port, until

pytestmark = pytest.mark.any_database
MANAGE = """
import pathlib, sqlite3, sys, time
here = pathlib.Path(__file__).parent
with (here / "calls").open("a") as calls:
    print(*sys.argv[1:], file=calls)
if sys.argv[1] == "migrate":
    database = sqlite3.connect(here / "var/minshi.sqlite3")
    database.execute("create table if not exists django_migrations (app, name)")
    for file in sorted((here / "villages/migrations").glob("*.py")):
        database.execute(
            "insert into django_migrations select 'villages', :name where :name not in"
            " (select name from django_migrations)",
            {"name": file.stem},
        )
    database.execute("create table if not exists runs (at)")
    database.execute("insert into runs values (1)")
    database.commit()
if sys.argv[1] == "demo_data":
    print("accounts of the town", flush=True)
    time.sleep(60 if (here / "slow").exists() else 0)
"""
WSGI = (
    "def application(environ, start):\n    start('200 OK', [])\n    return"
    " [b'served']\n"
)
CATALOGUE = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid'
    ' "Home"\nmsgstr "首页"\n'
)


@pytest.fixture
def project(tmp_path):
    """A project whose packages are installed already: those of the environment that
    runs the tests.
    """
    catalogue = tmp_path / "minshi/locale/zh_Hans/LC_MESSAGES"
    catalogue.mkdir(parents=True)
    for name in (
        "Makefile",
        "minshi/bootstrap.py",
        "requirements.lock",
        "requirements-dev.lock",
    ):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "manage.py").write_text(MANAGE)
    (tmp_path / "minshi/wsgi.py").write_text(WSGI)
    (tmp_path / "minshi/__init__.py").touch()
    (catalogue / "django.po").write_text(CATALOGUE)
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True
    )
    libraries = sysconfig.get_path("purelib", vars={"base": str(tmp_path / ".venv")})
    (Path(libraries) / "tests.pth").write_text(sysconfig.get_path("purelib"))
    return tmp_path


@pytest.fixture
def bootstrap(project):
    """The project's own bootstrap module, its packages marked as installed."""
    spec = importlib.util.spec_from_file_location(
        "bootstrap_of_the_project", project / "minshi/bootstrap.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (project / ".venv/requirements.lock.stamp").write_text(
        module.wanted("requirements.lock")
    )
    return module


def make(project, *arguments, path=None, **variables):
    """`make …` started in a group of its own, as a shell would."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    kept |= {"PATH": path or os.environ["PATH"]} | variables
    return subprocess.Popen(
        [shutil.which("make"), *arguments],
        cwd=project,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def stop(process, sign=signal.SIGINT):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, sign)
    return process.communicate(timeout=30)[0]


def demo_until_served(project, *arguments, **variables):
    """Starts the demo, waits for its first page, stops it, and answers with what it
    printed.
    """
    port = free_port()
    process = make(project, "demo", f"PORT={port}", *arguments, **variables)
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page,
        ):
            assert page.read() == b"served"
            return stop(process)
        time.sleep(0.1)
    pytest.fail(f"not served: {stop(process)}")


def refused(process):
    """The lines of a run that must fail, less make's own."""
    lines = process.communicate(timeout=60)[0].splitlines()
    assert process.returncode != 0
    return [line for line in lines if not line.startswith("make")]


def calls(project):
    return (project / "calls").read_text().splitlines()


def migrated(database):
    """How often `migrate` ran on this very database."""
    with contextlib.closing(sqlite3.connect(database)) as opened:
        return opened.execute("select count(*) from runs").fetchone()[0]


def write_migrations(project, *names):
    """Gives the project these migrations and no others."""
    folder = project / "villages/migrations"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in names:
        (folder / f"{name}.py").touch()


def test_first_run_fills_the_demo_and_the_second_keeps_it_and_starts_within_ten_seconds(
    project, bootstrap
):
    first = demo_until_served(project)
    keys = bootstrap.KEYS.read_text()
    began = time.monotonic()
    second = demo_until_served(project)

    assert time.monotonic() - began < 10
    assert calls(project) == [
        "migrate --noinput --verbosity 0",
        "load_calendar",
        "demo_data --town 621226118",
        "collectstatic --noinput --clear --verbosity 0",
        "migrate --noinput --verbosity 0",
    ]
    assert bootstrap.KEYS.read_text() == keys
    password = re.search(r"DEMO_PASSWORD=(.*)", keys)[1]
    assert all(
        "accounts of the town" in text and password in text for text in (first, second)
    )


def test_reset_starts_over_with_a_new_database_and_new_keys(project, bootstrap):
    demo_until_served(project)
    keys = bootstrap.KEYS.read_text()
    (bootstrap.VAR / "media").mkdir()
    (bootstrap.VAR / "notes-of-a-person.md").touch()

    demo_until_served(project, "RESET=1")

    assert bootstrap.KEYS.read_text() != keys
    assert migrated(bootstrap.DATABASE) == 1
    assert not (bootstrap.VAR / "media").exists()
    assert (bootstrap.VAR / "notes-of-a-person.md").exists()


@pytest.mark.usefixtures("bootstrap")
def test_reset_that_is_switched_off_keeps_the_data(project):
    demo_until_served(project)
    demo_until_served(project, "RESET=0")

    assert len([call for call in calls(project) if call.startswith("demo_data")]) == 1


def test_run_killed_while_the_town_is_made_starts_that_over(project, bootstrap):
    (project / "slow").touch()
    process = make(project, "demo", f"PORT={free_port()}")
    until(
        lambda: bootstrap.ACCOUNTS.exists() and bootstrap.ACCOUNTS.read_text(),
        processes=[process],
    )
    stop(process, signal.SIGKILL)
    (project / "slow").unlink()

    demo_until_served(project)

    assert migrated(bootstrap.DATABASE) == 1
    assert not bootstrap.UNFINISHED.exists()


def test_environment_left_by_a_killed_installation_is_made_anew(project, bootstrap):
    (project / ".venv/installing").touch()
    (project / ".venv/half-a-package").touch()

    bootstrap.make_environment()

    assert not (project / ".venv/half-a-package").exists()
    assert bootstrap.listen(str(bootstrap.PYTHON), "-m", "pip", "--version")[0] == 0


def test_long_step_says_again_and_again_that_it_still_runs(
    bootstrap, capsys, monkeypatch
):
    assert bootstrap.SILENCE <= 10
    monkeypatch.setattr(bootstrap, "SILENCE", 0.01)

    said = []

    def said_twice_more():
        said.extend(capsys.readouterr().out.splitlines())
        return len(said) > 2

    with bootstrap.step("making the town"):
        until(said_twice_more)

    assert said[0] == "· making the town"
    assert all(re.fullmatch(r"· making the town … \d+ s", line) for line in said[1:])


def test_short_step_is_named_once_and_nothing_is_said_after_its_end(bootstrap, capsys):
    with contextlib.suppress(bootstrap.Failed), bootstrap.step("making the town"):
        raise bootstrap.Failed("no")

    assert capsys.readouterr().out == "· making the town\n"


def test_taken_port_is_told_in_one_line(project):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        lines = refused(make(project, "demo", f"PORT={other.getsockname()[1]}"))

    assert len(lines) == 1
    assert "已被占用" in lines[0]


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "８０"])
def test_impossible_port_is_told_in_one_line(project, port):
    assert [
        "PORT 须为" in line for line in refused(make(project, "demo", f"PORT={port}"))
    ] == [True]


@pytest.mark.parametrize("target", ["demo", "test", "lint"])
@pytest.mark.parametrize("old", ["exit 1", ""], ids=["too old", "missing"])
def test_old_or_missing_python_is_told_in_one_line(project, target, old):
    tools = project / "tools"
    tools.mkdir()
    (tools / "sh").symlink_to("/bin/sh")
    if old:
        (tools / "python3").write_text(f"#!/bin/sh\n{old}\n")
        (tools / "python3").chmod(0o755)

    lines = refused(make(project, target, path=str(tools)))

    assert len(lines) == 1
    assert "需要 Python 3.11" in lines[0]


def test_unreachable_package_index_is_told_in_one_line(
    bootstrap, tmp_path, monkeypatch
):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{free_port()}/simple")
    (tmp_path / "lock").write_text(f"minshi-not-there==1 --hash=sha256:{'0' * 64}\n")

    with pytest.raises(bootstrap.Failed, match="连不上 Python 软件包源") as failure:
        bootstrap.run_pip(sys.executable, tmp_path / "lock", tmp_path / "log")

    assert "\n" not in str(failure.value)


def test_keys_are_for_their_owner_only_and_written_once(bootstrap):
    bootstrap.prepare_var(reset=False, password=bootstrap.demo_password({}))
    written = bootstrap.KEYS.read_text()
    bootstrap.write_keys("another-password")

    values = dict(line.split("=", 1) for line in written.splitlines())
    assert set(values) == {
        "SECRET_KEY",
        "FIELD_KEYS",
        "INDEX_KEY",
        "DEBUG",
        "DEMO_PASSWORD",
    }
    assert not [
        value for value in values.values() if value.startswith("$") or not value
    ]
    assert len(base64.urlsafe_b64decode(values["FIELD_KEYS"])) == 32
    assert stat.S_IMODE(bootstrap.KEYS.stat().st_mode) == 0o600
    assert bootstrap.KEYS.read_text() == written


@pytest.mark.parametrize(
    "password",
    [
        "$tarts-with-it",
        "too short",
        "short",
        "has a space in it",
        "has'a'quote",
        "a#b#c#d#e#f",
    ],
)
def test_password_that_the_settings_would_misread_is_refused_before_anything_is_removed(
    project, bootstrap, password
):
    demo_until_served(project)

    lines = refused(
        make(project, "demo", f"PORT={free_port()}", "RESET=1", DEMO_PASSWORD=password)
    )

    assert ["DEMO_PASSWORD 须为" in line for line in lines] == [True]
    assert bootstrap.DATABASE.exists()


def test_given_password_is_taken(bootstrap):
    assert (
        bootstrap.demo_password({"DEMO_PASSWORD": "Chosen$by-me1"}) == "Chosen$by-me1"
    )


@pytest.mark.parametrize("lost", ["demo.env", "minshi.sqlite3"])
def test_database_and_keys_are_both_there_or_nothing_is_touched(
    project, bootstrap, lost
):
    demo_until_served(project)
    (bootstrap.VAR / lost).unlink()
    left = sorted(bootstrap.VAR.iterdir())

    lines = refused(make(project, "demo", f"PORT={free_port()}"))

    assert ["缺了一个" in line for line in lines] == [True]
    assert sorted(bootstrap.VAR.iterdir()) == left


@pytest.mark.parametrize(
    ("before", "today"),
    [
        (["0001_initial", "0002_names"], ["0001_initial", "0002_history"]),
        (["0001_initial", "0003_search"], ["0001_initial", "0002_new", "0003_search"]),
    ],
    ids=["one that is gone", "one missing in the middle"],
)
def test_database_of_an_earlier_version_is_refused_in_one_line(
    project, bootstrap, before, today
):
    write_migrations(project, *before)
    demo_until_served(project)
    write_migrations(project, *today)
    left = {path: path.stat().st_mtime_ns for path in bootstrap.VAR.iterdir()}

    lines = refused(make(project, "demo", f"PORT={free_port()}"))

    assert len(lines) == 1
    assert "由更早的版本建立" in lines[0]
    assert "make demo RESET=1" in lines[0]
    assert {path: path.stat().st_mtime_ns for path in bootstrap.VAR.iterdir()} == left
    demo_until_served(project, "RESET=1")
    assert migrated(bootstrap.DATABASE) == 1


def test_database_that_lacks_the_newest_migration_is_kept_and_gets_it(
    project, bootstrap
):
    write_migrations(project, "0001_initial")
    demo_until_served(project)
    write_migrations(project, "0001_initial", "0002_history")

    demo_until_served(project)

    assert migrated(bootstrap.DATABASE) == 2


def test_what_the_system_refuses_is_told_in_chinese(project, bootstrap, capsys):
    nothing = str(project / "nothing")
    assert bootstrap.listen(nothing) == (127, f"{nothing}：找不到")
    shutil.rmtree(bootstrap.VENV)
    bootstrap.VENV.touch()

    lines = refused(make(project, "demo", f"PORT={free_port()}"))

    in_chinese = [line.partition(" / ")[0] for line in lines]
    assert any("路径里有一段不是文件夹" in line for line in in_chinese), lines


def test_file_that_is_no_database_is_told_in_one_line(project, bootstrap):
    demo_until_served(project)
    bootstrap.DATABASE.write_text("something else")

    lines = refused(make(project, "demo", f"PORT={free_port()}"))

    assert ["make demo RESET=1" in line for line in lines] == [True]


@pytest.mark.usefixtures("bootstrap")
def test_running_demo_is_not_reset_from_another_port(project):
    port = free_port()
    running = make(project, "demo", f"PORT={port}")
    while "127.0.0.1" not in running.stdout.readline():
        pass

    lines = refused(make(project, "demo", f"PORT={free_port()}", "RESET=1"))

    stop(running)
    assert ["演示已在本目录中运行" in line for line in lines] == [True]


def test_catalogue_is_compiled_when_it_changed_or_is_missing_and_not_otherwise(
    project, bootstrap
):
    compiled = project / "minshi/locale/zh_Hans/LC_MESSAGES/django.mo"
    bootstrap.compile_catalogue()
    first = compiled.stat().st_mtime_ns
    bootstrap.compile_catalogue()
    assert compiled.stat().st_mtime_ns == first

    compiled.unlink()
    bootstrap.compile_catalogue()
    assert compiled.exists()

    source = compiled.with_suffix(".po")
    source.write_text(source.read_text().replace("首页", "主页"))
    bootstrap.compile_catalogue()
    assert "主页".encode() in compiled.read_bytes()


def test_dev_lock_pins_all_that_the_lock_pins():
    pins = [
        set(re.findall(r"^[\w.\[\]-]+==\S+", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]

    assert pins[0]
    assert pins[0] <= pins[1]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_name_no_registry(name):
    assert "://" not in (ROOT / name).read_text()


def test_the_demo_inherits_nothing_that_reaches_others(bootstrap, monkeypatch):
    """In the shell of a server: its backups, its letters, its messages, its data."""
    real = (
        "BACKUP_KEY",
        "BACKUP_DIR",
        "EMAIL_URL",
        "SMS_URL",
        "DATABASE_URL",
        "REDIS_URL",
        "MEDIA_ROOT",
    )
    for name in real:
        monkeypatch.setenv(name, "the real one")

    assert not {*real} & bootstrap.demo_environment().keys()
    assert not {*real} & bootstrap.served_environment().keys()


def test_the_demo_says_what_it_does_not_read(bootstrap, monkeypatch, capsys):
    """Who tries backups out in it would wait for one."""
    for name in bootstrap.REACHES_OTHERS:
        monkeypatch.delenv(name, raising=False)
    bootstrap.say_what_is_left_out()
    assert not capsys.readouterr().out

    monkeypatch.setenv("BACKUP_KEY", "a key")
    bootstrap.say_what_is_left_out()
    assert "演示不做备份，不发邮件、短信，不读 BACKUP_KEY" in capsys.readouterr().out
