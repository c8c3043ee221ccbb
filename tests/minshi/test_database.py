"""The test database is a copy, and never of an older state of the project."""

from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.database import DECISIVE, state_of
from tests.environment import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("minshi", "villages/migrations", "villages/models/duty"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    "file",
    [
        "villages/migrations/0001_initial.py",
        "villages/models/duty/shift.py",
        "minshi/history.py",
        "minshi/settings.py",
        "requirements-dev.lock",
    ],
)
def test_new_or_changed_file_asks_for_another_database(project, file):
    before = state_of(project)
    (project / file).write_text("one")
    added = state_of(project)
    (project / file).write_text("two")

    assert len({before, added, state_of(project)}) == 3


def test_every_pattern_finds_files():
    assert [pattern for pattern in DECISIVE if not any(ROOT.glob(pattern))] == []


@pytest.mark.django_db
def test_copy_lacks_no_migration():
    executor = MigrationExecutor(connection)

    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
