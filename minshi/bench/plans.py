"""PostgreSQL's plans for the statements of a page: do they read a whole table?"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

TABLE = "cases_case"


def scans_whole(statements: Sequence[tuple[str, Any]]) -> list[str]:
    """Return the statements that list cases, of those given, whose plan reads the whole
    table of cases.
    """
    if connection.vendor != "postgresql":
        return []

    found = []
    for sql, params in statements:
        lists_cases = f'FROM "{TABLE}"' in sql and "ORDER BY" in sql
        if lists_cases and _plan_reads_whole(_plan(sql, params)):
            found.append(sql)
    return found


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


def _plan_reads_whole(plan: dict[str, Any]) -> bool:
    return any(_reads_whole(node) for node in _nodes(plan))


def _reads_whole(node: dict[str, Any]) -> bool:
    return node["Node Type"] == "Seq Scan" and node.get("Relation Name") == TABLE
