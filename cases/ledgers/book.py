"""A ledger: its columns, the cases that belong in it, and the date that orders them."""

import datetime as dt
from dataclasses import dataclass, field
from typing import ClassVar

from cases.filters import CaseFilter
from cases.ledgers.belonging import Narrow
from cases.ledgers.record import Record
from cases.models import Case
from cases.models.scope import CaseQuerySet
from cases.workflow import Action
from minshi.tabular import Ledger
from villages.models import User

RESPONSIBLE = (Action.SETTLE, Action.ACKNOWLEDGE, Action.COMPLETE)  # the acts that name who of an office handles


@dataclass(frozen=True)
class Book:
    """A ledger with its cases: `date` orders them and is what a period means; the rest says what to read.

    `ShiftBook` says the same of its own rows, so that page, files, print and API serve both.
    """

    ledger: Ledger[Record]
    date: str
    belongs: Narrow
    events: tuple[Action, ...] = ()
    assignments: bool = False
    ratings: bool = False
    enrich: Narrow = field(default=lambda cases: cases)
    filterset: ClassVar[type[CaseFilter]] = CaseFilter

    @property
    def key(self) -> str:
        return self.ledger.key

    @property
    def order(self) -> tuple[str, str]:
        """By its own date, the earliest first, as in a book written by hand."""
        return (self.date, "id")

    def in_sight(self, user: User, on: dt.date) -> CaseQuerySet:
        """What the reader's filters narrow."""
        return Case.objects.counted_for(user, on)

    def whole(self, rows: CaseQuerySet) -> CaseQuerySet:
        """With everything a row shows."""
        return self.enrich(rows).with_record()
