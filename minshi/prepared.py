"""Queries that are built and compiled once, with marks in the place of their values.

Django builds a queryset and compiles its SQL each time it is read, which takes longer
than the database takes to answer. A prepared query does so once for each shape of its
values: which of them are None, how many a list holds. From then on the values alone are
put in.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from functools import update_wrapper
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

Values = ParamSpec("Values")
Row = TypeVar("Row")
Shape = Any  # nested tuples of types, lengths and constants

CONSTANTS = (type(None), bool)
LISTS = (tuple, list, set, frozenset)
# Two rows of marks: small enough for any column of numbers, and in no real query
FIRST, SECOND = 30_011, 31_411
MOST_MARKS = SECOND - FIRST


class CannotBePrepared(Exception):
    """A builder reckons with its values: compiled once, they would stay in the SQL."""


class Prepared(Generic[Values, Row]):
    """A queryset as a function of its values, read as a list.

    The builder may ask whether a value is None or a list is empty, and nothing else of
    its values. Of a list or set of them, which the builder is given as a tuple, neither
    order nor number is kept. With more values than there are marks it is built as any
    other query.
    """

    known: ClassVar[list["Prepared[..., Any]"]] = []

    def __init__(self, build: Callable[Values, QuerySet[Any, Row]]) -> None:
        self.build = build
        self._plans: dict[Shape, Plan] = {}
        update_wrapper(self, build)
        self.known.append(self)

    def __call__(self, *values: Values.args, **named: Values.kwargs) -> list[Row]:
        if named:
            raise TypeError("The values of a prepared query are given by place.")

        leaves: list[Any] = []
        shape = tuple([_take_apart(value, leaves) for value in values])
        if len(leaves) > MOST_MARKS:
            return list(self.build(*values, **named))

        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plans[shape] = self._plan(shape, leaves)
        return plan.rows(leaves)

    def _plan(self, shape: Shape, leaves: Sequence[Any]) -> "Plan":
        """Compile the query for a shape.

        Twice, with other marks: what then differs is no mark, so the builder reckoned
        with a value.
        """
        kinds = [_kind_of(leaf) for leaf in leaves]
        plan = _compile(self.build, shape, kinds, FIRST)
        other = _compile(self.build, shape, kinds, SECOND)
        if (plan.sql, plan.constants, plan.places) != (
            other.sql,
            other.constants,
            other.places,
        ):
            raise CannotBePrepared(f"{self.build.__qualname__} reckons with a value")
        return plan


def prepared(build: Callable[Values, QuerySet[Any, Row]]) -> Prepared[Values, Row]:
    """Make a builder of a queryset a function that reads its rows."""
    return Prepared(build)


@dataclass(frozen=True)
class Plan:
    """A compiled query, and where in its parameters the values stand."""

    queryset: QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str  # empty: no row can be there
    constants: tuple[Any, ...]  # the parameters, None where a value stands
    places: tuple[tuple[int, int], ...]  # of the parameter, of its value
    kinds: tuple[type, ...]  # of the values
    # what makes values out of columns; it asks no connection but for the settings
    converters: dict[int, Any]

    def rows(self, leaves: Sequence[Any]) -> list[Any]:
        """Read the rows for these values."""
        if not self.sql:
            return []

        connection = connections[DEFAULT_DB_ALIAS]
        if self.queryset.query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked within a transaction.")

        params = list(self.constants)
        for place, leaf in self.places:
            params[place] = _stored(self.kinds[leaf], leaves[leaf], connection)

        query: Any = _Compiled(self, params, connection)
        rows: Any = QuerySet(self.queryset.model, query=query)
        rows._iterable_class = self.queryset._iterable_class
        return list(rows)


class _Compiled:
    """Stands where a queryset has its query, compiled already."""

    def __init__(self, plan: Plan, params: list[Any], connection: Any) -> None:
        self.compiler = _Kept(plan, params, connection)

    def get_compiler(self, *_of: Any, **_by: Any) -> SQLCompiler:
        return self.compiler


class _Kept(SQLCompiler):
    """A compiler that has done its work, for other values and another connection."""

    def __init__(self, plan: Plan, params: list[Any], connection: Any) -> None:
        vars(self).update(vars(plan.compiler))
        self.connection = connection
        self._statement = (plan.sql, tuple(params))
        self._converters = plan.converters

    def get_converters(self, _expressions: Any) -> dict[int, Any]:
        return self._converters

    def as_sql(self, *_of: Any, **_by: Any) -> tuple[str, tuple[Any, ...]]:
        return self._statement


# --- values, their shape and their marks
def _take_apart(value: Any, leaves: list[Any]) -> Shape:
    """Return the shape of a value; what is put into the SQL is added to `leaves`."""
    if isinstance(value, CONSTANTS):
        return value
    if isinstance(value, Model):
        leaves.append(value.pk)
        return type(value)
    if is_dataclass(value):
        parts = [getattr(value, field.name) for field in fields(value)]
        return (type(value), *[_take_apart(part, leaves) for part in parts])
    if isinstance(value, LISTS):
        return (type(value), _add_list(sorted(set(value)), leaves))

    leaves.append(value)
    return _kind_of(value)


def _add_list(values: Sequence[Any], leaves: list[Any]) -> tuple[int, type | None]:
    """Add a list's values, the last as often as the next power of two asks for, so
    that there are few shapes. Return how many, and of which kind.
    """
    if not values:
        return (0, None)

    length = 1 << (len(values) - 1).bit_length()
    leaves.extend(values)
    leaves.extend([values[-1]] * (length - len(values)))
    return (length, _kind_of(values[0]))


def _put_together(shape: Shape, marks: Iterator[Any]) -> Any:
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
    return kind(*[_put_together(part, marks) for part in parts])


KINDS = (int, str, datetime, date, UUID)  # a datetime is a date as well


def _kind_of(value: Any) -> type:
    for kind in KINDS:
        if isinstance(value, kind):
            return kind
    raise CannotBePrepared(f"no value of a query: {type(value)}")


def _mark(kind: type, number: int) -> Any:
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


def _stored(kind: type, value: Any, connection: Any) -> Any:
    """Return a value as the database takes it."""
    if kind is datetime:
        return connection.ops.adapt_datetimefield_value(value)
    if kind is date:
        return connection.ops.adapt_datefield_value(value)
    if kind is UUID and not connection.features.has_native_uuid_field:
        return value.hex
    return value if kind is UUID else kind(value)


def _compile(
    build: Callable[..., QuerySet[Any, Any]],
    shape: Shape,
    kinds: Sequence[type],
    first: int,
) -> Plan:
    """Compile the query with marks counted from `first`, and find them in it."""
    connection = connections[DEFAULT_DB_ALIAS]
    marks = [_mark(kind, first + nth) for nth, kind in enumerate(kinds)]
    given = iter(marks)
    queryset: Any = build(*[_put_together(part, given) for part in shape])
    if queryset._prefetch_related_lookups:
        raise CannotBePrepared(f"{build.__qualname__} reads by more than one query")

    compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
        selected = compiler.select[: compiler.col_count]
        columns = [column for column, *_names in selected]
        converters = compiler.get_converters(columns)
    except EmptyResultSet:
        # nothing is asked, whatever the values are
        sql = ""
        params = ()
        converters = {}
    compiler.connection = None  # each reading has its own

    leaf_of = {}
    for leaf, (kind, mark) in enumerate(zip(kinds, marks, strict=True)):
        leaf_of[_stored(kind, mark, connection)] = leaf

    constants: list[Any] = []
    places: list[tuple[int, int]] = []
    for place, param in enumerate(params):
        if param in leaf_of:
            constants.append(None)
            places.append((place, leaf_of[param]))
        else:
            constants.append(param)

    return Plan(
        queryset,
        compiler,
        sql,
        tuple(constants),
        tuple(places),
        tuple(kinds),
        converters,
    )
