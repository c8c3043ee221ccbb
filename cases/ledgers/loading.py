"""Reading of what the columns of a ledger need, in a fixed number of queries for each
batch of rows.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import (
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    prefetch_related_objects,
)

from cases.ledgers.book import AnyBook, Book, MayUnmask
from cases.ledgers.record import Record, is_redacted
from cases.lists.paging import page_of
from cases.models import Assignment, Case, Event, Rating
from cases.models.scope import CaseQuerySet, Sight
from cases.workflow import Action
from cases.workflow.writers import writers_for
from villages.models import Town

BATCH = 1000
Row = TypeVar("Row", Assignment, Event, Rating)


def keep_masked(_case: Case) -> bool:
    """Open the names and phones of no case; a `MayUnmask`."""
    return False


def read_records(
    book: AnyBook,
    rows: Sequence[Any],
    *,
    sight: Sight,
    at: datetime,
    may_unmask: MayUnmask = keep_masked,
) -> list[Any]:
    """Return a record for each row of the book. At most four queries.

    The names and phones of a case are opened where `may_unmask` says so.
    """
    if isinstance(book, Book):
        return _read_cases(
            rows,
            sight=sight,
            at=at,
            may_unmask=may_unmask,
            actions=book.events,
            with_assignments=book.assignments,
            with_ratings=book.ratings,
        )
    return book.read(rows, sight=sight, at=at, may_unmask=may_unmask)


def read_behind(
    cases: CaseQuerySet,
    acts: tuple[Action, ...],
    *,
    sight: Sight,
    at: datetime,
    may_unmask: MayUnmask = keep_masked,
) -> dict[int, Record]:
    """Return, by primary key, the cases that stand behind rows of another kind.

    They must be within the reader's sight. Each comes with who handles it and the
    events of `acts`. Four queries.
    """
    rows = list(cases.annotate(redacted=Value(False)).with_record())
    records = _read_cases(
        rows,
        sight=sight,
        at=at,
        may_unmask=may_unmask,
        actions=acts,
        with_assignments=True,
        with_ratings=False,
    )
    return {record.case.pk: record for record in records}


def _read_cases(
    cases: Sequence[Case],
    *,
    sight: Sight,
    at: datetime,
    may_unmask: MayUnmask,
    actions: Sequence[str],
    with_assignments: bool,
    with_ratings: bool,
) -> list[Record]:
    """Return a record for each case; of a redacted one nothing else is read.

    Where who spoke is hidden from the reader: who wrote what there is, and their own
    words as they typed them. Two queries more.
    """
    shown = [case.pk for case in cases if not is_redacted(case)]

    assignments: dict[int, list[Assignment]] = {}
    if with_assignments:
        assignments = _by_case(_assignments(shown))

    events: dict[int, list[Event]] = {}
    if actions:
        events = _by_case(_events(shown, actions))

    ratings: dict[int, list[Rating]] = {}
    if with_ratings:
        found = Rating.objects.filter(case__in=shown)
        ratings = _by_case(found.select_related("entered_by__user"))

    readable = [case for case in cases if not is_redacted(case)]
    writers = writers_for(readable, sight)
    own = [
        event
        for case in writers
        for event in events.get(case, [])
        if sight.wrote(event)
    ]
    prefetch_related_objects(own, "revisions")

    return [
        Record(
            case=case,
            sight=sight,
            at=at,
            unmasked=may_unmask(case),
            assignments=assignments.get(case.pk, []),
            events=events.get(case.pk, []),
            ratings=ratings.get(case.pk, []),
            writers=writers[case.pk],
        )
        for case in cases
    ]


def batches(cases: QuerySet[Any], order: Sequence[str]) -> Iterator[list[Any]]:
    """Yield the rows in order, a key-set page at a time.

    Memory does not grow with their number.
    """
    after = ""
    while True:
        page = page_of(cases, order, after, BATCH)
        yield page.rows

        after = page.after
        if not after:
            return


def _assignments(cases: list[int]) -> QuerySet[Assignment]:
    """Return the assignments with their holders, and the county's name of a post."""
    of_county = Town.objects.filter(county_code=OuterRef("post__county_code"))
    county_name = of_county.values("county_name")[:1]

    found = Assignment.objects.filter(case__in=cases).select_related(
        "office",
        "post__user",
        "post__town",
        "post__office",
        "post__village",
        "post__group__village",
    )
    return found.annotate(county_name=Subquery(county_name))


def _events(cases: list[int], actions: Sequence[str]) -> QuerySet[Event]:
    """Return the events of these actions, with the office their actor acted for."""
    found = Event.objects.filter(case__in=cases, action__in=actions)
    return found.select_related("user").annotate(office=F("post__office"))


def _by_case(rows: QuerySet[Row]) -> dict[int, list[Row]]:
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.case_id].append(row)
    return grouped
