"""The roll of a whole town as a list: read, entered by a worker that is killed and by
the one that goes on, sent once more, taken back. Each in a process of its own.
"""

import hashlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import django
from django.db import connection

from minshi import workdays
from minshi.bench.alone import alone, peak
from minshi.bench.columns import as_table

# Of 50,000 rows: read and checked in 60 s, entered or taken back in 120 s.
MS_PER_ROW = {"read": 1.2, "enter": 2.4, "again": 1.2, "take back": 2.4}
MEGABYTES = 300
TOUCHED = 10  # residents whom somebody changed since
NOON = datetime(2026, 6, 10, 12, tzinfo=workdays.SHANGHAI)
# when the worker that was killed is taken for gone
LATER = NOON + timedelta(hours=1)
KILLED = 9


@dataclass(frozen=True)
class Phase:
    """What one part of the work on a list cost, in the process that did it."""

    name: str
    rows: int
    seconds: float  # on the wall
    own_ms: float
    database_ms: float
    queries: int
    megabytes: float  # the most the process held
    pace: float  # of the machine, see `bench.pace`
    counts: dict[str, int]  # of the run, afterwards

    @property
    def ms_per_row(self) -> float:
        """Of work, its own and the database's: what else the machine does is not its
        fault.
        """
        return (self.own_ms + self.database_ms) / self.rows

    def broken(self) -> list[str]:
        """The budgets it broke, in words."""
        found = []
        if self.ms_per_row > MS_PER_ROW[self.name] * self.pace:
            found.append(f"{self.name}: {self.ms_per_row:.2f} ms a row")
        if self.megabytes > MEGABYTES:
            found.append(f"{self.name}: {self.megabytes:.0f} MB")
        return found


@dataclass(frozen=True)
class ListsReport:
    """All parts, and whether the roll was afterwards what it had to be."""

    rows: int
    phases: Sequence[Phase]
    faults: list[str] = field(default_factory=list)

    def broken(self) -> list[str]:
        found = []
        for phase in self.phases:
            found += phase.broken()
        return found + self.faults

    def as_json(self) -> dict[str, Any]:
        phases = {
            each.name: {**asdict(each), "ms_per_row": round(each.ms_per_row, 3)}
            for each in self.phases
        }
        return {"broken": self.broken(), "rows": self.rows, "phases": phases}

    def as_text(self) -> str:
        head = f"list of {self.rows:,}|rows|s|own s|db s|ms a row|queries|peak MB|pace"
        return "\n" + as_table([head.split("|"), *map(_line, self.phases)])


def _line(each: Phase) -> list[str]:
    seconds = (each.seconds, each.own_ms / 1000, each.database_ms / 1000)
    return [
        each.name,
        f"{each.rows:,}",
        *(f"{figure:.1f}" for figure in seconds),
        f"{each.ms_per_row:.2f}",
        f"{each.queries:,}",
        f"{each.megabytes:.0f}",
        f"{each.pace:.1f}",
    ]


def measure_lists(rows: int, shown: Callable[[str], object]) -> ListsReport:
    """Measure a list of so many residents in a town that has some already."""
    from minshi.bench import filling
    from minshi.bench.database import throw_away
    from minshi.bench.roll import roll_of
    from villages.models import Group

    with throw_away() as database:
        town = filling.make_town(NOON)
        groups = Group.objects.filter(village__town=town).select_related("village")
        content = roll_of(list(groups), rows)
        before = _register()
        connection.close()

        shown(f"{rows:,} rows to be read")
        read = alone(_read, database, content, "read")
        shown("read; entered by a worker that is killed, and by another")
        _be_killed(database)
        phases = [read, alone(_enter, database)]
        phases.append(alone(_read, database, content, "again"))
        shown("entered, and sent once more")
        touched = _touch(rows)
        connection.close()
        phases.append(alone(_take_back, database))
        after = _register(without=touched)

    return ListsReport(rows, phases, _faults(rows, phases, before == after))


def _faults(rows: int, phases: Sequence[Phase], is_as_before: bool) -> list[str]:
    """Say what became of the rows that must not have."""
    counts = {phase.name: phase.counts for phase in phases}
    held = {
        "some rows were not read as new": counts["read"].get("new") == rows,
        "not every row was entered once": counts["enter"]["entered"] == rows,
        "the same list again was not the same": counts["again"].get("same") == rows,
        "not those alone were kept whom somebody changed": (
            counts["take back"]["kept"] == TOUCHED
        ),
        "taken back, the roll was not as before": is_as_before,
    }
    return [words for words, is_held in held.items() if not is_held]


