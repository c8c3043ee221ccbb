"""Figures in columns, for the terminal."""

from collections.abc import Sequence


def as_table(lines: Sequence[Sequence[str]]) -> str:
    """Set the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]

    rows = []
    for line in lines:
        first = line[0].ljust(widths[0])
        others = map(str.rjust, line[1:], widths[1:])
        rows.append("  ".join([first, *others]).rstrip())
    return "\n".join(rows)
