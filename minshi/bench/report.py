"""The figures side by side: a table to read, JSON to keep, and whether anything
grew.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from minshi.bench.columns import as_table
from minshi.bench.export import Compared
from minshi.bench.measuring import MeasuredRow

MOST_GROWTH = 1.3
FLOOR = 2.0  # ms: less than this more is noise, whatever the factor


@dataclass(frozen=True)
class Report:
    """What was measured at each size, the smaller first."""

    database: str
    rows: Mapping[int, Mapping[str, MeasuredRow]]
    exports: Mapping[int, Compared]

    @property
    def ends(self) -> tuple[Mapping[str, MeasuredRow], Mapping[str, MeasuredRow]]:
        sizes = sorted(self.rows)
        return self.rows[sizes[0]], self.rows[sizes[-1]]

    def growth(self, key: str) -> float:
        small, large = self.ends
        return large[key].ms / small[key].ms

    def grown(self) -> list[str]:
        """The requests that cost more than 1.3 times as much at the larger size, and 2
        ms more; or more queries.
        """
        small, large = self.ends
        return [
            key
            for key in small
            if (
                self.growth(key) > MOST_GROWTH and large[key].ms - small[key].ms > FLOOR
            )
            or large[key].queries > small[key].queries
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "database": self.database,
            "sizes": sorted(self.rows),
            "grown": self.grown(),
            "requests": {
                key: {
                    "growth": round(self.growth(key), 3),
                    **{
                        str(size): _figures(rows[key])
                        for size, rows in self.rows.items()
                    },
                }
                for key in self.ends[0]
            },
            "export": {
                str(size): asdict(compared) for size, compared in self.exports.items()
            },
        }

    def as_text(self) -> str:
        """Return a table of the requests: milliseconds and queries at each size."""
        sizes = sorted(self.rows)
        lines = [["", *(f"ms at {size:,}" for size in sizes), "queries", "growth"]]
        for key in self.ends[0]:
            measured = [self.rows[size][key] for size in sizes]
            # one number where it is the same at every size
            numbers = dict.fromkeys(str(row.queries) for row in measured)
            queries = "/".join(numbers)
            mark = " !" if key in self.grown() else "  "
            lines.append(
                [
                    key,
                    *(f"{row.ms:.1f}" for row in measured),
                    queries,
                    f"{self.growth(key):.2f}×{mark}",
                ]
            )
        return f"{self.database}\n{as_table(lines)}\n\n{self._exports_as_text()}"

    def _exports_as_text(self) -> str:
        lines = [["ledger xlsx", "rows", "s", "peak MB", "bare s", "bare MB", "ratio"]]
        for size, both in sorted(self.exports.items()):
            own, bare = both.ledger, both.bare
            ratio = f"{own.seconds / bare.seconds:.1f}×"
            figures = (own.seconds, own.megabytes, bare.seconds, bare.megabytes)
            lines.append(
                [
                    f"of {size:,}",
                    f"{own.rows:,}",
                    *(f"{figure:.1f}" for figure in figures),
                    ratio,
                ]
            )
        return as_table(lines)


def _figures(row: MeasuredRow) -> dict[str, Any]:
    return {
        "ms": round(row.ms, 2),
        "queries": row.queries,
        "cases": row.cases,
        "scans": row.scans,
    }