def _register(without: Sequence[int] = ()) -> str:
    """Return a digest of who is on the roll, with all that a list may write."""
    from villages.models import Resident

    residents = Resident.objects.filter(is_on_roll=True).exclude(pk__in=without)
    rows = residents.order_by("pk").values_list(
        "pk", "household", "name", "is_head", "sex", "birth_year", "phone"
    )
    found = hashlib.sha256()
    for row in rows.iterator():
        found.update(repr(row).encode())
    return found.hexdigest()


def _touch(rows: int) -> list[int]:
    """Change some of the residents whom the list brought in, and return them."""
    from villages.models import Resident

    newest = Resident.objects.order_by("-pk").values_list("pk", flat=True)
    touched = list(newest[: rows : rows // TOUCHED][:TOUCHED])
    Resident.objects.filter(pk__in=touched).update(birth_year=1901)
    return touched


# --- each in a process of its own


def _read(database: str, content: bytes, name: str) -> Phase:
    """Upload the list, confirm its columns as they seem to be, read and check it."""
    django.setup()
    from villages.imports import starting
    from villages.imports.kinds import KINDS
    from villages.imports.starting import ListPlace
    from villages.models import Town

    with _measured(database, name) as cost:
        town = Town.objects.get()
        by = _reviewer()
        run = starting.upload(
            KINDS["residents"],
            ListPlace(town),
            io.BytesIO(content),
            "花名册.xlsx",
            by=by,
            at=NOON,
            again=True,
        )
        run = starting.confirm_columns(run, run.mapping, {0}, by=by, at=NOON)
        _work(run.pk, NOON)
        cost.run = run.pk
    return cost.phase()


def _enter(database: str) -> Phase:
    """Enter the rest of the first list."""
    django.setup()
    with _measured(database, "enter") as cost:
        cost.run = _first_run().pk
        _work(cost.run, LATER)
    return cost.phase()


def _take_back(database: str) -> Phase:
    django.setup()
    from villages.imports import starting

    with _measured(database, "take back") as cost:
        run = _first_run()
        cost.run = run.pk
        starting.take_back(run, by=run.by, at=LATER)
        _work(run.pk, LATER)
    return cost.phase()


def _be_killed(database: str) -> None:
    """Have the first list entered by a worker that ends in the middle of its second
    batch.
    """
    try:
        alone(_enter_and_end, database)
    except BrokenProcessPool:
        return
    raise AssertionError("the worker was not killed")


def _enter_and_end(database: str) -> None:
    django.setup()
    from minshi.bench.database import joined_database
    from villages.imports import starting
    from villages.models import ResidentKey

    batches: list[Any] = []
    last_words = f'INSERT INTO "{ResidentKey._meta.db_table}"'

    def end_in_the_middle(
        execute: Callable[..., Any], sql: str, *statement: Any
    ) -> Any:
        if batches and sql.startswith(last_words):
            os._exit(KILLED)
        return execute(sql, *statement)

    with joined_database(database):
        run = _first_run()
        starting.enter(run, good_only=False, by=run.by, at=NOON)
        with connection.execute_wrapper(end_in_the_middle):
            _work(run.pk, NOON, batches.append)


def _work(pk: int, at: datetime, shown: Callable[[Any], object] | None = None) -> None:
    from villages.imports.running import work_through

    work_through(pk, lambda: at, shown)


def _first_run() -> Any:
    from villages.models import ImportRun

    return ImportRun.objects.select_related("town", "village", "by").earliest("pk")


def _reviewer() -> Any:
    from villages.models import Post, Role

    posts = Post.objects.filter(role=Role.REVIEWER).exclude(town=None)
    return posts.select_related("user").earliest("pk").user


@dataclass
class _Cost:
    """What is measured while a phase runs."""

    name: str
    meter: Any
    pace: float
    run: int = 0
    seconds: float = 0.0
    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def phase(self) -> Phase:
        from minshi.bench.cost import MS

        return Phase(
            name=self.name,
            rows=self.rows,
            seconds=self.seconds,
            own_ms=self.meter.cpu * MS,
            database_ms=self.meter.database_ms,
            queries=self.meter.queries,
            megabytes=peak(),
            pace=self.pace,
            counts=self.counts,
        )


@contextmanager
def _measured(database: str, name: str) -> Iterator[_Cost]:
    """Measure what is done within, and note how many rows were done."""
    from minshi.bench.cost import Meter, metered
    from minshi.bench.database import joined_database
    from minshi.bench.pace import pace
    from villages.models import ImportRow, ImportRun

    with joined_database(database):
        done_before = ImportRow.objects.filter(is_entered=True).count()
        cost = _Cost(name, Meter(keeps=False), pace())
        with metered(cost.meter):
            begun = perf_counter()
            yield cost
            cost.seconds = perf_counter() - begun

        cost.pace = max(cost.pace, pace())
        run = ImportRun.objects.get(pk=cost.run)
        cost.counts = run.counts
        done = ImportRow.objects.filter(is_entered=True).count()
        cost.rows = abs(done - done_before) or run.total
