"""The command that measures requests at two sizes, the sweep among many matters and a
long list; it fails where a cost grows or is too much.
"""

import json
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from minshi.clock import now

HELP = """CPU of this process plus the time it waits for the database, a request; the
lower quartile of all rounds, in the pace of the machine that the budgets were written
on. The sweep of supervision in a process of its own, with
clocks due among many matters and with none due. A list of residents read, entered and
taken back, each in a process of its own. Makes databases of its own where
DATABASE_URL points (SQLite without one) and drops them afterwards."""
PARTS = ("requests", "sweep", "lists")


def sizes(text: str) -> list[int]:
    smallest, *larger = numbers(text)
    if not larger:
        raise ArgumentTypeError("two or more numbers, the smaller first: 20000,200000")
    return [smallest, *larger]


def numbers(text: str) -> list[int]:
    parts = text.split(",")
    found = []
    for part in parts:
        if part.isdecimal() and int(part) > 0:
            found.append(int(part))

    if not found or len(found) != len(parts) or found != sorted(set(found)):
        raise ArgumentTypeError("numbers, the smaller first: 20000,200000")
    return found


class Command(BaseCommand):
    help = HELP
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", choices=PARTS, help="measure just these")
        parser.add_argument(
            "--sizes",
            type=sizes,
            default=[20_000, 200_000],
            metavar="N,M",
            help="matters in the town",
        )
        parser.add_argument(
            "--rounds",
            type=int,
            default=20,
            metavar="N",
            help="times each request is sent",
        )
        parser.add_argument(
            "--sweep-cases",
            type=numbers,
            default=[1_000_000],
            metavar="N[,M]",
            help="matters in the county",
        )
        parser.add_argument(
            "--sweep-due",
            type=int,
            default=10_000,
            metavar="N",
            help="clocks due among them",
        )
        parser.add_argument(
            "--list-rows",
            type=int,
            default=5_000,
            metavar="N",
            help="residents in the list that is imported",
        )
        parser.add_argument(
            "--json", type=Path, metavar="PATH", help="write the figures there"
        )

    def handle(
        self, *_args: Any, only: str | None, json: Path | None, **options: Any
    ) -> None:
        figures: dict[str, Any] = {}
        faults: list[str] = []

        if only in (None, "requests"):
            report = self._requests(options["sizes"], options["rounds"])
            self.stdout.write(report.as_text())
            figures |= report.as_json()
            for key in report.grown():
                faults.append(f"the cost of {key} grows with the number of matters")

        if only in (None, "sweep"):
            swept = self._sweep(options["sweep_cases"], options["sweep_due"])
            self.stdout.write(swept.as_text())
            figures["sweep"] = swept.as_json()
            for words in swept.broken():
                faults.append(f"the sweep: {words}")

        if only in (None, "lists"):
            lists = self._lists(options["list_rows"])
            self.stdout.write(lists.as_text())
            figures["lists"] = lists.as_json()
            for words in lists.broken():
                faults.append(f"the list: {words}")

        if json:
            json.write_text(dumped(figures), encoding="utf-8")
        if faults:
            raise CommandError("\n".join(faults))

    def _requests(self, sizes: list[int], rounds: int) -> Any:
        from minshi.bench import export, filling
        from minshi.bench.database import throw_away
        from minshi.bench.measuring import measure
        from minshi.bench.report import Report

        rows = {}
        exports = {}
        at = now()
        with throw_away() as database:
            town = filling.make_town(at)
            for size in sizes:
                filling.fill(town, size, at, self.stderr.write)
                rows[size] = measure(at, rounds)
                exports[size] = export.compare(database, at)
        return Report(connection.vendor, rows, exports)

    def _sweep(self, sizes: list[int], due: int) -> Any:
        from minshi.bench.sweep import measure_sweep

        return measure_sweep(sizes, due, self.stderr.write)

    def _lists(self, rows: int) -> Any:
        from minshi.bench.lists import measure_lists

        return measure_lists(rows, self.stderr.write)


def dumped(figures: dict[str, Any]) -> str:
    return json.dumps(figures, ensure_ascii=False, indent=1) + "\n"
