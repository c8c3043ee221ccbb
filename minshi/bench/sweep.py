"""The sweep of supervision among many matters, in a process of its own: what is due may
cost, what exists may not.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import django
from django.db import connection

from minshi import workdays
from minshi.bench.alone import alone, peak
from minshi.bench.columns import as_table

MEGABYTES = 200
IDLE_MS = 50
MS_PER_DUE = 3.0  # 10,000 in 30 s, at the pace the budgets were written at
MOST_GROWTH = 1.5  # of the database's time, for the same due among more
PATTERN = 5_000  # matters adopted one by one; the others are copies of them
OPEN_SHARE = 20  # one in so many is open
IDLE_ROUNDS = 20
# A Wednesday in weeks without a holiday. On a day off, some of what is made to be due
# would only be due on the next working day.
NOON = datetime(2026, 6, 10, 12, tzinfo=workdays.SHANGHAI)
MINUTE = timedelta(minutes=1)
TABLES = (
    "cases_case",
    "cases_clock",
    "cases_event",
    "supervision_chase",
    "supervision_notice",
)
FEW_ROWS = 1000


@dataclass(frozen=True)
class DueWork:
    """The sweep that had something to do."""

    told: int  # events
    taken: int  # steps
    sent: int
    circulated: int
    notices: int
    left: int  # clocks still due afterwards
    seconds: float  # on the wall
    own_ms: float
    database_ms: float
    queries: int
    megabytes: float  # the most the process held
    read_whole: list[str]  # tables


@dataclass(frozen=True)
class Idle:
    """The minutes after it, when nothing is due."""

    done: int  # whatever it found to do all the same
    database_ms: float
    queries: int
    hourly_ms: float  # of the one that moves the watermark
    hourly_queries: int
    read_whole: list[str]


@dataclass(frozen=True)
class SweepMeasured:
    """At one number of matters; `clocks` were due."""

    cases: int
    clocks: int
    due: DueWork
    idle: Idle
    pace: float  # of the machine, see `bench.pace`

    @property
    def ms_per_due(self) -> float:
        """Of work, its own and the database's: what else the machine does is not its
        fault.
        """
        return (self.due.own_ms + self.due.database_ms) / self.clocks

    def broken(self) -> list[str]:
        """The budgets it broke, in words."""
        due, idle = self.due, self.idle
        most_ms = MS_PER_DUE * self.pace
        most_idle_ms = IDLE_MS * self.pace
        kept = {
            f"{self.ms_per_due:.1f} ms a clock": self.ms_per_due <= most_ms,
            f"{due.megabytes:.0f} MB": due.megabytes <= MEGABYTES,
            f"{idle.database_ms:.1f} ms with nothing due": (
                idle.database_ms <= most_idle_ms
            ),
            f"{idle.hourly_ms:.1f} ms with nothing due, once an hour": (
                idle.hourly_ms <= most_idle_ms
            ),
            f"{due.left} clocks left, {idle.done} done again": not (
                due.left or idle.done
            ),
        }
        return [
            f"{words} (of {self.cases:,})"
            for words, is_kept in kept.items()
            if not is_kept
        ]


@dataclass(frozen=True)
class SweepReport:
    """The same due among more and more matters."""

    swept: Sequence[SweepMeasured]

    @property
    def growth(self) -> float:
        """Of the database's time, for each clock due."""
        few, many = (
            each.due.database_ms / each.clocks
            for each in (self.swept[0], self.swept[-1])
        )
        return many / few

    @property
    def idle_growth(self) -> float:
        return self.swept[-1].idle.database_ms / self.swept[0].idle.database_ms

    def broken(self) -> list[str]:
        found = [words for each in self.swept for words in each.broken()]
        if self.growth > MOST_GROWTH:
            found.append(f"the database's time grew {self.growth:.2f}×")
        if self.idle_growth > MOST_GROWTH:
            found.append(
                f"the database's time with nothing due grew {self.idle_growth:.2f}×"
            )
        last = self.swept[-1]  # among few it may be the fastest
        found += [f"{table} is read whole" for table in last.due.read_whole]
        return found + [
            f"{table} is read whole with nothing due" for table in last.idle.read_whole
        ]

    def as_json(self) -> dict[str, Any]:
        sizes = {
            str(each.cases): {**asdict(each), "ms_per_due": round(each.ms_per_due, 3)}
            for each in self.swept
        }
        return {
            "broken": self.broken(),
            "growth": round(self.growth, 3),
            "idle_growth": round(self.idle_growth, 3),
            "sizes": sizes,
        }

    def as_text(self) -> str:
        head = (
            "sweep|due|s|own s|db s|queries|peak MB|steps|notices|idle db"
            " ms|queries|hourly db ms|pace"
        )
        return "\n" + as_table([head.split("|"), *map(_line, self.swept)])


