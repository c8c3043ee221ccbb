"""Key-set pages and capped counts: the cost of a page does not grow with what lies
before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
PAGE_SIZE = 50
MOST_COUNTED = 1000
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    after: str  # where the next page begins; empty on the last one


def page_of(
    found: QuerySet[Row], order: Sequence[str], after: str = "", size: int = PAGE_SIZE
) -> Page[Row]:
    """The rows after a place in an order like ("-registered_at", "-id"), and where the
    next page begins.

    A place that cannot be read begins at the first page.
    """
    column, descending = order[0].lstrip("-"), order[0].startswith("-")
    rows = list(_beyond(found.order_by(*order), column, descending, after)[: size + 1])
    more = len(rows) > size
    last = rows[size - 1] if more else None
    return Page(
        rows[:size], f"{getattr(last, column).isoformat()}_{last.pk}" if last else ""
    )


def _beyond(
    found: QuerySet[Row], column: str, descending: bool, after: str
) -> QuerySet[Row]:
    moment, _separator, key = after.rpartition("_")
    try:
        at, pk = datetime.fromisoformat(moment).astimezone(UTC), int(key)
    except (ValueError, OverflowError):
        return found
    if pk > LARGEST_KEY:
        return found
    side = "lt" if descending else "gt"
    # The first condition says nothing new, but an index can begin there; it cannot with
    # an OR.
    here = found.filter(**{f"{column}__{side}e": at})
    return here.filter(
        Q(**{f"{column}__{side}": at}) | Q(**{column: at, f"id__{side}": pk})
    )


def capped_counts(querysets: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each queryset has, exact to 999, in one statement; 1000 stands for
    more.

    Put together from the SQL that Django compiles for each, every value bound apart in
    `given`: as subqueries of another queryset, each would be reworked twice.
    """
    counts: list[str] = []
    given: list[Any] = []
    for queryset in querysets.values():
        try:
            rows, values = (
                queryset.order_by().values("pk")[:MOST_COUNTED].query.sql_with_params()
            )
        except EmptyResultSet:
            counts.append("0")
        else:
            counts.append(f"(SELECT COUNT(*) FROM ({rows}) capped)")  # noqa: S608 - compiled by Django; no value is in it
            given += values
    if not counts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", given)
        return dict(zip(querysets, cursor.fetchone(), strict=True))
