"""Values that a database holds otherwise than Django writes them.

SQLite stores what it is given: 2026-W48-3T16:00:00 for a moment, 2 for yes. Python
reads the one as the same moment and the other as yes, and so they fit every seal; SQL
compares what is stored, and finds neither. PostgreSQL has a type for each.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections, models

# what json, UUID and the dates raise for what they cannot read
NO_SUCH_VALUE = (TypeError, ValueError, AttributeError)


def is_as_written(field: Any, stored: Any) -> bool:
    """Return True for a value of SQLite in the form in which Django writes it."""
    if stored is None:
        return True
    with suppress(*NO_SUCH_VALUE):
        return _in_one_form(field, stored)
    return False


def _in_one_form(field: Any, stored: Any) -> bool:
    if isinstance(field, models.ForeignKey):
        return is_as_written(field.target_field, stored)
    if isinstance(field, models.DateTimeField):
        moment = datetime.fromisoformat(stored)
        return moment.tzinfo is None and str(moment) == str(stored)
    if isinstance(field, models.DateField):
        return str(date.fromisoformat(stored)) == str(stored)
    if isinstance(field, models.BooleanField):
        return type(stored) is int and stored in (0, 1)
    if isinstance(field, models.IntegerField):
        return type(stored) is int
    if isinstance(field, models.UUIDField):
        return UUID(stored).hex == str(stored)
    if isinstance(field, models.JSONField):
        return json.dumps(json.loads(stored), cls=field.encoder) == str(stored)
    return isinstance(stored, str)


def written_otherwise(
    rows: models.QuerySet[Any], columns: Iterable[str] = ()
) -> Mapping[int, list[str]]:
    """Return the columns that hold a value in another form, by the row's key; rows that
    are as Django writes them are not in it.

    Of all columns, where none are named. One query; none on PostgreSQL.
    """
    if connections[rows.db].vendor != "sqlite":
        return {}

    fields = [
        field
        for field in rows.model._meta.concrete_fields
        if not columns or field.attname in columns
    ]
    found = {}
    for key, *values in _as_stored(rows, fields):
        wrong = [
            field.attname
            for field, value in zip(fields, values, strict=True)
            if not is_as_written(field, value)
        ]
        if wrong:
            found[key] = wrong
    return found


def _as_stored(rows: models.QuerySet[Any], fields: list[Any]) -> list[tuple[Any, ...]]:
    """Return the keys of rows and these columns as SQLite stores them: the sign changes
    nothing, but neither the driver nor Django converts what is no column.
    """
    connection = connections[rows.db]
    try:
        among, params = rows.values("pk").query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return []

    quoted = connection.ops.quote_name
    table = quoted(rows.model._meta.db_table)
    key = quoted(rows.model._meta.pk.column)
    stored = ", ".join([f"+{quoted(field.column)}" for field in fields])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {stored} FROM {table} WHERE {key} IN ({among})",  # noqa: S608 - nothing from outside is in it: table and columns are the quoted ones of a model, `among` is the SQL of a queryset, whose values go beside it in params
            params,
        )
        stored_rows: list[tuple[Any, ...]] = cursor.fetchall()
    return stored_rows