def _line(each: SweepMeasured) -> list[str]:
    due, idle = each.due, each.idle
    return [
        f"of {each.cases:,}",
        f"{each.clocks:,}",
        *(
            f"{figure:.1f}"
            for figure in (due.seconds, due.own_ms / 1000, due.database_ms / 1000)
        ),
        f"{due.queries:,}",
        f"{due.megabytes:.0f}",
        f"{due.taken:,}",
        f"{due.notices:,}",
        f"{idle.database_ms:.1f}",
        str(idle.queries),
        f"{idle.hourly_ms:.1f}",
        f"{each.pace:.1f}",
    ]


def measure_sweep(
    sizes: Sequence[int], due: int, shown: Callable[[str], object]
) -> SweepReport:
    """At each size anew so many due, at noon: what has to be looked at next is then a
    day away or more.
    """
    from minshi.bench.county import CountyLedger, make_county
    from minshi.bench.database import throw_away

    with throw_away() as database:
        ledger = CountyLedger(make_county(NOON), NOON)
        swept = []
        for size in sizes:
            clocks = _filled(ledger, size, due, shown)
            shown(f"{clocks:,} clocks due among {size:,}")
            due_cost, idle_cost, pace = alone(_sweep, database, NOON)
            swept.append(SweepMeasured(size, clocks, due_cost, idle_cost, pace))
    return SweepReport(swept)


def _filled(ledger: Any, size: int, due: int, shown: Callable[[str], object]) -> int:
    """Brings the county up to so many matters; how many clocks are due."""
    from cases.models import Case, Clock
    from minshi.bench.copying import copy_cases
    from minshi.bench.database import refresh_statistics
    from supervision.telling import pass_over_the_past

    wanted = size - due - Case.objects.count()
    if not Case.objects.exists():
        ledger.add_others(min(PATTERN, wanted), open_share=OPEN_SHARE)
        wanted -= min(PATTERN, wanted)
    copy_cases(
        PATTERN, wanted, lambda made: shown(f"{made:,} of {wanted:,} more matters")
    )
    pass_over_the_past(ledger.at)
    ledger.add_due(due)
    refresh_statistics()
    clocks = Clock.objects.filter(stopped_at=None, look_at__lte=ledger.at).count()
    connection.close()  # with it goes into the statistics what this process has read
    return clocks


def _sweep(database: str, at: datetime) -> tuple[DueWork, Idle, float]:
    """What the two cost, and the slower of the machine's paces around them."""
    django.setup()
    from minshi.bench.database import joined_database
    from minshi.bench.pace import pace

    before = pace()
    with joined_database(database):
        due = _with_due(at)
        idle = _with_nothing_due(at)
    return due, idle, max(before, pace())


def _with_due(at: datetime) -> DueWork:
    from cases.models import Clock
    from minshi.bench.cost import MS, Meter, metered
    from supervision.chasing.sweeping import sweep
    from supervision.models import Notice

    notices, read = Notice.objects.count(), _rows_read_in_a_row()
    with metered(Meter(keeps=False)) as meter:
        started = perf_counter()
        done = sweep(at, ends=False)
        seconds = perf_counter() - started
    megabytes, whole = peak(), _read_whole_since(read)
    return DueWork(
        told=done.told,
        taken=done.taken,
        sent=done.sent,
        circulated=done.circulated,
        notices=Notice.objects.count() - notices,
        left=Clock.objects.filter(stopped_at=None, look_at__lte=at).count(),
        seconds=seconds,
        own_ms=meter.cpu * MS,
        database_ms=meter.database_ms,
        queries=meter.queries,
        megabytes=megabytes,
        read_whole=whole,
    )


def _with_nothing_due(at: datetime) -> Idle:
    from minshi.bench.cost import Meter, metered, typical
    from supervision.chasing.sweeping import sweep

    def once(nth: int) -> tuple[int, Meter]:
        with metered() as meter:
            done = sweep(at + nth * MINUTE, ends=False)
        return done.told + done.taken + done.sent + done.circulated, meter

    once(1)  # which sees that the orders went out
    read = _rows_read_in_a_row()
    rounds = [once(nth) for nth in range(2, IDLE_ROUNDS + 2)]
    hourly = once(61)[1]
    return Idle(
        done=sum(done for done, _meter in rounds),
        database_ms=typical([meter.database_ms for _done, meter in rounds]),
        queries=max(meter.queries for _done, meter in rounds),
        hourly_ms=hourly.database_ms,
        hourly_queries=hourly.queries,
        read_whole=_read_whole_since(read),
    )


def _rows_read_in_a_row() -> dict[str, int]:
    """By table, how many rows PostgreSQL has ever read without an index."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname ="
            " ANY(%s)",
            [list(TABLES)],
        )
        return dict(cursor.fetchall())


def _read_whole_since(before: dict[str, int]) -> list[str]:
    read = _rows_read_in_a_row()
    return [
        table
        for table in TABLES
        if read.get(table, 0) - before.get(table, 0) > FEW_ROWS
    ]
