"""A closed ledger taken away, as a spreadsheet or a print: the rows as they stood, and
what was entered in red since. Each leaves a trace.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import IO, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.ledgers import BOOKS_OF_CASES
from cases.ledgers.closed_rows import (
    ShownEntry,
    ShownRow,
    entries_of_these_days,
    shown_entries,
    shown_rows,
)
from cases.ledgers.exports import MOST_PRINTED
from cases.ledgers.freezing import headline_of, titled
from cases.ledgers.period import in_words
from cases.models import FrozenLedger, RedEntry
from cases.models.scope import Sight
from cases.privacy.reasons import reason_of
from minshi import tabular
from minshi.errors import MoveRefused, said_purpose
from minshi.file_names import file_name
from minshi.handed_on import file_to_hand_on
from minshi.tabular import Column, Ledger
from minshi.text import clean_text
from minshi.workdays import local_day
from villages.audit import record_audit
from villages.models import User
from villages.models.audit import AuditKind

ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Corrected:
    """An entry in red as a row of its own sheet."""

    shown: ShownEntry

    @property
    def entry(self) -> RedEntry:
        return self.shown.entry

    @property
    def column(self) -> str:
        """The heading of its column; empty where the whole row is meant."""
        headings: dict[str, str] = dict(self.entry.book.columns)
        return headings.get(self.entry.column, "")

    @property
    def days(self) -> str:
        """The days of the closed ledger that it puts right."""
        return in_words(self.entry.book.first_on, self.entry.book.last_on)


IN_RED: Ledger[Corrected] = Ledger(
    key="in_red",
    title=pgettext_lazy("ledger", "Entries in red"),
    columns=(
        Column(
            "number",
            pgettext_lazy("ledger", "Matter No."),
            lambda r: r.shown.number,
            width=16,
        ),
        Column("column", pgettext_lazy("ledger", "Column"), lambda r: r.column),
        Column(
            "was",
            pgettext_lazy("ledger", "As it stood"),
            lambda r: r.entry.was,
            width=30,
        ),
        Column(
            "now", pgettext_lazy("ledger", "As it is"), lambda r: r.entry.now, width=30
        ),
        Column(
            "reason",
            pgettext_lazy("ledger", "Why it was put right"),
            lambda r: r.entry.reason,
            width=20,
        ),
        Column(
            "on",
            pgettext_lazy("ledger", "Entered on"),
            lambda r: r.entry.at,
            kind="date",
        ),
        Column(
            "by",
            pgettext_lazy("ledger", "Entered by"),
            lambda r: str(r.entry.by.user),
        ),
    ),
)

OF_EARLIER: Ledger[Corrected] = replace(
    IN_RED,
    key="of_earlier",
    title=pgettext_lazy("ledger", "Corrections of earlier ledgers"),
    columns=(
        Column(
            "days", pgettext_lazy("ledger", "Ledger of"), lambda r: r.days, width=20
        ),
        *IN_RED.columns,
    ),
)

WHAT_IT_LEAVES_OUT = gettext_lazy(
    "of hidden and secret matters number, dates and stage alone"
)


@dataclass(frozen=True)
class FrozenPaper:
    """A closed ledger for whoever may see it, with the reason why it is taken away."""

    frozen: FrozenLedger
    user: User
    at: datetime
    reason: str

    @property
    def headline(self) -> str:
        return headline_of(self.frozen)

    @property
    def what_it_leaves_out(self) -> str:
        return str(WHAT_IT_LEAVES_OUT)

    @property
    def keys(self) -> list[str]:
        return [key for key, _heading in self.frozen.columns]

    @property
    def unit(self) -> str:
        return self.frozen.place

    @property
    def on(self) -> date:
        return local_day(self.at)

    def ledger(self) -> Ledger[ShownRow]:
        """Return the columns as they were closed, as wide as they are today."""
        today = BOOKS_OF_CASES[self.frozen.ledger].ledger
        known = {column.key: column for column in today.columns}

        columns = []
        for place, (key, heading) in enumerate(self.frozen.columns):
            like = known.get(key) or Column(key, heading, _cell_at(place))
            column = replace(
                like, heading=heading, value=_cell_at(place), choices=(), reads=()
            )
            columns.append(column)
        return replace(today, columns=tuple(columns))

    def file(self, request: HttpRequest | None = None) -> IO[bytes]:
        """Return a spreadsheet as an open temporary file: the rows, and on a sheet of
        their own the entries in red. InputRefused: no reason.
        """
        self._require_reason()
        with file_to_hand_on() as out:
            tabular.write_workbook(out, self._sheets())
            self._log(AuditKind.EXPORT, request)
        return out

    def file_name(self, form: str) -> str:
        days = (self.frozen.first_on, self.frozen.last_on)
        place, user = self.frozen.place, str(self.user)
        return file_name(place, str(self.ledger().title), *days, user, form)

    def print(
        self, request: HttpRequest | None = None
    ) -> list[tuple[ShownRow, list[tuple[str, RedEntry | None]]]]:
        """Return the rows of a print, each with its cells and what stands in red beside
        them. InputRefused: no reason. MoveRefused: more rows than a page carries.
        """
        self._require_reason()
        rows = []
        for row in self._rows():
            rows.append((row, row.in_columns(self.keys)))
            if len(rows) > MOST_PRINTED:
                words = _("More than %(most)s rows do not fit a print; take the file.")
                raise MoveRefused(words % {"most": MOST_PRINTED})

        self._log(AuditKind.PRINT, request)
        return rows

    def _require_reason(self) -> None:
        said_purpose(self.reason)

    def _rows(self) -> Iterator[ShownRow]:
        """Yield the rows that the reader may see, read in batches."""
        start: int | None = 1
        while start is not None:
            rows, start = shown_rows(self.frozen, self._sight(), start, ROWS_AT_ONCE)
            yield from rows

    def _sight(self) -> Sight:
        return Sight.of(self.user, self.on)

    def _sheets(self) -> Iterator[tabular.SheetOf[Any]]:
        yield self._sheet(self.ledger(), self._rows())

        corrected = list(map(Corrected, shown_entries(self.frozen, self._sight())))
        if corrected:
            yield self._sheet(IN_RED, corrected)
        if earlier := of_earlier(self.frozen, self._sight()):
            yield self._sheet(OF_EARLIER, earlier)

    def _sheet(self, ledger: Ledger[Any], records: Any) -> tabular.SheetOf[Any]:
        return tabular.SheetOf(
            ledger,
            records,
            unit=self.unit,
            titled=titled(self.frozen.where),
            period=in_words(self.frozen.first_on, self.frozen.last_on),
            filled_by=str(self.user),
            on=self.on,
            conditions=f"（{WHAT_IT_LEAVES_OUT}）",
        )

    def _log(self, kind: AuditKind, request: HttpRequest | None) -> None:
        record_audit(
            kind,
            at=self.at,
            user=self.user,
            subject=_("closed: %(ledger)s") % {"ledger": self.headline},
            reason=reason_of(self.user, self.on, clean_text(self.reason)),
            request=request,
        )


def of_earlier(frozen: FrozenLedger, sight: Sight) -> list[Corrected]:
    """Return what was put right of earlier ledgers in the days of a closed one."""
    return list(map(Corrected, entries_of_these_days(frozen, sight)))


def _cell_at(place: int) -> Any:
    return partial(_cell, place)


def _cell(place: int, row: ShownRow) -> str:
    return row.cells[place]
