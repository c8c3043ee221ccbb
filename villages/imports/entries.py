"""A row of a list on its way in: its cells read by the columns, and what is wrong with
them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from villages.imports.cells import Stored, Unclear
from villages.imports.columns import Column
from villages.models import ImportRow
from villages.models.imports import Verdict


@dataclass(frozen=True)
class Problem:
    """Something to say about a row, at a column or ("") about all of it.

    A fault keeps the row out; anything else is only said.
    """

    column: str
    words: str
    is_fault: bool = True


@dataclass
class Entry:
    """A row as it is judged and put in."""

    row: ImportRow
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    verdict: Verdict = Verdict.NEW
    undo: dict[str, Any] = field(default_factory=dict)

    @property
    def has_fault(self) -> bool:
        return any(problem.is_fault for problem in self.problems)

    def is_wrong_at(self, column: str) -> bool:
        return any(
            problem.is_fault and problem.column == column for problem in self.problems
        )

    @property
    def first_fault(self) -> str:
        """The first fault in words; empty without any."""
        for problem in self.problems:
            if problem.is_fault:
                return problem.words
        return ""

    def fault(self, column: str, words: str) -> None:
        self.problems.append(Problem(column, words))
        self.verdict = Verdict.FAULTY

    def note(self, column: str, words: str) -> None:
        self.problems.append(Problem(column, words, is_fault=False))

    def write_back(self) -> ImportRow:
        """Return the row with what was found."""
        self.row.verdict = self.verdict
        self.row.problems = stored_problems(self.problems)
        self.row.undo = json.dumps(self.undo, ensure_ascii=False) if self.undo else ""
        return self.row


def stored_problems(problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    found = [[each.column, each.words, each.is_fault] for each in problems]
    return json.dumps(found, ensure_ascii=False)


def problems_of(row: ImportRow) -> list[Problem]:
    return [Problem(*found) for found in json.loads(row.problems or "[]")]


def cells_of(row: ImportRow) -> list[Stored]:
    cells: list[Stored] = json.loads(row.raw or "[]")
    return cells


def undo_of(row: ImportRow) -> dict[str, Any]:
    undo: dict[str, Any] = json.loads(row.undo or "{}")
    return undo


def entry_of(
    row: ImportRow,
    cells: Sequence[Stored],
    columns: Sequence[Column],
    places: Mapping[str, int],
    defaults: Mapping[str, Any],
) -> Entry:
    """Return a row with its cells read by the columns.

    `places` says at which place of the row each column stands, `defaults` what holds
    for a column without a cell. Each cell that cannot be understood, and each that is
    needed and missing, is a fault of the row; of a column that may be left out it is
    a note.
    """
    entry = Entry(row, {})
    for column in columns:
        place = places.get(column.key)
        cell = cells[place] if place is not None and place < len(cells) else None
        _read(entry, column, cell, defaults.get(column.key))
    return entry


def _read(entry: Entry, column: Column, cell: Stored, default: Any) -> None:
    try:
        value = column.read(cell)
    except Unclear as unclear:
        entry.values[column.key] = None
        if column.may_be_left_out:
            words = _("Left out here. %(why)s")
            entry.note(column.key, words % {"why": unclear})
        else:
            entry.fault(column.key, str(unclear))
        return

    if value in (None, ""):
        value = default
    if column.is_needed and value in (None, ""):
        entry.fault(column.key, _("Fill this in."))
    if isinstance(value, str) and len(value) > column.longest:
        words = _("At most %(most)s characters.") % {"most": column.longest}
        entry.fault(column.key, words)
    entry.values[column.key] = value
