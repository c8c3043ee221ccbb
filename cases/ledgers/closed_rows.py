"""The rows of a closed ledger and its entries in red, as a reader may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cases.models import Case, FrozenLedger, FrozenRow, RedEntry
from cases.models.scope import Sight
from cases.privacy.reasons import show_reasons
from minshi import workdays


@dataclass(frozen=True)
class ShownRow:
    """A row of a closed ledger as its reader may see it, its number among those that
    they see, and what was entered in red about it, by column.
    """

    position: int
    number: str
    cells: list[str]
    red: dict[str, RedEntry]

    def in_columns(self, keys: Iterable[str]) -> list[tuple[str, RedEntry | None]]:
        """Pair each cell with its entry in red, the row's own with the first."""
        own = self.red.get("")
        paired = []
        for key, cell in zip(keys, self.cells, strict=True):
            paired.append((cell, self.red.get(key) or own))
            own = None
        return paired


def shown_rows(
    frozen: FrozenLedger, sight: Sight, start: int, most: int
) -> tuple[list[ShownRow], int | None]:
    """Return up to `most` of the rows that the reader may see, from the one with the
    number `start`, and the number of the next, if there is one. Three queries.

    A matter out of their sight is left out; of one that is secret to them, or whose
    speaker is hidden from them only since, they read the number alone. Rows are counted
    and not found by their position, for a gap would tell; there are few in a ledger.
    """
    counted = Case.objects.counted_for(sight.user, sight.on)
    found = frozen.frozen_rows.filter(case__in=counted.values("pk"))
    rows = list(found.order_by("position")[start - 1 : start + most])
    following = start + most if len(rows) > most else None

    cases = counted.filter(pk__in=[row.case_id for row in rows[:most]])
    in_sight = {case.pk: case for case in cases.select_related("town")}

    red: dict[int, dict[str, RedEntry]] = {}
    found_entries: QuerySet[RedEntry] = frozen.red_entries.filter(case__in=in_sight)
    entries = list(found_entries.select_related("by__user").order_by("pk"))
    show_reasons(entries)
    for entry in entries:
        red.setdefault(entry.case_id, {})[entry.column] = entry

    keys = [key for key, _heading in frozen.columns]
    shown = []
    still_seen = [row for row in rows[:most] if row.case_id in in_sight]
    for number, row in enumerate(still_seen, start):
        case = in_sight[row.case_id]
        cells = [row.cells.get(key, "") for key in keys]
        of_row = red.get(row.case_id, {})
        if not _may_read(case, sight, was_hidden=row.was_hidden):
            cells = [""] * len(keys)
            if "number" in keys:  # some ledgers have no column for it
                cells[keys.index("number")] = case.number
            of_row = {}
        shown.append(ShownRow(number, case.number, cells, of_row))
    return shown, following


@dataclass(frozen=True)
class ShownEntry:
    """An entry in red: the matter it is about, and whether that has a row at all."""

    number: str
    entry: RedEntry
    has_row: bool


def shown_entries(frozen: FrozenLedger, sight: Sight) -> list[ShownEntry]:
    """Return all that was entered in red of matters whose words the reader may see, in
    the order in which it was. Three queries, one where nothing was.
    """
    return _shown(frozen.red_entries.all(), sight)


def entries_of_these_days(frozen: FrozenLedger, sight: Sight) -> list[ShownEntry]:
    """Return what was entered in red, in the days of a closed ledger, of those closed
    before it: a mistake of a month stands in the month in which it was found (figures,
    freeze and red entry). Three queries, one where nothing was.
    """
    others = FrozenLedger.objects.filter(
        ledger=frozen.ledger, town=frozen.town_id, village=frozen.village_id
    ).exclude(pk=frozen.pk)
    begin = workdays.due_at(frozen.first_on - workdays.ONE_DAY)
    end = workdays.due_at(frozen.last_on)
    entries = RedEntry.objects.filter(book__in=others, at__gte=begin, at__lt=end)
    return _shown(entries, sight)


def _shown(found: QuerySet[RedEntry], sight: Sight) -> list[ShownEntry]:
    entries = list(found.select_related("by__user", "book").order_by("pk"))
    if not entries:
        return []
    show_reasons(entries)

    about = {entry.case_id for entry in entries}
    counted = Case.objects.counted_for(sight.user, sight.on)
    in_sight = {case.pk: case for case in counted.filter(pk__in=about)}

    books = {entry.book_id for entry in entries}
    rows = FrozenRow.objects.filter(book__in=books, case__in=in_sight)
    was_hidden = {
        (book, case): hidden
        for book, case, hidden in rows.values_list("book", "case", "was_hidden")
    }

    shown = []
    for entry in entries:
        case = in_sight.get(entry.case_id)
        if case is None:
            continue
        row = (entry.book_id, case.pk)
        if _may_read(case, sight, was_hidden=was_hidden.get(row, False)):
            shown.append(ShownEntry(case.number, entry, row in was_hidden))
    return shown


@dataclass
class AddedRow:
    """A matter without a row, which was put in later: the entry about the row itself,
    and what its cells say by their headings.
    """

    number: str
    entry: RedEntry
    cells: dict[str, str]


def added_rows(frozen: FrozenLedger, sight: Sight) -> list[AddedRow]:
    """Return the matters that were put in later, of those in sight, in the order in
    which they were. Three queries, one where nothing was entered in red.
    """
    headings = dict(frozen.columns)
    rows: dict[int, AddedRow] = {}
    for shown in shown_entries(frozen, sight):
        if shown.has_row:
            continue
        entry = shown.entry
        row = rows.setdefault(entry.case_id, AddedRow(shown.number, entry, {}))
        if entry.column in headings:
            row.cells[headings[entry.column]] = entry.now
        else:
            row.entry = entry
    return list(rows.values())


def _may_read(case: Any, sight: Sight, *, was_hidden: bool) -> bool:
    """Tell whether the words of a closed row may be read: not of a matter that is
    secret to the reader, or whose speaker is hidden from them only since.
    """
    return not case.redacted and (was_hidden or sight.shows_speaker(case))
