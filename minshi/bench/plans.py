"""How PostgreSQL means to answer the statements of a page: does it read a whole
table?
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

TABLE = "cases_case"


def scans_whole(statements: Sequence[tuple[str, Any]]) -> list[str]:
    """The statements that list cases, of those given, whose plan reads the whole table
    of cases.
    """
    if connection.vendor != "postgresql":
        return []
    lists = [
        (sql, params)
        for sql, params in statements
        if f'FROM "{TABLE}"' in sql and "ORDER BY" in sql
    ]
    return [
        sql
        for sql, params in lists
        if any(_reads_whole(node) for node in _nodes(_plan(sql, params)))
    ]


def _plan(sql: str, params: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        (answer,) = cursor.fetchone()
    explained = json.loads(answer) if isinstance(answer, str) else answer
    plan: dict[str, Any] = explained[0]["Plan"]
    return plan


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _reads_whole(node: dict[str, Any]) -> bool:
    return node["Node Type"] == "Seq Scan" and node.get("Relation Name") == TABLE
