"""What every test stands on."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase, override_settings
from django.utils import translation

from tests.database import empty_tables, hand_out_copies
from tests.processes import Start, processes_in

# How long an example takes is the machine's affair: beside other work a sound test
# would fail by it.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings: None,
    django_db_use_migrations: bool,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Asked for by pytest-django just before it creates the test database: copies it
    from a template, unless `--reuse-db` or `--no-migrations` says otherwise.

    SQLite has it in a file, as in the product. In memory all threads of the live server
    would share one connection, and see what another has not committed.
    """
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(file)
    with pytest.MonkeyPatch.context() as patch:
        if django_db_use_migrations and not django_db_keepdb:
            folder = request.config.cache.mkdir("databases")
            hand_out_copies(patch, folder, anew=django_db_createdb)
        yield


@pytest.fixture(autouse=True, scope="session")
def tables_emptied_quickly() -> Iterator[None]:
    """After a transactional test only the tables that hold rows are emptied; only there
    may history be emptied with them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda _test: empty_tables()
        )
        yield


def pytest_runtest_setup() -> None:
    """No test begins in the language of a page that the one before it asked for."""
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def passwords_hashed_quickly() -> Iterator[None]:
    """The product's hasher is slow on purpose; it stays second, for processes of their
    own to read what was stored by it.
    """
    quick = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[quick, *settings.PASSWORD_HASHERS]):
        yield


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts processes that end with the test."""
    with processes_in(tmp_path) as run:
        yield run
