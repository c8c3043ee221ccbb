"""Compiled SQL, and where in its parameters the values stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from minshi.prepared.shapes import mark_of, stored


@dataclass(frozen=True)
class Statement:
    """SQL whose parameters are constants, and places that wait for values."""

    sql: str
    constants: tuple[Any, ...]  # the parameters, None where a value stands
    places: tuple[tuple[int, int], ...]  # of the parameter, of its value
    kinds: tuple[type, ...]  # of the values

    def params(self, leaves: Sequence[Any], connection: Any) -> list[Any]:
        """Return the parameters with these values in their places."""
        params = list(self.constants)
        for place, leaf in self.places:
            params[place] = stored(self.kinds[leaf], leaves[leaf], connection)
        return params


def marks_from(first: int, kinds: Sequence[type]) -> list[Any]:
    """Return a mark for each value of these kinds, counted from `first`."""
    return [mark_of(kind, first + nth) for nth, kind in enumerate(kinds)]


def statement_of(
    sql: str,
    params: Sequence[Any],
    marks: Sequence[Any],
    kinds: Sequence[type],
    connection: Any,
) -> Statement:
    """Return the statement of SQL that was compiled with marks: what is a mark among
    its parameters is the place of a value.
    """
    leaf_of = {}
    for leaf, (kind, mark) in enumerate(zip(kinds, marks, strict=True)):
        leaf_of[stored(kind, mark, connection)] = leaf

    constants: list[Any] = []
    places: list[tuple[int, int]] = []
    for place, param in enumerate(params):
        if param in leaf_of:
            constants.append(None)
            places.append((place, leaf_of[param]))
        else:
            constants.append(param)

    return Statement(sql, tuple(constants), tuple(places), tuple(kinds))
