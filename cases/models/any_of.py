"""Membership in the answer of another query, asked so that an index can serve it."""

from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet, Subquery


class _Keys(Subquery):
    """The keys; where there can be none, the condition around them is never true."""

    empty_result_set_value = NotImplemented


class AnyOf(Func):
    """True where a column is among the keys that a query of its own gives.

    As `= ANY (ARRAY (…))` PostgreSQL answers that query once, before all else, and can
    join the condition by OR with others that have an index. Of `EXISTS` or `IN` beside
    an OR it expects three quarters of the table, and reads all of it.
    """

    output_field = BooleanField()
    template = "%(expressions)s"
    arg_joiner = " IN "

    def __init__(self, column: str, keys: "QuerySet[Any, Any]") -> None:
        # of a slice the order says which keys there are
        asked = keys if keys.query.is_sliced else keys.order_by()
        super().__init__(F(column), _Keys(asked))

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        array = {"template": "(%(expressions)s))", "arg_joiner": " = ANY(ARRAY"}
        return self.as_sql(compiler, connection, **array, **context)
