"""Backups of the test's own database, into folders of its own."""

import pytest

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
