"""Values taken apart: their shape, by which a statement is known, and the marks that
stand in their place while it is compiled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model

Shape = Any  # nested tuples of types, lengths and constants

CONSTANTS = (type(None), bool)
LISTS = (tuple, list, set, frozenset)
KINDS = (int, str, datetime, date, UUID)  # a datetime is a date as well
# Two rows of marks: small enough for any column of numbers, and in no real query
FIRST, SECOND = 30_011, 31_411
MOST_MARKS = SECOND - FIRST


class CannotBePrepared(Exception):
    """A builder reckons with its values: compiled once, they would stay in the SQL."""


def take_apart(value: Any, leaves: list[Any]) -> Shape:
    """Return the shape of a value; what is put into the SQL is added to `leaves`."""
    if isinstance(value, CONSTANTS):
        return value
    if isinstance(value, Model):
        leaves.append(value.pk)
        return type(value)
    if is_dataclass(value):
        parts = [getattr(value, field.name) for field in fields(value)]
        return (type(value), *[take_apart(part, leaves) for part in parts])
    if isinstance(value, LISTS):
        return (type(value), _add_list(sorted(set(value)), leaves))

    leaves.append(value)
    return kind_of(value)


def _add_list(values: Sequence[Any], leaves: list[Any]) -> tuple[int, type | None]:
    """Add a list's values, the last as often as the next power of two asks for, so
    that there are few shapes. Return how many, and of which kind.
    """
    if not values:
        return (0, None)

    length = 1 << (len(values) - 1).bit_length()
    leaves.extend(values)
    leaves.extend([values[-1]] * (length - len(values)))
    return (length, kind_of(values[0]))


def put_together(shape: Shape, marks: Iterator[Any]) -> Any:
    """Return a value of a shape, of marks."""
    if isinstance(shape, CONSTANTS):
        return shape
    if isinstance(shape, type):
        mark = next(marks)
        return shape(pk=mark) if issubclass(shape, Model) else mark

    kind, *parts = shape
    if kind in LISTS:
        ((length, _of),) = parts
        return tuple([next(marks) for _nth in range(length)])
    return kind(*[put_together(part, marks) for part in parts])


def kind_of(value: Any) -> type:
    for kind in KINDS:
        if isinstance(value, kind):
            return kind
    raise CannotBePrepared(f"no value of a query: {type(value)}")


def mark_of(kind: type, number: int) -> Any:
    long_ago = datetime(1000, 1, 1, tzinfo=UTC) + timedelta(days=number)
    if kind is int:
        return number
    if kind is str:
        return f"\ufdd0{number}"  # begins with what is no character
    if kind is datetime:
        return long_ago
    if kind is date:
        return long_ago.date()
    return UUID(int=number)


def stored(kind: type, value: Any, connection: Any) -> Any:
    """Return a value as the database takes it."""
    if kind is datetime:
        return connection.ops.adapt_datetimefield_value(value)
    if kind is date:
        return connection.ops.adapt_datefield_value(value)
    if kind is UUID and not connection.features.has_native_uuid_field:
        return value.hex
    return value if kind is UUID else kind(value)
