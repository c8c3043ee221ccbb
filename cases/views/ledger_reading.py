"""One ledger as an address asks for it: its rows, their order, its filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField

from cases.ledgers import AnyBook, Book
from cases.ledgers.arranged import own_ledger
from cases.ledgers.asked import Asked
from cases.ledgers.conditions import Conditions
from cases.ledgers.period import PeriodForm, in_words
from cases.lists.filter_fields import oversees_towns
from cases.lists.filters import CaseFilter
from cases.models import OwnLedger
from villages.models import User

# the filters of a ledger of cases, and those folded away with the days
SHOWN_OF_CASES = ("category", "grade")
FOLDED_DAYS = ("since", "until")
FOLDED_OF_CASES = (
    "light",
    "mode",
    "channel",
    "handling",
    "level",
    "concluded",
)
# of these several may be chosen
TICKED = ("stage", "villages")
OLDEST, NEWEST = "oldest", "newest"


@dataclass(frozen=True)
class Reading:
    """One ledger as the address asks for it."""

    book: AnyBook
    asked: Asked
    own: OwnLedger
    oldest_first: bool

    @classmethod
    def of(cls, book: AnyBook, asked: Asked) -> "Reading":
        own = own_ledger(asked.user, book)
        first = asked.query.get("first", "")
        return cls(book, asked, own, _is_oldest_first(first, own))

    @property
    def user(self) -> User:
        return self.asked.user

    @property
    def period_form(self) -> PeriodForm:
        return self.asked.period_form

    @property
    def query(self) -> str:
        return self.asked.query.urlencode()

    @property
    def listed(self) -> Any:
        return self.asked.lists[self.book.filterset]

    @property
    def other_first(self) -> str:
        """The order that the page offers beside its own."""
        return NEWEST if self.oldest_first else OLDEST

    @property
    def order(self) -> tuple[str, str]:
        return self.book.order if self.oldest_first else self.book.newest_first

    def counting_order(self, own: Sequence[str]) -> Sequence[str]:
        listed: CaseFilter = self.asked.lists[CaseFilter]
        return listed.counting_order(own)

    @property
    def finds_in_no_order(self) -> bool:
        """True where an index finds the rows that does not give their order; of a
        ledger whose date is no column of the matter that is said by its query alone.
        """
        book = self.book
        if not isinstance(book, Book) or not book.has_own_date:
            return False
        listed: CaseFilter = self.listed
        return listed.finds_in_no_order

    @property
    def is_of_cases(self) -> bool:
        return isinstance(self.book, Book)

    def rows(self, book: AnyBook) -> Any:
        """Return the rows of a book that the address asks for."""
        return self.asked.rows(book)

    @property
    def shows_more(self) -> bool:
        """True where something is wrong in one of the filters folded away."""
        return any(field.errors for field in (*self.filters_folded, *self.ticked))

    @property
    def narrowed_by(self) -> str:
        """The filters folded away that are in use, in words; "" without any. They stay
        folded, so that the rows do not go out of sight.
        """
        if self.shows_more:
            return ""
        parts = []
        if any(self.period_form.data.get(name) for name in FOLDED_DAYS):
            parts.append(in_words(*self.asked.period.bounds(self.asked.on)))
        folded = Conditions.of(self.listed, among=(*FOLDED_OF_CASES, *TICKED))
        parts += folded.parts()
        return "；".join(parts)

    @property
    def filters_shown(self) -> list[BoundField]:
        fields = [self.period_form["period"]]
        if oversees_towns(self.user):
            fields.append(self.listed.form["town"])
        fields.append(self.listed.form["village"])
        if self.is_of_cases:
            fields += [self.listed.form[name] for name in SHOWN_OF_CASES]
        if "q" in self.listed.form.fields:
            search = self.listed.form["q"]  # its label takes no room of its own
            search.field.widget.attrs["placeholder"] = search.label
            fields.append(search)
        return fields

    @property
    def filters_folded(self) -> list[BoundField]:
        fields = [self.period_form[name] for name in FOLDED_DAYS]
        if self.is_of_cases:
            fields += [self.listed.form[name] for name in FOLDED_OF_CASES]
        return fields

    @property
    def ticked(self) -> list[BoundField]:
        """The filters of which several may be chosen; villages for whoever reads more
        than one.
        """
        fields = [self.listed.form["stage"]] if self.is_of_cases else []
        villages = self.listed.form["villages"]
        if len(villages.field.places()) > 1:
            fields.append(villages)
        return fields


def _is_oldest_first(asked: str, own: OwnLedger) -> bool:
    """Tell which row comes first: as asked, else as the reader keeps the ledger."""
    if asked in (OLDEST, NEWEST):
        return asked == OLDEST
    return own.oldest_first
