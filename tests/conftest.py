"""What every test stands on."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.test import TransactionTestCase

from minshi.history import history_lifted
from tests.processes import Start, processes_in

APPEND_ONLY = (
    "cases_event",
    "villages_auditrecord",
    "cases_minutescorrection",
    "cases_fourtwostep",
    "cases_stepcorrection",
)
FROZEN = import_module("cases.migrations.0007_closed_meetings").FROZEN


@pytest.fixture(autouse=True, scope="session")
def history_lifted_between_tests() -> Iterator[None]:
    """The teardown of a transactional test empties every table; only there may history
    be emptied with them.
    """
    teardown = TransactionTestCase._fixture_teardown

    def lifted(self: TransactionTestCase) -> None:
        with history_lifted(APPEND_ONLY, FROZEN):
            teardown(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lifted)
        yield


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts processes that end with the test."""
    with processes_in(tmp_path) as run:
        yield run
