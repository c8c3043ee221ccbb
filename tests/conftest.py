"""What every test stands on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import TransactionTestCase

from minshi.history import history_lifted
from tests.processes import Start, processes_in


@pytest.fixture(autouse=True, scope="session")
def history_lifted_between_tests() -> Iterator[None]:
    """The teardown of a transactional test empties every table; only there may history
    be emptied with them.
    """
    teardown = TransactionTestCase._fixture_teardown

    def lifted(self: TransactionTestCase) -> None:
        with history_lifted():
            teardown(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lifted)
        yield


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts processes that end with the test."""
    with processes_in(tmp_path) as run:
        yield run
