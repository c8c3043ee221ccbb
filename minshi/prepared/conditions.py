"""Conditions of rows that are compiled once, to filter any query of their table by."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from typing import Any, ClassVar, Generic, ParamSpec

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BooleanField, Expression, Model, Q
from django.db.models.sql import Query

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

# Django names the tables of a query within a query so, where names would clash
INNER_ALIAS = re.compile(r"\b[U-Z]\d+\b")
# one of an own letter meets no clash: tables keep their names, whatever the condition
# is put into later
OF_ITS_OWN = "A"

# either the statement, or what Django raises where a condition holds for none or all
Compiled = Statement | type[EmptyResultSet] | type[FullResultSet]


class PreparedCondition(Generic[Values]):
    """A condition as a function of its values, used as any other `Q` of a table's rows.

    It asks columns of the table itself and, by subqueries, other tables. With more
    values than there are marks it is built as any other condition.
    """

    known: ClassVar[list["PreparedCondition[...]"]] = []

    def __init__(self, build: Callable[Values, Q]) -> None:
        self.build = build
        self._compiled: dict[tuple[type[Model], Shape], Compiled] = {}
        update_wrapper(self, build)
        self.known.append(self)

    def __call__(self, *values: Values.args, **named: Values.kwargs) -> Q:
        if named:
            raise TypeError("The values of a prepared condition are given by place.")

        leaves: list[Any] = []
        shape = tuple([take_apart(value, leaves) for value in values])
        if len(leaves) > MOST_MARKS:
            return self.build(*values, **named)
        return Q(_Condition(self, shape, leaves))

    def compiled(
        self, model: type[Model], shape: Shape, leaves: Sequence[Any]
    ) -> Compiled:
        """Return the condition compiled for a shape; the first time by compiling it.

        Twice, with other marks: what then differs is no mark, so the builder reckoned
        with a value.
        """
        compiled = self._compiled.get((model, shape))
        if compiled is None:
            kinds = [kind_of(leaf) for leaf in leaves]
            compiled = _compile(self.build, model, shape, kinds, FIRST)
            if compiled != _compile(self.build, model, shape, kinds, SECOND):
                name = self.build.__qualname__
                raise CannotBePrepared(f"{name} reckons with a value")
            self._compiled[model, shape] = compiled
        return compiled


def prepared_condition(build: Callable[Values, Q]) -> PreparedCondition[Values]:
    """Make a builder of a condition a function that is compiled once."""
    return PreparedCondition(build)


class _Condition(Expression):
    """A prepared condition with its values, in a query."""

    conditional = True
    output_field = BooleanField()
    # of the table in the query that the condition is part of; None before
    alias: str | None = None
    compiled: Compiled

    def __init__(
        self, prepared: PreparedCondition[...], shape: Shape, leaves: Sequence[Any]
    ) -> None:
        super().__init__()
        self.prepared = prepared
        self.shape = shape
        self.leaves = leaves

    @property
    def identity(self) -> tuple[Any, ...]:
        return (type(self), self.prepared, self.shape, tuple(self.leaves), self.alias)

    def resolve_expression(
        self, query: Any = None, *_how: Any, **_named: Any
    ) -> "_Condition":
        # what is part of a query stays so where that becomes part of another
        if self.alias is not None:
            return self

        placed = self.copy()
        placed.compiled = self.prepared.compiled(query.model, self.shape, self.leaves)
        placed.alias = query.get_initial_alias()
        return placed

    def relabeled_clone(self, change_map: Mapping[str, str]) -> "_Condition":
        clone = self.copy()
        if self.alias is not None:
            clone.alias = change_map.get(self.alias, self.alias)
        return clone

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        if not isinstance(self.compiled, Statement):
            raise self.compiled

        table = compiler.quote_name_unless_alias(self.alias)
        sql = self.compiled.sql.replace(MARK_OF_TABLE, table)
        return sql, tuple(self.compiled.params(self.leaves, connection))


MARK_OF_TABLE = "\ufdd0"  # no character


def _compile(
    build: Callable[..., Q],
    model: type[Model],
    shape: Shape,
    kinds: Sequence[type],
    first: int,
) -> Compiled:
    """Compile the condition with marks counted from `first`, and find them in it."""
    connection = connections[DEFAULT_DB_ALIAS]
    marks = marks_from(first, kinds)
    given = iter(marks)

    query = Query(model)
    query.alias_prefix = OF_ITS_OWN
    query.add_q(build(*[put_together(part, given) for part in shape]))
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.compile(query.where)
    except (EmptyResultSet, FullResultSet) as always:
        return type(always)

    table = connection.ops.quote_name(model._meta.db_table)
    sql = f"({sql})".replace(f"{table}.", f"{MARK_OF_TABLE}.")
    joined = [alias for alias in query.alias_map if query.alias_refcount[alias]]
    if table in sql or INNER_ALIAS.search(sql) or len(joined) > 1:
        raise CannotBePrepared(f"{build.__qualname__} needs names of its own")
    return statement_of(sql, params, marks, kinds, connection)
