"""Ledgers: one tuple of columns each, for the page, the files, the print and the API."""

from collections.abc import Mapping
from types import MappingProxyType

from cases.ledgers.book import AnyBook, Book
from cases.ledgers.handled import HANDLING, RESULTS, SATISFACTION
from cases.ledgers.heard import GENERAL, HOME_VISIT, TALK_ROOM
from cases.ledgers.loading import batches, read_records
from cases.ledgers.meetings import MEETINGS
from cases.ledgers.record import Record
from cases.ledgers.shifts import DUTY

BOOKS_OF_CASES: Mapping[str, Book] = MappingProxyType(
    {book.key: book for book in (GENERAL, TALK_ROOM, HOME_VISIT, HANDLING, RESULTS, SATISFACTION)}
)
BOOKS: Mapping[str, AnyBook] = MappingProxyType({**BOOKS_OF_CASES, MEETINGS.key: MEETINGS, DUTY.key: DUTY})

__all__ = [
    "BOOKS",
    "BOOKS_OF_CASES",
    "AnyBook",
    "Book",
    "Record",
    "batches",
    "read_records",
]
