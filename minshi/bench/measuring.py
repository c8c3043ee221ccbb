"""Measures every request at one size: round after round, so that a busy moment of the
machine hits all alike.
"""

from dataclasses import dataclass, field
from datetime import datetime

from minshi.bench.cost import Meter, typical
from minshi.bench.pages import Desk, Operation
from minshi.bench.plans import scans_whole

WARM_UP = 2


@dataclass
class Row:
    """One request at one size."""

    samples: list[float] = field(default_factory=list)  # ms
    queries: int = 0
    cases: int = 0  # links on the page
    # statements that read the whole table of cases
    scans: list[str] = field(default_factory=list)

    @property
    def ms(self) -> float:
        return typical(self.samples)

    def add(self, meter: Meter, cases: int) -> None:
        self.samples.append(meter.milliseconds)
        self.queries, self.cases = meter.queries, cases


def measure(at: datetime, rounds: int) -> dict[str, Row]:
    """A row for each request of `Desk`."""
    operations = Desk(at).operations()
    rows = {operation.key: _warmed_up(operation) for operation in operations}
    for _round in range(rounds):
        for operation in operations:
            rows[operation.key].add(*operation.ready().send())
    return rows


def _warmed_up(operation: Operation) -> Row:
    """A row without samples: templates, connections and the database's cache are as on
    any working day.
    """
    row = Row()
    for _turn in range(WARM_UP):
        meter, _cases = operation.ready().send()
    if operation.lists:
        row.scans = scans_whole(meter.statements)
    return row
