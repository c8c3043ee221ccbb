"""Which tests a run carries: those that no database can change need only one of two."""

import pytest

from tests.environment import runs_here

pytestmark = pytest.mark.any_database


@pytest.fixture
def unmarked(request):
    """A test without any mark."""
    return pytest.Function.from_parent(
        request.session, name="unmarked", callobj=lambda: None
    )


@pytest.mark.parametrize(
    ("database", "once_elsewhere", "runs"),
    [
        ("", "", True),
        ("", "1", False),
        ("postgres://here", "", True),
        ("postgres://here", "1", True),
    ],
)
def test_what_no_database_can_change_is_left_out_where_postgresql_follows(
    request, monkeypatch, database, once_elsewhere, runs
):
    monkeypatch.setenv("TEST_DATABASE_URL", database)
    monkeypatch.setenv("TEST_ONCE_ELSEWHERE", once_elsewhere)

    assert runs_here(request.node) is runs


@pytest.mark.parametrize("database", ["", "postgres://here"])
def test_what_knows_its_database_runs_on_both(unmarked, monkeypatch, database):
    monkeypatch.setenv("TEST_DATABASE_URL", database)
    monkeypatch.setenv("TEST_ONCE_ELSEWHERE", "1")

    assert runs_here(unmarked)
