"""Ledgers: one tuple of columns each, for the page, the files, the print and the API."""

from collections.abc import Mapping
from types import MappingProxyType

from cases.ledgers.book import Book
from cases.ledgers.handled import HANDLING, RESULTS, SATISFACTION
from cases.ledgers.heard import GENERAL, HOME_VISIT, TALK_ROOM
from cases.ledgers.loading import batches, read_records
from cases.ledgers.record import Record

BOOKS: Mapping[str, Book] = MappingProxyType(
    {book.key: book for book in (GENERAL, TALK_ROOM, HOME_VISIT, HANDLING, RESULTS, SATISFACTION)}
)

__all__ = ["BOOKS", "Book", "Record", "batches", "read_records"]
