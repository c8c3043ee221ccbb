"""Many more rows of what is there already, by the database itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max

from cases.models import Case, Clock, Event
from supervision.models import Chase, Notice

MOST_ROWS: tuple[type[models.Model], ...] = (Case, Clock, Event)
COPIED: tuple[type[models.Model], ...] = (*MOST_ROWS, Chase, Notice)
SHOWN = 100_000
UNIQUE_WORDS = ("number", "tracking_code", "key")


def copy_cases(first: int, wanted: int, shown: Callable[[int], object]) -> None:
    """Make `wanted` more cases, copies of the first so many with all that happened to
    them; each has words of its own.

    From table to table, for nobody would wait until a million are adopted. `shown` is
    called now and then with the number made.
    """
    made = 0
    with _without_indexes():
        while made < wanted:
            count = min(first, wanted - made)
            shift = max(_last_id(model) for model in COPIED)
            last = Case.objects.order_by("pk").values_list("pk", flat=True)[count - 1]

            for model in COPIED:
                _copy(model, last, shift)

            made += count
            if made % SHOWN < first or made == wanted:
                shown(made)

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(COPIED)):
            cursor.execute(statement)


def _last_id(model: type[models.Model]) -> int:
    last: int | None = model._default_manager.aggregate(last=Max("pk"))["last"]
    return last or 0


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Drop indexes and foreign keys, and make them again at the end: PostgreSQL makes
    them for a full table far faster than row by row.
    """
    if connection.vendor != "postgresql":
        yield
        return

    tables = [model._meta.db_table for model in MOST_ROWS]
    indexes = _answers(
        "SELECT format('DROP INDEX %%I', indexname), indexdef FROM pg_indexes WHERE"
        " tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        [tables],
    )
    keys = _answers(
        "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass,"
        " conname), format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',"
        " conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
        [tables],
    )

    with connection.cursor() as cursor:
        for drop, _make in indexes + keys:
            cursor.execute(drop)

        yield

        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _drop, make in indexes + keys:
            cursor.execute(make)


def _answers(sql: str, parameters: list[Any]) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _copy(model: type[models.Model], last: int, shift: int) -> None:
    """Copy a model's rows of the cases up to the id `last`.

    All ids move by the same `shift`: what belonged together does so again.
    """
    quote = connection.ops.quote_name
    columns = []
    values = []
    for field in model._meta.concrete_fields:
        if field.column:
            column = quote(field.column)
            columns.append(column)
            values.append(_value(field, column, shift))

    case = "id" if model is Case else "case_id"
    table = quote(model._meta.db_table)
    into = f"{table} ({', '.join(columns)})"
    copied = ", ".join(values)
    # Nobody's words are in it: names of our own models, quoted by Django; the one value
    # is bound.
    sql = f"INSERT INTO {into} SELECT {copied} FROM {table} WHERE {case} <= %s"  # noqa: S608 - names of tables and columns from our models; the value is a parameter
    with connection.cursor() as cursor:
        cursor.execute(sql, [last])


def _value(field: "models.Field[Any, Any]", column: str, shift: int) -> str:
    """Return the expression of a column's value in the copy."""
    if field.name in UNIQUE_WORDS and isinstance(field, models.CharField):
        return f"'X' || (id + {shift})"
    if field.primary_key or field.related_model in COPIED:
        return f"{column} + {shift}"
    return column
