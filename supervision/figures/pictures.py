"""What a chart is drawn from (supervision/templatetags/charts.py)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    label: str
    number: int
    shown: str = ""  # where it is not the number itself


@dataclass(frozen=True)
class Stack:
    """A bar of several numbers, in the order of the chart's names."""

    label: str
    numbers: Sequence[int]


@dataclass(frozen=True)
class Line:
    name: str
    numbers: Sequence[int]


@dataclass(frozen=True)
class LineChart:
    """Lines over the same points, which `marks` name."""

    lines: Sequence[Line]
    marks: Sequence[str]
