"""Whole queries that are compiled once, read as lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

from minshi.prepared.shapes import (
    FIRST,
    MOST_MARKS,
    SECOND,
    CannotBePrepared,
    Shape,
    kind_of,
    put_together,
    take_apart,
)
from minshi.prepared.statements import Statement, marks_from, statement_of

Values = ParamSpec("Values")
Row = TypeVar("Row")


class Prepared(Generic[Values, Row]):
    """A queryset as a function of its values, read as a list.

    With more values than there are marks it is built as any other query.
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
        shape = tuple([take_apart(value, leaves) for value in values])
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
        kinds = [kind_of(leaf) for leaf in leaves]
        plan = _compile(self.build, shape, kinds, FIRST)
        other = _compile(self.build, shape, kinds, SECOND)
        if plan.statement != other.statement:
            raise CannotBePrepared(f"{self.build.__qualname__} reckons with a value")
        return plan


def prepared(build: Callable[Values, QuerySet[Any, Row]]) -> Prepared[Values, Row]:
    """Make a builder of a queryset a function that reads its rows."""
    return Prepared(build)


@dataclass(frozen=True)
class Plan:
    """A compiled query."""

    queryset: QuerySet[Any, Any]
    compiler: SQLCompiler
    statement: Statement | None  # None: no row can be there
    # what makes values out of columns; it asks no connection but for the settings
    converters: dict[int, Any]

    def rows(self, leaves: Sequence[Any]) -> list[Any]:
        """Read the rows for these values."""
        if self.statement is None:
            return []

        connection = connections[DEFAULT_DB_ALIAS]
        if self.queryset.query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked within a transaction.")

        params = self.statement.params(leaves, connection)
        query: Any = _Compiled(self, self.statement.sql, params, connection)
        rows: Any = QuerySet(self.queryset.model, query=query)
        rows._iterable_class = self.queryset._iterable_class
        return list(rows)


class _Compiled:
    """Stands where a queryset has its query, compiled already."""

    def __init__(
        self, plan: Plan, sql: str, params: list[Any], connection: Any
    ) -> None:
        self.compiler = _Kept(plan, sql, params, connection)

    def get_compiler(self, *_of: Any, **_by: Any) -> SQLCompiler:
        return self.compiler


class _Kept(SQLCompiler):
    """A compiler that has done its work, for other values and another connection."""

    def __init__(
        self, plan: Plan, sql: str, params: list[Any], connection: Any
    ) -> None:
        vars(self).update(vars(plan.compiler))
        self.connection = connection
        self._statement = (sql, tuple(params))
        self._converters = plan.converters

    def get_converters(self, _expressions: Any) -> dict[int, Any]:
        return self._converters

    def as_sql(self, *_of: Any, **_by: Any) -> tuple[str, tuple[Any, ...]]:
        return self._statement


def _compile(
    build: Callable[..., QuerySet[Any, Any]],
    shape: Shape,
    kinds: Sequence[type],
    first: int,
) -> Plan:
    """Compile the query with marks counted from `first`, and find them in it."""
    connection = connections[DEFAULT_DB_ALIAS]
    marks = marks_from(first, kinds)
    given = iter(marks)
    queryset: Any = build(*[put_together(part, given) for part in shape])
    if queryset._prefetch_related_lookups:
        raise CannotBePrepared(f"{build.__qualname__} reads by more than one query")

    compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        # nothing is asked, whatever the values are
        return Plan(queryset, compiler, None, {})

    selected = compiler.select[: compiler.col_count]
    converters = compiler.get_converters([column for column, *_names in selected])
    compiler.connection = None  # each reading has its own
    statement = statement_of(sql, params, marks, kinds, connection)
    return Plan(queryset, compiler, statement, converters)
