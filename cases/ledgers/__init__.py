"""Ledgers: one tuple of columns each, for the page, the files, the print and the
API.
"""

from collections.abc import Mapping
from types import MappingProxyType

from cases.ledgers.book import AnyBook, Book, OtherBook
from cases.ledgers.handled import HANDLING, RESULTS, SATISFACTION
from cases.ledgers.heard import GENERAL, HOME_VISIT, TALK_ROOM
from cases.ledgers.loading import batches, read_behind, read_records
from cases.ledgers.meetings import MEETINGS
from cases.ledgers.record import Record, cases_read_in
from cases.ledgers.registers import ERRANDS, ONLINE, REQUESTS, VISITORS
from cases.ledgers.shifts import DUTY
from minshi.errors import Text

# in the order of the design, the registers of the counter behind the ledgers
_of_cases = (
    GENERAL,
    TALK_ROOM,
    HOME_VISIT,
    ONLINE,
    HANDLING,
    RESULTS,
    SATISFACTION,
    REQUESTS,
    VISITORS,
    ERRANDS,
)
BOOKS_OF_CASES: Mapping[str, Book] = MappingProxyType(
    {book.key: book for book in _of_cases}
)
_books: dict[str, AnyBook] = {**BOOKS_OF_CASES, MEETINGS.key: MEETINGS, DUTY.key: DUTY}
BOOKS: Mapping[str, AnyBook] = MappingProxyType(_books)


def titles_by_key() -> dict[str, Text]:
    """Return the titles of the ledgers of matters, by their keys."""
    titles = {}
    for key, book in BOOKS_OF_CASES.items():
        titles[key] = book.ledger.title_on_paper or book.ledger.title
    return titles


def add_book(book: AnyBook) -> None:
    """Put a ledger of an app above beside those of this one, as that app is made
    ready.
    """
    _books[book.key] = book


__all__ = [
    "BOOKS",
    "BOOKS_OF_CASES",
    "GENERAL",
    "AnyBook",
    "Book",
    "OtherBook",
    "Record",
    "add_book",
    "batches",
    "cases_read_in",
    "read_behind",
    "read_records",
    "titles_by_key",
]
