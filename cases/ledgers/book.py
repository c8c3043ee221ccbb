"""A ledger: its columns, the cases that belong in it, and the date that orders them."""

from dataclasses import dataclass, field

from cases.ledgers.belonging import Narrow
from cases.ledgers.record import Record
from cases.workflow import Action
from minshi.tabular import Ledger

RESPONSIBLE = (Action.SETTLE, Action.ACKNOWLEDGE, Action.COMPLETE)  # the acts that name who of an office handles


@dataclass(frozen=True)
class Book:
    """A ledger with its cases: `date` orders them and is what a period means; the rest says what to read."""

    ledger: Ledger[Record]
    date: str
    belongs: Narrow
    events: tuple[Action, ...] = ()
    assignments: bool = False
    ratings: bool = False
    enrich: Narrow = field(default=lambda cases: cases)

    @property
    def key(self) -> str:
        return self.ledger.key

    @property
    def order(self) -> tuple[str, str]:
        """By its own date, the earliest first, as in a book written by hand."""
        return (self.date, "id")
