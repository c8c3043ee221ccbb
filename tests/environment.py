"""A pytest plugin, loaded before Django's settings: a fixed environment, and which
marked tests this run can carry.
"""

import atexit
import gc
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from minshi.calls import call_with_room

ROOT = Path(__file__).resolve().parent.parent
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
# First the same engine without the windows, tabs and bars around it, which nobody sees
# here and which take as long as the pages.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
)
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

# by marker: the program that its tests need, and where it is
NEEDED = {
    "browser": ("chromium", CHROMIUM),
    "proxy": ("nginx", NGINX),
    "office": ("soffice", shutil.which("soffice")),
    "pdf": ("pdftotext", shutil.which("pdftotext")),
}


def settings_names() -> set[str]:
    """Every variable that settings read, so that none leaks in from the shell."""
    return set(
        re.findall(
            r'(?:read\("\w+", |env\.\w+\()"(\w+)"',
            (ROOT / "minshi" / "settings.py").read_text(),
        )
    )


def redis_of_this_worker(url: str) -> str:
    """Two xdist workers must not clear each other's cache: each has a Redis database of
    its own.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")
    parts = urlsplit(url)
    return parts._replace(
        path=f"/{int(parts.path.strip('/') or 0) + int(worker) + 1}"
    ).geturl()


def set_environment() -> None:
    for name in settings_names():
        os.environ.pop(name, None)
    # compiled once, and not anew by each process that tests start
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False

    folder = tempfile.mkdtemp(prefix="minshi-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (Path(folder) / "static").mkdir()  # whitenoise warns where it is missing
    os.environ |= {
        "SECRET_KEY": "tests-only",
        "FIELD_KEYS": "dGVzdHMtb25seS1uZXZlci1lbmNyeXB0cy1wZW9wbGU=",
        "INDEX_KEY": "tests-only-index",
        "MINSHI_VAR": folder,
        "MINSHI_NO_BACKGROUND": "1",
        # playwright runs a loop in the thread that also sets up the data
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        # plain static file names, as nothing is collected; pytest-django turns it off
        # after loading
        "DEBUG": "true",
        "SECURE_COOKIES": "false",  # the live server speaks http
        # asked for by its own tests alone, not before every page of an administrator
        "SECOND_FACTOR_ROLES": "",
        # two lines about each of many thousand requests, read by nobody
        "LOG_LEVEL": "WARNING",
    }
    if url := os.environ.get("TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = url
    if url := os.environ.get("TEST_REDIS_URL"):
        os.environ["REDIS_URL"] = redis_of_this_worker(url)


def runs_here(item: pytest.Item) -> bool:
    on_sqlite = not os.environ.get("TEST_DATABASE_URL")
    once_elsewhere = os.environ.get("TEST_ONCE_ELSEWHERE") == "1"

    if item.get_closest_marker("postgres" if on_sqlite else "sqlite"):
        return False
    if item.get_closest_marker("superuser") and "TEST_SUPERUSER" not in os.environ:
        return False
    if on_sqlite and once_elsewhere and item.get_closest_marker("any_database"):
        return False
    return all(
        found or not item.get_closest_marker(marker)
        for marker, (_program, found) in NEEDED.items()
    )


def makes_no_costly_world(item: pytest.Item) -> bool:
    """Sorts what makes one to the front. An idle worker takes tests from the end of
    another's row, and would make the world of their module once more.
    """
    return item.get_closest_marker("costly_world") is None


def begin_with_the_longest(items: list[pytest.Item]) -> None:
    """Move the longest tests before all others that commit to the database.

    pytest-django puts these last, and whoever came to it then would work on alone.
    """
    commits = [
        "transactional_db" in getattr(item, "fixturenames", ()) for item in items
    ]
    first = commits.index(True) if True in commits else len(items)
    longest = [item for item in items[first:] if item.get_closest_marker("longest")]
    others = [item for item in items[first:] if item not in longest]
    items[first:] = [*longest, *others]


def pytest_sessionstart() -> None:
    """Throttle counts and jobs of the run before must not meet this one."""
    if os.environ.get("TEST_REDIS_URL"):
        import redis

        redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()


def pytest_collection_finish() -> None:
    """All that is loaded by now stays to the end: the collector of garbage, which took
    a tenth of the run, need not look through it again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> object:
    """Run all tests above one large piece of the stack, as requests are answered: else
    a sixth of the run would be taking pieces from the system.
    """
    manager = session.config.pluginmanager
    this = manager.get_plugin(__name__)
    others = manager.subset_hook_caller("pytest_runtestloop", remove_plugins=[this])
    return call_with_room(others, session=session)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    leaves = [item for item in items if not runs_here(item)]
    for marker, (program, found) in NEEDED.items():
        is_wanted = any(item.get_closest_marker(marker) for item in items)
        if found is None and is_wanted and os.environ.get("CI") == "true":
            raise pytest.UsageError(
                f"CI must run the {marker} tests, but {program} was not found"
            )
    if leaves:
        config.hook.pytest_deselected(items=leaves)
        items[:] = [item for item in items if item not in leaves]
    items.sort(key=makes_no_costly_world)
    begin_with_the_longest(items)


set_environment()
