"""Which slips a case has, and one of them read with all it shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Value

from cases.ledgers import Record, read_records
from cases.ledgers.asking import AFTER_A_RETURN, GIVEN_BACK, askings, times_asked
from cases.lists.requests import RULED_BY
from cases.models import Assignment, Case, Event, TimeRequest
from cases.models.choices import AssignmentRole, Level
from cases.models.scope import CaseQuerySet, Sight
from cases.slips.forms import HANDOVER, REPORT, SLIPS, TIME, WIDE, Slip
from cases.workflow import Action
from minshi import tabular
from minshi.errors import Text
from minshi.tabular import Cell, Column, Ledger
from minshi.workdays import local_day

T = TypeVar("T")
PLACES = ("user", "village", "town", "group__village", "office")


@dataclass(frozen=True)
class SlipOffer:
    """A slip that can be printed: which, the how manieth of its kind, and what tells it
    from the others.
    """

    slip: Slip
    nth: int
    of: str = ""


@dataclass(frozen=True)
class Line:
    key: str
    heading: Text
    value: Cell
    is_wide: bool


@dataclass(frozen=True)
class Sheet:
    """One slip filled in."""

    slip: Slip
    nth: int
    record: Record

    @property
    def unit(self) -> str:
        case = self.record.case
        if case.level == Level.COUNTY:
            return case.town.county_name
        return (
            f"{case.town}{case.village or ''}"
            if case.level == Level.VILLAGE
            else str(case.town)
        )

    def lines(self) -> list[Line]:
        return lines_of(self.slip.book.ledger.columns, self.record)

    def rows(self) -> list[list[Line]]:
        return side_by_side(self.lines())


def lines_of(columns: Sequence[Column[T]], record: T) -> list[Line]:
    """The record's cells by the columns; the record itself masks."""
    ledger = Ledger(key="", title="", columns=tuple(columns))
    cells = next(tabular.rows_of(ledger, [record]))[1:]
    return [
        Line(column.key, column.heading, cell, column.width >= WIDE)
        for column, cell in zip(columns, cells, strict=True)
    ]


def side_by_side(lines: Iterable[Line]) -> list[list[Line]]:
    """Two short lines side by side, a wide one across."""
    rows: list[list[Line]] = []
    for line in lines:
        if not line.is_wide and rows and len(rows[-1]) == 1 and not rows[-1][0].is_wide:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def slips_of(
    case: Case,
    assignments: Iterable[Assignment],
    requests: Iterable[TimeRequest],
    events: Iterable[Event],
) -> list[SlipOffer]:
    """The slips a case has by what happened to it; no query. The returns are among the
    events, oldest first.
    """
    asked = times_asked(requests, events)
    offers = (
        [SlipOffer(HANDOVER, 1)]
        if any(item.role == AssignmentRole.LEAD for item in assignments)
        else []
    )
    offers += [
        SlipOffer(TIME, nth, f"{kind} {local_day(at)}")
        for nth, (at, kind) in enumerate(asked, 1)
    ]
    return offers + ([SlipOffer(REPORT, 1)] if case.completed_at else [])


def read_sheet(
    cases: CaseQuerySet, number: str, key: str, nth: int, *, sight: Sight, at: datetime
) -> Sheet | None:
    """The slip of one of the cases, all of them within sight; None: no such case, or it
    has no such slip.
    """
    slip = SLIPS.get(key)
    if slip is None:
        return None
    found = (
        slip.book.enrich(cases.filter(number=number).annotate(redacted=Value(False)))
        .with_record()
        .first()
    )
    if found is None:
        return None
    requests, events = asked_of(found)
    offers = slips_of(found, Assignment.objects.filter(case=found), requests, events)
    if (slip, nth) not in [(offer.slip, offer.nth) for offer in offers]:
        return None
    record = read_records(slip.book, [found], sight=sight, at=at)[0]
    record.replies = list(found.replies.all())
    record.asked = askings(requests, events)[nth - 1] if slip is TIME else None
    return Sheet(slip, nth, record)


def asked_of(case: Case) -> tuple[list[TimeRequest], list[Event]]:
    """What the holders of a case asked for and what came of it, with everybody's place;
    two queries.
    """
    posts = [
        f"{name}__{place}" for name in ("asked_by", "ruled_by") for place in PLACES
    ]
    requests = TimeRequest.objects.filter(case=case).select_related(*posts)
    acts = (*GIVEN_BACK, Action.RULE_HAND_BACK, *AFTER_A_RETURN, *RULED_BY.values())
    events = Event.objects.filter(case=case, action__in=acts).order_by("sequence")
    return list(requests), list(
        events.select_related(*(f"post__{place}" for place in PLACES))
    )
