"""The rows beside a case that are sealed with each event: whoever speaks along, may
read it, was invited or named; the parts of the work, clocks, replies and ratings.

Such a row that SQL has changed, put in or taken away no longer fits the last event.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from cases.models import (
    Afterword,
    Assignment,
    CallBack,
    Case,
    CaseAccess,
    Clock,
    Concern,
    CoSpeaker,
    HandBack,
    JoinedVillage,
    MandatoryReport,
    Rating,
    Reply,
    TimeRequest,
)
from cases.workflow.state import LENGTH
from minshi.crypto import EncryptedTextField, decrypted, moment_in_seal, sealed
from minshi.written import is_as_written


@dataclass(frozen=True)
class Table:
    """The sealed columns of one table, and how its rows reach their case."""

    model: type[models.Model]
    columns: tuple[str, ...]
    of_assignment: bool = False  # it has no case of its own
    is_last: bool = False  # the last event of the case alone


ASKED = ("state", "asked_by_id", "asked_at", "ruled_by_id", "ruled_at")
# As in state.GROUPS: names and columns are sealed and stored, and never change. A
# column that is added makes a new group; events from before have no seal of it.
GROUPS_OF_ROWS: Mapping[str, Mapping[str, Table]] = MappingProxyType(
    {
        "people": {
            "co_speakers": Table(
                CoSpeaker,
                ("resident_id", "name", "phone", "phone_hash", "from_case_id"),
            ),
            "readers": Table(CaseAccess, ("post_id",)),
            "villages": Table(JoinedVillage, ("village_id",)),
            "concerns": Table(Concern, ("user_id", "village_id")),
        },
        "work": {
            "assignments": Table(
                Assignment,
                (
                    "round",
                    "role",
                    "post_id",
                    "office_id",
                    "ask",
                    "due_on",
                    "assigned_at",
                    "acknowledged_at",
                    "reported_at",
                    "report",
                    "waived_at",
                    "ended_at",
                    "end",
                ),
            ),
            "hand_backs": Table(
                HandBack, ("assignment_id", "ground", *ASKED), of_assignment=True
            ),
            "time_requests": Table(
                TimeRequest,
                (
                    "round",
                    "kind",
                    "reason",
                    "until_on",
                    "due_on",
                    "new_due_on",
                    "ended_at",
                    *ASKED,
                ),
            ),
            "reports": Table(
                MandatoryReport, ("at", "told", "told_at", "receipt", "post_id")
            ),
        },
        "clocks": {
            "clocks": Table(
                Clock,
                (
                    "round",
                    "stage",
                    "level",
                    "nth",
                    "rule",
                    "amount",
                    "unit",
                    "started_at",
                    "due_at",
                    "yellow_at",
                    "stopped_at",
                    "pauses",
                    "extended",
                    "rejected",
                    "is_provisional",
                ),
            ),
        },
        "answers": {
            "replies": Table(Reply, ("round", "at", "text", "post_id")),
        },
        "afterwords": {
            "afterwords": Table(
                Afterword,
                (
                    "said_at",
                    "due_at",
                    "yellow_at",
                    "owner_id",
                    "answered_at",
                    "end",
                    "answered_by_id",
                    "answer",
                ),
            ),
        },
        "ratings": {
            "ratings": Table(
                Rating,
                (
                    "round",
                    "at",
                    "satisfaction",
                    "solved",
                    "reason",
                    "how",
                    "entered_by_id",
                    "on_the_spot",
                    "drawn",
                ),
            ),
            "call_backs": Table(
                CallBack, ("at", "satisfaction", "solved", "how", "note", "post_id")
            ),
        },
    }
)
# The row's key is sealed with it, its case by whose rows they are. When somebody has to
# look at a clock next is supervision's own note, which no move writes.
NOT_SEALED_OF_ROWS: Mapping[type[models.Model], frozenset[str]] = MappingProxyType(
    {Clock: frozenset({"look_at"})}
)


@dataclass(frozen=True)
class Row:
    """One row as it is sealed: of which table, its key, its columns in order; and
    whether they are stored in the form in which we write them.
    """

    table: str
    key: int
    values: Mapping[str, object]
    is_as_written: bool = True

    def as_sealed(self) -> list[object]:
        return [self.table, self.key, *self.values.values()]


Beside = dict[str, list[Row]]  # the rows of one case, by group


@dataclass(frozen=True)
class TableInGroup:
    """A table by its name in the group in which it is sealed."""

    group: str
    name: str
    table: Table


def state_of_rows(case: int, beside: Beside) -> dict[str, str]:
    """Return the seal of each group of the rows beside a case."""
    state = {}
    for group, rows in beside.items():
        values = [case, [row.as_sealed() for row in rows]]
        state[group] = sealed(values, f"case {group}")[:LENGTH]
    return state


def rows_beside(
    cases: Collection[int],
    groups: Iterable[str] = GROUPS_OF_ROWS,
    using: str = DEFAULT_DB_ALIAS,
) -> dict[int, Beside]:
    """Return the rows beside each of these cases, by group, in the order of tables and
    keys. One query, however many cases, groups and rows.

    The move that seals them and the check that compares them both read them so: a value
    has one form. ValueError and UndecryptableError: a value that was put in by SQL.
    """
    tables: list[TableInGroup] = []
    found: dict[int, Beside] = {case: {} for case in cases}
    for group in groups:
        for name, table in GROUPS_OF_ROWS[group].items():
            tables.append(TableInGroup(group, name, table))
        for beside in found.values():
            beside[group] = []

    for case, group, row in read_rows(tables, found, using):
        found[case][group].append(row)
    return found


def read_rows(
    tables: Sequence[TableInGroup], cases: Collection[int], using: str
) -> Iterator[tuple[int, str, Row]]:
    """Yield the rows of these tables, each with its case and its group. One query.

    Written out: the thirteen querysets of it would cost a move more than the database.
    """
    if not cases:
        return

    connection = connections[using]
    parts = []
    for nth, read in enumerate(tables):
        parts.append(_select(nth, read.table, len(cases), connection))
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(parts) + " ORDER BY 1, 3", [*cases] * len(parts)
        )
        found = cursor.fetchall()

    may_differ = connection.vendor == "sqlite"
    for nth, case, key, columns in found:
        read = tables[nth]
        stored = json.loads(columns)
        is_written = not may_differ or _is_as_written(read.table, stored)
        row = Row(read.name, key, _plain(read.table, stored), is_written)
        yield case, read.group, row


def _select(nth: int, table: Table, cases: int, connection: BaseDatabaseWrapper) -> str:
    """Return the SELECT of one table, with a place for each of so many cases: as one
    JSON the columns, so that all tables fit one query.
    """
    quote = connection.ops.quote_name
    is_postgresql = connection.vendor == "postgresql"
    as_json = "jsonb_build_object" if is_postgresql else "json_object"
    columns = ", ".join(f"'{name}', r.{quote(name)}" for name in table.columns)
    source = f"{quote(table.model._meta.db_table)} r"
    row_key = quote(str(table.model._meta.pk.column))
    owner = "r"
    if table.of_assignment:
        owner = "a"
        assignments = quote(Assignment._meta.db_table)
        source += f" JOIN {assignments} a ON a.id = r.assignment_id"
    if table.is_last:
        cases_of = quote(Case._meta.db_table)
        source += (
            f" JOIN {cases_of} c ON c.id = r.case_id AND c.event_count = r.sequence"
        )

    places = ", ".join(["%s"] * cases)
    return (
        f"SELECT {nth}, {owner}.case_id, r.{row_key}, {as_json}({columns})"  # noqa: S608 - nothing from outside is in it: tables and columns are the quoted ones of the models above, `owner` is r or a, places are %s for the keys
        f" FROM {source} WHERE {owner}.case_id IN ({places})"
    )


def _plain(table: Table, stored: Mapping[str, Any]) -> dict[str, object]:
    """Return the columns of a row in their order, as they are sealed: in the same form
    from every kind of database.
    """
    plain = {}
    for column in table.columns:
        field = table.model._meta.get_field(column)
        plain[column] = _value(field, stored[column])
    return plain


def _is_as_written(table: Table, stored: Mapping[str, Any]) -> bool:
    fields = {column: table.model._meta.get_field(column) for column in table.columns}
    return all(is_as_written(fields[name], stored[name]) for name in fields)


def _value(field: Any, value: Any) -> object:
    if value is None:
        return None
    if isinstance(field, EncryptedTextField):
        return decrypted(value) if value else value
    if isinstance(field, models.DateTimeField):
        moment = datetime.fromisoformat(value)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment_in_seal(aware)
    if isinstance(field, models.BooleanField):
        return bool(value)
    if isinstance(field, models.UUIDField):
        return str(UUID(value))
    if isinstance(field, models.JSONField) and isinstance(value, str):
        return json.loads(value)
    return value
