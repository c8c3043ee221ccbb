"""Measures what requests cost at two sizes, in a database of its own, and fails where the cost grows."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from minshi.clock import now

HELP = """CPU of this process plus the time it waits for the database, a request; the lower quartile of all rounds.
Makes a database of its own where DATABASE_URL points (SQLite without one) and drops it afterwards."""


def sizes(text: str) -> list[int]:
    found = [int(part) for part in text.split(",") if part.isdecimal() and int(part) > 0]
    if len(found) < 2 or len(found) != len(text.split(",")) or found != sorted(set(found)):  # noqa: PLR2004
        raise ArgumentTypeError("two or more numbers, the smaller first: 20000,200000")
    return found


class Command(BaseCommand):
    help = HELP
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sizes", type=sizes, default=[20_000, 200_000], metavar="N,M", help="matters in the town")
        parser.add_argument("--rounds", type=int, default=20, metavar="N", help="times each request is sent")
        parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")

    def handle(self, *_args: Any, sizes: list[int], rounds: int, json: Path | None, **_options: Any) -> None:
        report = self._measured(sizes, rounds)
        self.stdout.write(report.as_text())
        if json:
            json.write_text(dumped(report.as_json()), encoding="utf-8")
        if grown := report.grown():
            raise CommandError(f"The cost grows with the number of matters: {', '.join(grown)}")

    def _measured(self, sizes: list[int], rounds: int) -> Any:
        from supervision.bench import export, filling
        from supervision.bench.database import throw_away
        from supervision.bench.measuring import measure
        from supervision.bench.report import Report

        rows, exports, at = {}, {}, now()
        with throw_away() as database:
            town = filling.make_town(at)
            for size in sizes:
                filling.fill(town, size, at, self.stderr.write)
                rows[size] = measure(at, rounds)
                exports[size] = export.compare(database, at)
        return Report(connection.vendor, rows, exports)


def dumped(figures: dict[str, Any]) -> str:
    return json.dumps(figures, ensure_ascii=False, indent=1) + "\n"
