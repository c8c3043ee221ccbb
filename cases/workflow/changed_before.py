"""The groups of a case that SQL had changed before a move, so that no move seals them
as its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from django.db import DEFAULT_DB_ALIAS

from cases.models import Case, Event, StateAtUpdate
from cases.workflow.record import EVENT_COLUMNS, hash_of
from cases.workflow.sealed_rows import (
    GROUPS_OF_ROWS,
    Beside,
    Row,
    Table,
    TableInGroup,
    read_rows,
    state_of_rows,
)
from cases.workflow.state import state_of

SEALING = "sealing"  # beside the groups of rows
LAST_EVENT = "last_event"
# in the order in which one stands before the other
TABLES_THAT_SEAL: Mapping[str, Table] = MappingProxyType(
    {
        "at_update": Table(StateAtUpdate, ("state",)),
        LAST_EVENT: Table(Event, EVENT_COLUMNS, is_last=True),
    }
)


def note_what_was_changed(case: Case) -> None:
    """Note on a locked case which groups of its columns, and of the rows beside it, do
    not fit its last event. One query.

    The events of the move carry no seal of these, and no later one does: the nightly
    check finds them from then on, whatever they hold.
    """
    beside: Beside = {group: [] for group in GROUPS_OF_ROWS}
    beside[SEALING] = []
    for _case, group, row in read_rows([*_tables()], [case.pk], DEFAULT_DB_ALIAS):
        beside[group].append(row)
    seals = _seals_in(beside.pop(SEALING), case)

    state = state_of(case) | state_of_rows(case.pk, beside)
    case.changed_before = frozenset(
        group for group, seal in state.items() if seals.get(group) != seal
    )


def _tables() -> Iterator[TableInGroup]:
    for group, tables in {**GROUPS_OF_ROWS, SEALING: TABLES_THAT_SEAL}.items():
        for name, table in tables.items():
            yield TableInGroup(group, name, table)


def _seals_in(rows: Iterable[Row], case: Case) -> dict[str, object]:
    """Return the seals of a case by group: of its last event, and those made at an
    update of what that does not seal. An event that was changed seals nothing.
    """
    seals: dict[str, object] = {}
    for row in rows:
        is_event = row.table == LAST_EVENT
        if is_event and hash_of([*row.values.values()]) != case.event_hash:
            return {}
        if isinstance(state := row.values["state"], dict):
            seals |= state
    return seals
