"""The rows of ledgers that an address asks for, on a page and in a job alike."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict

from cases.ledgers import BOOKS, AnyBook
from cases.ledgers.period import Period, PeriodForm
from villages.models import User

NAME_OF_FILTER = re.compile(r"[a-z_]{1,30}")
# a choice, the key of a row, a day: of these none is a person
PLAIN_VALUE = re.compile(r"[a-z_]{1,30}|\d{1,6}|\d{4}-\d\d(?:-\d\d)?")
# the place in the list, and the order of a list: a ledger has one of its own
OWN_PARAMETERS = ("after", "from_row", "order", "whole")


@dataclass(frozen=True)
class Asker:
    """Whoever asks and what for, as filters read it from a request."""

    user: User
    GET: QueryDict
    # the places that its filters have read, each once
    places_found: dict[str, Any] = field(default_factory=dict)


class Lists(dict[Any, Any]):
    """The filter of each kind of row, by its class; made when it is first asked for."""

    def __init__(self, asker: Asker, on: date) -> None:
        super().__init__()
        self.asker = asker
        self.on = on

    def __missing__(self, kind: Any) -> Any:
        book = next(book for book in BOOKS.values() if book.filterset is kind)
        rows = book.in_sight(self.asker.user, self.on)
        data = self.asker.GET or None
        self[kind] = kind(data, rows, request=self.asker)
        return self[kind]


@dataclass(frozen=True)
class Asked:
    """What an address asks of the ledgers: filters, and days."""

    user: User
    on: date
    query: QueryDict
    lists: Lists
    period_form: PeriodForm

    @classmethod
    def read(cls, user: User, on: date, given: QueryDict) -> "Asked":
        """Read the parameters of an address. No query of the database."""
        query = given.copy()
        for name in OWN_PARAMETERS:
            query.pop(name, None)

        lists = Lists(Asker(user, query), on)
        return cls(user, on, query, lists, PeriodForm(query))

    def rows(self, book: AnyBook) -> Any:
        """Return the rows of a book that are asked for; none for days that cannot be
        read.
        """
        rows = self.lists[book.filterset].qs
        if not self.period_form.is_valid():
            return book.belongs(rows).none()  # still with the columns of its order
        return self.period.of(book, rows)

    @property
    def period(self) -> Period:
        return self.period_form.chosen(self.on)

    @property
    def filters(self) -> str:
        """The filters in use, for the log of exports.

        The words searched for may be a name or a phone: the log says that there was a
        search, not for what. So may whatever else stands in an address typed by hand.
        """
        parts = []
        for name, values in self.query.lists():
            if not NAME_OF_FILTER.fullmatch(name):
                continue
            for value in filter(None, values):
                is_plain = name != "q" and PLAIN_VALUE.fullmatch(str(value))
                parts.append(f"{name}={value}" if is_plain else f"{name}=…")
        return "&".join(parts)
