"""A ledger: its columns, the cases that belong in it, and the date that orders them."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cases.ledgers.belonging import Narrow
from cases.lists.filters import CaseFilter, VillageFilter
from cases.models import Case
from cases.models.scope import CaseQuerySet, Sight
from cases.workflow import Action
from minshi.tabular import Ledger
from villages.models import User

MayUnmask = Callable[[Case], bool]
# the acts that name who of an office handles
RESPONSIBLE = (
    Action.SETTLE,
    Action.ACKNOWLEDGE,
    Action.COMPLETE,
)


@dataclass(frozen=True)
class Dated:
    """What every ledger has: its columns, and the date that orders its rows."""

    ledger: Ledger[Any]
    date: str

    @property
    def key(self) -> str:
        return self.ledger.key

    @property
    def order(self) -> tuple[str, str]:
        """By its own date, the earliest first, as in a book written by hand."""
        return (self.date, "id")


@dataclass(frozen=True)
class Book(Dated):
    """A ledger with its cases: `date` orders them and is what a period means; the rest
    says what to read.

    Books of other rows (`OtherBook`) say the same of theirs, so that page, files, print
    and API serve all.
    """

    belongs: Narrow
    events: tuple[Action, ...] = ()
    assignments: bool = False
    ratings: bool = False
    enrich: Narrow = field(default=lambda cases: cases)
    filterset: ClassVar[type[CaseFilter]] = CaseFilter

    def in_sight(self, user: User, on: dt.date) -> CaseQuerySet:
        """What the reader's filters narrow."""
        return Case.objects.counted_for(user, on)

    def whole(self, rows: CaseQuerySet) -> CaseQuerySet:
        """With everything a row shows."""
        return self.enrich(rows).with_record()


@dataclass(frozen=True)
class OtherBook(Dated, ABC):
    """A ledger whose rows are no cases: what is in sight, what a row shows, and who
    takes it away.
    """

    filterset: ClassVar[type[VillageFilter]]

    @abstractmethod
    def in_sight(self, user: User, on: dt.date) -> Any:
        """The rows that the reader's filters narrow."""

    def belongs(self, rows: Any) -> Any:
        """Those of them that are of the ledger: all, where a ledger does not say."""
        return rows

    @abstractmethod
    def whole(self, rows: Any) -> Any:
        """With everything a row shows."""

    @abstractmethod
    def takeable(self, rows: Any, user: User, on: dt.date) -> Any:
        """Of the rows in sight, what may be taken away (domain §3, opening and
        exporting).
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
        """A record for each row, in a fixed number of queries."""


AnyBook = Book | OtherBook
