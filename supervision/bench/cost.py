"""What one request costs: the CPU of this process and the time it waited for the database, and its queries."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

from django.db import connection

MS = 1000


@dataclass
class Meter:
    """Counts statements and the time spent waiting for their answers.

    The database's share is the wall time of a statement less this process's own CPU within it: on PostgreSQL what the
    backend and the local socket took, on SQLite, which runs inside this process, only the disk.
    """

    queries: int = 0
    cpu: float = 0.0
    waited: float = 0.0
    statements: list[tuple[str, Any]] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.queries += 1
        self.statements.append((sql, params))
        wall, cpu = perf_counter(), process_time()
        try:
            return execute(sql, params, many, context)
        finally:
            self.waited += (perf_counter() - wall) - (process_time() - cpu)

    @property
    def milliseconds(self) -> float:
        return (self.cpu + self.waited) * MS


@contextmanager
def metered() -> Iterator[Meter]:
    meter = Meter()
    gc.collect()  # so that nobody pays for the garbage of the request before
    with connection.execute_wrapper(meter):
        cpu = process_time()
        yield meter
        meter.cpu = process_time() - cpu


def typical(samples: Sequence[float]) -> float:
    """The lower quartile: other work on the machine only ever adds to a sample."""
    return quantiles(samples, n=4, method="inclusive")[0] if len(samples) > 1 else samples[0]
