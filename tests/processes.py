"""Real processes of the product for a test: the commands of docker-compose.yml,
started, watched and ended.
"""

import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.db import connection

from tests.environment import ROOT

BIN = Path(sys.executable).parent
PATIENCE = 60
Start = Callable[..., "subprocess.Popen[bytes]"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(
    found: Callable[[], Any],
    *,
    seconds: float = PATIENCE,
    processes: Sequence[Any] = (),
) -> Any:
    """The first true answer of `found`; fails when a process ends or the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        for process in processes:
            assert process.poll() is None, process.args
        time.sleep(
            0.1
            # between two looks at another process, which can ring no bell here; the
            # deadline ends it
        )
    return pytest.fail(f"nothing within {seconds} s")


def output_of(script: str, var: Path, **variables: str) -> str:
    """What a Python script prints that reads the settings anew, in the embedded form
    unless the variables say otherwise.
    """
    dropped = {"DATABASE_URL", "REDIS_URL", "SECURE_COOKIES", "SECOND_FACTOR_ROLES"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    env = kept | {"MINSHI_VAR": str(var)} | variables
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def readyz(port: int) -> Any:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/readyz", timeout=5
        ) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)
    except OSError:
        return None


def is_ready(port: int) -> Any:
    answer = readyz(port)
    return answer and answer["status"] == "ok" and answer


@contextlib.contextmanager
def processes_in(folder: Path) -> Iterator[Start]:
    """Starts processes that end with the block, and prints the end of what they said,
    for a test that fails.
    """
    started: list[subprocess.Popen[bytes]] = []

    def run(*command: str, env: dict[str, str]) -> "subprocess.Popen[bytes]":
        with (folder / f"{len(started):02}.log").open("w") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield run
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        kill_group(process)  # whatever a worker left behind holds the database open
    for log in sorted(folder.glob("*.log")):
        print(f"--- {log.name}\n{log.read_text()[-3000:]}")


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """SIGKILL for it and all it started, as when the machine goes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def gunicorn(port: int) -> list[str]:
    return [
        str(BIN / "gunicorn"),
        "minshi.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "1",
        "--threads",
        "4",
        "--worker-class",
        "gthread",
        "--no-control-socket",
    ]


def command_of(service: str) -> list[str]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    words = shlex.split(" ".join(compose["services"][service]["command"]))
    return [str(BIN / words[0]), *words[1:]]


def worker_of_all_queues() -> list[str]:
    """As README starts it without containers: letters and everything else."""
    return [str(BIN / "celery"), "-A", "minshi", "worker", "--concurrency", "2"]


def full_form(folder: Path, **extra: str) -> dict[str, str]:
    """The environment of the full form on the test's own database and Redis."""
    database = connection.settings_dict
    where = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    (folder / "var" / "static").mkdir(parents=True, exist_ok=True)
    return os.environ | {
        "DATABASE_URL": f"postgres://{where}",
        "REDIS_URL": settings.REDIS_URL,
        "MINSHI_VAR": str(folder / "var"),
        "ALLOWED_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "INFO",
        **extra,
    }
