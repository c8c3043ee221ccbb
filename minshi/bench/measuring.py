"""Measures every request at one size: round after round, so that a busy moment of the
machine hits all alike, and in the machine's pace of that round.
"""

from dataclasses import dataclass, field
from datetime import datetime

from minshi.bench.cost import Meter, typical
from minshi.bench.pace import pace
from minshi.bench.pages import Desk, Operation
from minshi.bench.plans import scans_whole

WARM_UP = 2


@dataclass
class MeasuredRow:
    """One request at one size."""

    samples: list[float] = field(default_factory=list)  # ms
    paces: list[float] = field(default_factory=list)  # of the machine, a round each
    queries: int = 0
    cases: int = 0  # links on the page
    # statements that read the whole table of cases
    scans: list[str] = field(default_factory=list)

    @property
    def ms(self) -> float:
        """Milliseconds that the machine of the budgets would need."""
        return typical(self.samples) / typical(self.paces)

    def add(self, meter: Meter, cases: int, at_pace: float) -> None:
        self.samples.append(meter.milliseconds)
        self.paces.append(at_pace)
        self.queries = meter.queries
        self.cases = cases


def measure(at: datetime, rounds: int) -> dict[str, MeasuredRow]:
    """A row for each request of `Desk`."""
    operations = Desk(at).operations()
    rows = {operation.key: _warmed_up(operation) for operation in operations}

    for _round in range(rounds):
        at_pace = pace()
        for operation in operations:
            meter, cases = operation.ready().send()
            rows[operation.key].add(meter, cases, at_pace)

    return rows


def _warmed_up(operation: Operation) -> MeasuredRow:
    """A row without samples: templates, connections and the database's cache are as on
    any working day.
    """
    row = MeasuredRow()
    for _turn in range(WARM_UP):
        meter, _cases = operation.ready().send()
    if operation.lists:
        row.scans = scans_whole(meter.statements)
    return row
