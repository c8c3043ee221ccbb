"""A ledger: its columns, the cases that belong in it, and the date that orders them."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, ClassVar, Self

from django.utils.translation import pgettext_lazy

from cases.ledgers.belonging import Narrow
from cases.lists.filters import CaseFilter
from cases.lists.row_filters import VillageFilter
from cases.models import Case
from cases.models.scope import CaseQuerySet, Sight
from cases.workflow import Action
from minshi.errors import Text
from minshi.tabular import Column, Ledger
from villages.models import User

MayUnmask = Callable[[Case], bool]
# the actions whose events say who of an office handles
RESPONSIBLE = (
    Action.SETTLE,
    Action.ACKNOWLEDGE,
    Action.COMPLETE,
)


# of rows that each say their `town` and `village`; in no ledger of a single one
TOWN: Column[Any] = Column("town", pgettext_lazy("ledger", "Town"), lambda r: r.town)
VILLAGE: Column[Any] = Column(
    "village", pgettext_lazy("ledger", "Village"), lambda r: r.village, width=9
)


DAYS_IN_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "registered_at": pgettext_lazy("ledger", "by the day of registration"),
        "said_at": pgettext_lazy("ledger", "by the day it was said"),
        "decided_at": pgettext_lazy("ledger", "by the day of the decision"),
        "closed_at": pgettext_lazy("ledger", "by the day of closing"),
        "first_rated_at": pgettext_lazy("ledger", "by the day of the call-back"),
    }
)


@dataclass(frozen=True)
class Dated:
    """Columns, and the date that orders the rows: the part common to every ledger.

    `names_no_village`: a book of one village, whose columns leave it out.
    """

    ledger: Ledger[Any]
    date: str
    names_no_village: bool = field(default=False, kw_only=True)

    @property
    def key(self) -> str:
        return self.ledger.key

    @property
    def by_which_day(self) -> Text:
        """The day by which a row is of a period, in words."""
        return DAYS_IN_WORDS.get(self.date, "")

    @property
    def order(self) -> tuple[str, str]:
        """The ledger's own date, the earliest first, as in a book written by hand."""
        return (self.date, "id")

    @property
    def newest_first(self) -> tuple[str, str]:
        """The ledger's own date, the latest first, as on a screen."""
        return (f"-{self.date}", "-id")

    def is_read_by(self, user: User, on: dt.date) -> bool:
        """Tell whether the ledger may ever have a row for the user; True, where it does
        not say.
        """
        return True

    def for_reader(self, user: User, on: dt.date) -> Self:
        """Return the ledger as the user reads it: with the town of each row, where
        they oversee several, and with its village, where no other column tells which
        of several it is; otherwise with its own columns alone.
        """
        reach = user.reach(on)
        places = []
        if reach.spans_towns:
            places.append(TOWN)
        if reach.spans_villages and self.names_no_village:
            places.append(VILLAGE)
        return self._with(places)

    def of_several_villages(self) -> Self:
        """Return the ledger of a whole town: with the village of each row, where no
        other column tells it.
        """
        return self._with([VILLAGE] if self.names_no_village else [])

    def _with(self, places: list[Column[Any]]) -> Self:
        if not places:
            return self

        # behind what a row is known by, and the date it is entered under
        first, second, *_rest = self.ledger.columns
        known_by = (first, second) if second.kind == "date" else (first,)
        columns = (*known_by, *places, *self.ledger.columns[len(known_by) :])
        return replace(self, ledger=replace(self.ledger, columns=columns))


@dataclass(frozen=True)
class Book(Dated):
    """A ledger of cases: `date` orders them and is what a period means.

    `belongs` narrows the cases in sight to those of the ledger. The rest says what to
    read of each: the events that the columns read, those of `unread_events`, the
    assignments, the ratings, and what `enrich` adds to the query of the cases.

    Books of other rows (`OtherBook`) say the same of theirs, so that page, files, print
    and API serve all.
    """

    belongs: Narrow
    unread_events: tuple[Action, ...] = ()  # loaded, though no column reads them
    assignments: bool = False
    ratings: bool = False
    enrich: Narrow = field(default=lambda cases: cases)
    filterset: ClassVar[type[CaseFilter]] = CaseFilter

    @property
    def events(self) -> tuple[str, ...]:
        """The actions whose events are loaded with the cases, each once."""
        actions: list[str] = [*self.unread_events]
        for column in self.ledger.columns:
            actions += column.reads
        return tuple(dict.fromkeys(actions))

    @property
    def has_own_date(self) -> bool:
        """True where the date is a column of the matter: each of these has an index."""
        return self.date in {field.name for field in Case._meta.concrete_fields}

    def in_sight(self, user: User, on: dt.date) -> CaseQuerySet:
        """Return the matters heard that the reader's filters narrow."""
        return Case.objects.counted_for(user, on).heard()

    def whole(self, rows: CaseQuerySet) -> CaseQuerySet:
        """Add to the query of the cases everything that a row shows."""
        return self.enrich(rows).with_ledger_row()

    def whole_of_many(self, rows: CaseQuerySet) -> CaseQuerySet:
        """Add the same to a query of thousands of rows."""
        return self.enrich(rows).with_ledger_rows()


@dataclass(frozen=True)
class OtherBook(Dated, ABC):
    """A ledger whose rows are no cases: those in sight, what each shows, and who takes
    it away.
    """

    filterset: ClassVar[type[VillageFilter]]

    @abstractmethod
    def in_sight(self, user: User, on: dt.date) -> Any:
        """Return the rows that the reader's filters narrow."""

    def belongs(self, rows: Any) -> Any:
        """Narrow rows to those of the ledger: all, where a ledger does not say."""
        return rows

    @abstractmethod
    def whole(self, rows: Any) -> Any:
        """Add to the query of the rows everything that a row shows."""

    def whole_of_many(self, rows: Any) -> Any:
        """Add the same to a query of thousands of rows."""
        return self.whole(rows)

    @abstractmethod
    def takeable(self, rows: Any, user: User, on: dt.date) -> Any:
        """Narrow rows in sight to those that the user may take away (domain §3, opening
        and exporting).
        """

    @abstractmethod
    def read(
        self,
        rows: Sequence[Any],
        *,
        sight: Sight,
        at: dt.datetime,
        may_unmask: MayUnmask,
    ) -> list[Any]:
        """Return a record for each row, in a fixed number of queries."""


AnyBook = Book | OtherBook
