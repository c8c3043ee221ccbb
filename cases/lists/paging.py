"""Key-set pages and capped counts: a later page costs no more than the first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from cases.models.any_of import AnyOf
from villages.requests import whole_number

Row = TypeVar("Row", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet[Any])
PAGE_SIZE = 50
MOST_COUNTED = 1000
LARGEST_KEY = 2**63 - 1
MOST_ROWS = 9_999_999  # that a page numbers


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    after: str  # where the next page begins; empty on the last one


def page_of(
    found: QuerySet[Row],
    order: Sequence[str],
    after: str = "",
    size: int = PAGE_SIZE,
    among: QuerySet[Row] | None = None,
) -> Page[Row]:
    """Return the page of rows after a place in an order.

    The order is one like ("-registered_at", "-id"). `after` is the place, as the page
    before gave it; one that cannot be read gives the first page. One query.

    With `among` the page is one of those rows, and `found` says what is read of them:
    where no index gives the order, all that fit are sorted, and PostgreSQL would join
    and reckon whatever a row shows for each of them, not for those of the page alone.
    """
    column = order[0].lstrip("-")
    descending = order[0].startswith("-")

    paged = found if among is None else among
    beyond = _beyond(paged.order_by(*order), column, descending, after)
    beyond = beyond[: size + 1]  # one more, to see whether there is a next page
    if among is not None:
        in_page = AnyOf("pk", beyond.values("pk"))
        beyond = found.filter(in_page).order_by(*order)

    rows = list(beyond)
    if len(rows) <= size:
        return Page(rows, after="")

    last = rows[size - 1]
    return Page(rows[:size], f"{getattr(last, column).isoformat()}_{last.pk}")


def first_row(text: str) -> int:
    """Return the number of the first row on a page, as its address has it; 1 where it
    cannot be read.
    """
    number = whole_number(text)
    if number is None or number > MOST_ROWS:
        return 1
    return max(number, 1)


def _beyond(
    found: QuerySet[Row], column: str, descending: bool, after: str
) -> QuerySet[Row]:
    """Return the rows that come after a place like "<ISO moment>_<key>"."""
    moment, _separator, key = after.rpartition("_")
    try:
        at = datetime.fromisoformat(moment).astimezone(UTC)
        pk = int(key)
    except (ValueError, OverflowError):
        return found
    if pk > LARGEST_KEY:
        return found

    side = "lt" if descending else "gt"
    # the first condition narrows nothing further, but an index can begin there; it
    # cannot with an OR
    here = found.filter(**{f"{column}__{side}e": at})
    return here.filter(
        Q(**{f"{column}__{side}": at}) | Q(**{column: at, f"id__{side}": pk})
    )


def capped_counts(
    querysets: Mapping[str, QuerySet[Any]],
    in_order: Collection[str] = (),
    found: QuerySet[Any] | None = None,
) -> dict[str, int]:
    """Count the rows of each queryset in one statement: exact to 999, 1000 for more.

    Those named `in_order` are counted in their own order, which must be that of an
    index: PostgreSQL then stops in it after the first thousand. Without an order it may
    gather all rows that fit first, and take a thousand of them.

    The rows of `found` are read once, for all querysets that are `among_found`.

    It joins the SQL that Django compiles for each, every value bound apart in `given`:
    as subqueries of another queryset, each would be reworked twice.
    """
    counts: list[str] = []
    given: list[Any] = []
    read_once = ""
    if found is not None:
        sql, given = _keys(found.order_by())
        read_once = f"WITH found_once (id) AS MATERIALIZED ({sql})"

    for name, queryset in querysets.items():
        rows = queryset if name in in_order else queryset.order_by()
        sql, values = _keys(rows[:MOST_COUNTED])
        # S608 fears a value within a statement. Here is only what Django's compiler
        # made of a queryset: what a reader typed is %s in it, and goes with `given`.
        counts.append(f"(SELECT COUNT(*) FROM ({sql}) capped)")  # noqa: S608
        given += values

    if not counts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"{read_once} SELECT {', '.join(counts)}", given)
        return dict(zip(querysets, cursor.fetchone(), strict=True))


def among_found(rows: Rows) -> Rows:
    """Narrow rows to those that `capped_counts` reads once as `found`."""
    # S611 fears a value in raw SQL: this is a text that never changes. Django knows no
    # table that a statement names for itself, so that no queryset can say it.
    return rows.filter(pk__in=RawSQL("SELECT id FROM found_once", []))


def _keys(rows: QuerySet[Any]) -> tuple[str, list[Any]]:
    """Return the SQL of the primary keys of rows, and its values."""
    try:
        sql, values = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT 0 WHERE 1 = 0", []
    return sql, list(values)
