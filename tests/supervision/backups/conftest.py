"""Backups of the test's own database, into folders of its own."""

from pathlib import Path

import pytest
from django.db import connection

from tests.supervision.backups.world import KEY


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.BACKUP_KEY = KEY
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAR_DIR = tmp_path / "var"
    settings.REDIS_URL = ""
    (tmp_path / "var").mkdir()


@pytest.fixture
def folder(settings):
    return settings.BACKUP_DIR


@pytest.fixture(autouse=True)
def _other_databases(db, django_db_blocker):
    """Snapshots and scratch databases, which Django knows of only meanwhile."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(autouse=True)
def _former_databases_go(_other_databases):
    """Those that a restore put aside."""
    yield
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        for kept in Path(name).parent.glob(f"{Path(name).name}.before-*"):
            kept.unlink()
        return

    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)",
            [f"{name}_before-"],
        )
        for (kept,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{kept}"')
