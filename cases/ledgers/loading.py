"""Reads what the columns of a ledger need, in a fixed number of queries for each batch
of cases.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F, OuterRef, QuerySet, Subquery, Value

from cases.ledgers.book import AnyBook, Book, MayUnmask
from cases.ledgers.record import Record, is_redacted
from cases.lists.paging import page_of
from cases.models import Assignment, Case, Event, Rating
from cases.models.scope import CaseQuerySet, Sight
from cases.workflow import Action
from minshi.tabular import Ledger
from villages.models import Town

BATCH = 500
Row = TypeVar("Row", Assignment, Event, Rating)


def nobody(_case: Case) -> bool:
    return False


def read_records(
    book: AnyBook,
    rows: Sequence[Any],
    *,
    sight: Sight,
    at: datetime,
    may_unmask: MayUnmask = nobody,
) -> list[Any]:
    """A record for each row of the book, a case's values opened where `may_unmask` says
    so; at most four queries.
    """
    if isinstance(book, Book):
        return read_cases(book, rows, sight=sight, at=at, may_unmask=may_unmask)
    return book.read(rows, sight=sight, at=at, may_unmask=may_unmask)


def read_cases(
    book: Book,
    cases: Sequence[Case],
    *,
    sight: Sight,
    at: datetime,
    may_unmask: MayUnmask,
) -> list[Record]:
    shown = [case.pk for case in cases if not is_redacted(case)]
    held = _by_case(_assignments(shown)) if book.assignments else {}
    happened = _by_case(_events(shown, book.events)) if book.events else {}
    rated = (
        _by_case(
            Rating.objects.filter(case__in=shown).select_related("entered_by__user")
        )
        if book.ratings
        else {}
    )
    return [
        Record(
            case=case,
            sight=sight,
            at=at,
            unmasked=may_unmask(case),
            assignments=held.get(case.pk, []),
            events=happened.get(case.pk, []),
            ratings=rated.get(case.pk, []),
        )
        for case in cases
    ]


def read_behind(
    cases: CaseQuerySet,
    acts: tuple[Action, ...],
    *,
    sight: Sight,
    at: datetime,
    may_unmask: MayUnmask = nobody,
) -> dict[int, Record]:
    """The cases within the reader's sight that stand behind rows of another kind, by
    primary key, with who handles them and the acts named. Four queries.
    """
    book = Book(Ledger("", "", ()), "", lambda rows: rows, acts, assignments=True)
    whole = list(cases.annotate(redacted=Value(False)).with_record())
    records = read_cases(book, whole, sight=sight, at=at, may_unmask=may_unmask)
    return {record.case.pk: record for record in records}


def batches(cases: QuerySet[Any], order: Sequence[str]) -> Iterator[list[Any]]:
    """The rows in order, a key-set page at a time: memory does not grow with their
    number.
    """
    after = ""
    while True:
        page = page_of(cases, order, after, BATCH)
        yield page.rows
        after = page.after
        if not after:
            return


def _assignments(cases: list[int]) -> QuerySet[Assignment]:
    county = Town.objects.filter(county_code=OuterRef("post__county_code")).values(
        "county_name"
    )[:1]
    return (
        Assignment.objects.filter(case__in=cases)
        .select_related(
            "office",
            "post__user",
            "post__town",
            "post__office",
            "post__village",
            "post__group__village",
        )
        .annotate(county_name=Subquery(county))
    )


def _events(cases: list[int], actions: Sequence[Action]) -> QuerySet[Event]:
    """With the office its actor acted for."""
    wanted = Event.objects.filter(case__in=cases, action__in=actions).select_related(
        "user"
    )
    return wanted.annotate(office=F("post__office"))


def _by_case(rows: QuerySet[Row]) -> dict[int, list[Row]]:
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.case_id].append(row)
    return grouped
