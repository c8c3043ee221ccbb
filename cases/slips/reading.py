"""Reading of slips: those that a case has, and one of them with all it shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db.models import Value

from cases.ledgers import Record, read_records
from cases.ledgers.asking import AFTER_A_RETURN, GIVEN_BACK, askings, times_asked
from cases.lists.requests import RULED_BY
from cases.models import Assignment, Case, Event, TimeRequest
from cases.models.choices import ActorKind, AssignmentRole, Level, Stage
from cases.models.scope import CaseQuerySet, Sight, hides_speaker
from cases.slips.cells import issuing_level
from cases.slips.forms import (
    CALL_BACK,
    HANDOVER,
    REPORT,
    SIGNED_BY_SPEAKER,
    SLIPS,
    TIME,
    WIDE,
    Slip,
)
from cases.workflow import Action
from minshi.errors import Text
from minshi.paper import day_on_paper
from minshi.plain_cells import Cell, plain_rows
from minshi.tabular import Column
from minshi.workdays import local_day
from villages.seals import seal_of, seal_of_county

T = TypeVar("T")
PLACES = ("user", "village", "town", "group__village", "office")


@dataclass(frozen=True)
class SlipOffer:
    """A slip that can be printed: its form, its number among those of its kind, from 1,
    and what tells it from the others.
    """

    slip: Slip
    nth: int
    of: str = ""
    of_kind: Text = ""  # what the paper is called, where its form has several names

    @property
    def title(self) -> Text:
        return self.of_kind or self.slip.title


@dataclass(frozen=True)
class Line:
    """One box of a form: its heading, and what is filled in."""

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
    def title(self) -> Text:
        """The name of the paper, by what was asked for where that gives it one."""
        asked = self.record.asked
        return asked.title if asked else self.slip.title

    @property
    def unit(self) -> str:
        """The village, town or county that the case is at, or that handed it over, as
        its seal has it.
        """
        case = self.record.case
        level = issuing_level(self.record) if self.slip is HANDOVER else case.level
        if level == Level.COUNTY:
            return seal_of_county(case.town)
        return seal_of(case.town, case.village if level == Level.VILLAGE else None)

    @property
    def people(self) -> list[Text]:
        """Who signs the paper; the speaker not where their name is hidden."""
        people = [*self.slip.signatures]
        if hides_speaker(self.record.case) and SIGNED_BY_SPEAKER in people:
            people.remove(SIGNED_BY_SPEAKER)
        return people

    @property
    def signatures(self) -> list[Text]:
        """The feet of the paper: who signs it, and whose seal it takes."""
        feet = self.people
        if self.slip.seal:
            feet.append(self.slip.seal)
        return feet

    def lines(self) -> list[Line]:
        return lines_of(self.slip.book.ledger.columns, self.record)

    def rows(self) -> list[list[Line]]:
        return side_by_side(self.lines())


def lines_of(columns: Sequence[Column[T]], record: T) -> list[Line]:
    """Return the record's cells by the columns, days as a paper has them; the record
    itself masks.
    """
    read = [(column.value, column.kind) for column in columns]
    _number, *cells = next(plain_rows(read, [record]))

    lines = []
    for column, cell in zip(columns, cells, strict=True):
        value = day_on_paper(cell) if isinstance(cell, date) else cell
        lines.append(Line(column.key, column.heading, value, column.width >= WIDE))
    return lines


def side_by_side(lines: Iterable[Line]) -> list[list[Line]]:
    """Put two short lines side by side, and a wide one across."""
    rows: list[list[Line]] = []
    has_room = False  # beside the last line

    for line in lines:
        if has_room and not line.is_wide:
            rows[-1].append(line)
            has_room = False
        else:
            rows.append([line])
            has_room = not line.is_wide

    return rows


def slips_of(
    case: Case,
    assignments: Iterable[Assignment],
    requests: Iterable[TimeRequest],
    events: Iterable[Event],
) -> list[SlipOffer]:
    """List the slips that a case has by what happened to it. No query.

    `events`, oldest first, tell which hand-overs were given back, and whether an
    officer called back: until the speaker has answered, the form is for whoever will.
    """
    events = list(events)
    asked = times_asked(requests, events)

    offers = []
    if any(item.role == AssignmentRole.LEAD for item in assignments):
        offers.append(SlipOffer(HANDOVER, nth=1))
    for nth, (at, kind, title) in enumerate(asked, 1):
        offers.append(SlipOffer(TIME, nth, f"{kind} {local_day(at)}", title))
    if case.completed_at:
        offers.append(SlipOffer(REPORT, nth=1))
    if case.stage == Stage.RATE or any(_is_call(event) for event in events):
        offers.append(SlipOffer(CALL_BACK, nth=1))

    return offers


def _is_call(event: Event) -> bool:
    """Tell whether an officer asked the speaker for this answer."""
    is_asked = event.actor_kind == ActorKind.OFFICER
    return is_asked and event.action in (Action.RATE, Action.CALL_BACK)


def read_sheet(
    cases: CaseQuerySet, number: str, key: str, nth: int, *, sight: Sight, at: datetime
) -> Sheet | None:
    """Return a slip of one of the cases, all of which must be within sight.

    It is a paper: of a 隐名 matter it names nobody, whoever prints it.
    None: there is no such case, or it has no such slip.
    """
    slip = SLIPS.get(key)
    if slip is None:
        return None
    case = _read_case(cases, number, slip)
    if case is None:
        return None

    requests, events = asked_of(case)
    assignments = Assignment.objects.filter(case=case)
    offers = slips_of(case, assignments, requests, events)
    if not any(offer.slip == slip and offer.nth == nth for offer in offers):
        return None

    record = read_records(slip.book, [case], sight=sight.on_paper(), at=at)[0]
    record.replies = list(case.replies.all())
    if slip is CALL_BACK:
        record.call_backs = list(
            case.call_backs.select_related("post__user").order_by("at", "pk")
        )
    if slip is TIME:
        asked = askings(requests, events, words=record.words, note=record.note)
        record.asked = asked[nth - 1]
    return Sheet(slip, nth, record)


def _read_case(cases: CaseQuerySet, number: str, slip: Slip) -> Case | None:
    """Return the case of that number with all that the slip shows of it."""
    found = cases.filter(number=number).annotate(redacted=Value(False))
    return slip.book.whole(found).first()


def asked_of(case: Case) -> tuple[list[TimeRequest], list[Event]]:
    """Return what the holders of a case asked for, and the events that came of it.

    Both with everybody's place. Two queries.
    """
    officers = [f"asked_by__{place}" for place in PLACES]
    officers += [f"ruled_by__{place}" for place in PLACES]
    requests = TimeRequest.objects.filter(case=case).select_related(*officers)

    calls = (Action.RATE, Action.CALL_BACK)
    returns = (*GIVEN_BACK, Action.RULE_HAND_BACK, *AFTER_A_RETURN)
    acts = (*returns, *RULED_BY.values(), *calls)
    events = Event.objects.filter(case=case, action__in=acts).order_by("sequence")
    actors = [f"post__{place}" for place in PLACES]

    return list(requests), list(events.select_related(*actors))
