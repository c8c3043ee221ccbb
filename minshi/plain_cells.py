"""Cells of a ledger as a spreadsheet knows them: text, number, day or nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import TypeAlias, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from minshi.errors import Text
from minshi.workdays import SHANGHAI, local_day

T = TypeVar("T")
Cell: TypeAlias = Text | int | float | Decimal | date | None
Row: TypeAlias = list[Cell]
MOST_WORDS = 1_000  # a ledger has a few dozen; a text made for one row is met once


def plain_rows(
    columns: Sequence[tuple[Callable[[T], Cell], str]],
    records: Iterable[T],
    *,
    start: int = 1,
    is_total: Callable[[T], bool] | None = None,
) -> Iterator[Row]:
    """Yield a row for each record, its number from `start` first; a total has none.

    Each column is what reads its cell of a record, with its kind.
    """
    words = _Words()
    numbers = count(start)

    for record in records:
        has_number = is_total is None or not is_total(record)
        row: Row = [next(numbers) if has_number else None]
        for value, kind in columns:
            cell = value(record)
            is_plain = type(cell) is str or cell is None
            row.append(cell if is_plain else _plain(cell, kind, words))
        yield row


def _plain(cell: Cell, kind: str, words: "_Words") -> Cell:
    """Return a cell as a spreadsheet knows it: text, number, day or nothing."""
    if isinstance(cell, Promise):
        return words.translated(cell)
    if isinstance(cell, datetime):
        day = local_day(cell)
        return day if kind == "date" else f"{day} {cell.astimezone(SHANGHAI):%H:%M}"
    if isinstance(cell, bool):
        return words.yes if cell else words.no
    if isinstance(cell, date):
        return cell

    is_number = kind == "number" and not isinstance(cell, str)
    return cell if is_number else str(cell)


class _Words:
    """The words that stand in many cells, each translated once a file."""

    def __init__(self) -> None:
        self.yes = _("Yes")
        self.no = _("No")
        # by their identity, since to compare them they would be translated; they are
        # kept beside, so that no other can take the place of one
        self._translated: dict[int, tuple[Promise, str]] = {}

    def translated(self, text: Promise) -> str:
        known = self._translated.get(id(text))
        if known is None:
            known = (text, str(text))
            if len(self._translated) < MOST_WORDS:
                self._translated[id(text)] = known
        return known[1]
