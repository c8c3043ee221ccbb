"""What one request costs: the CPU of this process and of the database, and its
queries.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

from django.db import connection

MS = 1000


@dataclass
class Meter:
    """Counts statements, and what the database spent on their answers.

    On PostgreSQL that is the CPU of the backend, as the kernel counts it; where the
    backend cannot be looked at (it runs elsewhere), the wall time of the statements
    less this process's own CPU. SQLite runs inside this process.
    """

    queries: int = 0
    cpu: float = 0.0
    waited: float = 0.0
    backend: float | None = None
    statements: list[tuple[str, Any]] = field(default_factory=list)
    keeps: bool = (
        True  # the statements; those of a sweep would weigh more than the sweep
    )

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: Any,
    ) -> Any:
        self.queries += 1
        if self.keeps:
            self.statements.append((sql, params))
        wall, cpu = perf_counter(), process_time()
        try:
            return execute(sql, params, many, context)
        finally:
            self.waited += (perf_counter() - wall) - (process_time() - cpu)

    @property
    def milliseconds(self) -> float:
        return self.cpu * MS + self.database_ms

    @property
    def database_ms(self) -> float:
        return (self.waited if self.backend is None else self.backend) * MS


@contextmanager
def metered(meter: Meter | None = None) -> Iterator[Meter]:
    meter = meter or Meter()
    gc.collect()  # so that nobody pays for the garbage of the request before
    before = _backend_cpu()
    with connection.execute_wrapper(meter):
        cpu = process_time()
        yield meter
        meter.cpu = process_time() - cpu
    after = _backend_cpu()
    meter.backend = None if before is None or after is None else after - before


def _backend_cpu() -> float | None:
    """Seconds of CPU that this connection's PostgreSQL backend has used so far; None
    where nobody can tell.
    """
    if connection.vendor != "postgresql":
        return None
    connection.ensure_connection()
    try:
        nanoseconds = (
            Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
            .read_text()
            .split()[0]
        )
    except (FileNotFoundError, PermissionError):
        return None
    return int(nanoseconds) / 1e9


def typical(samples: Sequence[float]) -> float:
    """The lower quartile: other work on the machine only ever adds to a sample."""
    return (
        quantiles(samples, n=4, method="inclusive")[0]
        if len(samples) > 1
        else samples[0]
    )
