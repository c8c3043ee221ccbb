"""What a lead asked for: more time, a break, or to give the matter back; and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import pgettext

from cases.models import Event, TimeRequest
from cases.models.choices import RequestKind, RequestState
from cases.time_requests import RULED_BY
from cases.workflow import Action
from villages.models import Post

AFTER_A_RETURN = (Action.DECIDE, Action.ESCALATE, Action.SEND_BACK, Action.DIVERT, Action.DEFER, Action.MERGE)


@dataclass(frozen=True)
class Asking:
    kind: str
    reason: str
    by: Post
    at: datetime
    due_on: date | None = None
    days: int | None = None
    new_due_on: date | None = None
    ruled_by: Post | None = None
    ruling: str = ""
    ruled_at: datetime | None = None


def askings(requests: Iterable[TimeRequest], events: Iterable[Event]) -> list[Asking]:
    """All of a case in the order they were asked; `events`, oldest first, hold the returns and the rulings."""
    events = list(events)
    found = [_of_request(request, events) for request in requests]
    found += [_of_return(event, events) for event in events if event.action == Action.RETURN]
    return sorted(found, key=lambda asking: asking.at)


def times_asked(requests: Iterable[TimeRequest], events: Iterable[Event]) -> list[tuple[datetime, str]]:
    """When each was asked and what it was, in the order of `askings`; no query."""
    found = [(request.asked_at, str(request.get_kind_display())) for request in requests]
    found += [(event.at, pgettext("request", "return")) for event in events if event.action == Action.RETURN]
    return sorted(found, key=lambda each: each[0])


def _of_request(request: TimeRequest, events: list[Event]) -> Asking:
    action = RULED_BY[RequestKind(request.kind)]
    ruling = next((event for event in events if (event.action, event.at) == (action, request.ruled_at)), None)
    words = "" if request.state == RequestState.OPEN else str(request.get_state_display())
    return Asking(
        kind=str(request.get_kind_display()),
        reason=request.reason,
        by=request.asked_by,
        at=request.asked_at,
        due_on=request.due_on,
        days=request.days,
        new_due_on=request.new_due_on,
        ruled_by=request.ruled_by,
        ruling="：".join(filter(None, (words, ruling.note if ruling else ""))),
        ruled_at=request.ruled_at,
    )


def _of_return(event: Event, events: list[Event]) -> Asking:
    """A return is ruled on by what was done with the matter next."""
    assert event.post is not None  # noqa: S101 - only a lead returns, an officer by constraint
    later = (each for each in events if each.sequence > event.sequence and each.action in AFTER_A_RETURN)
    ruling = next(later, None)
    due = event.data.get("due_on")
    words = "：".join(filter(None, (str(Action(ruling.action).label), ruling.note))) if ruling else ""
    return Asking(
        kind=pgettext("request", "return"),
        reason=event.note,
        by=event.post,
        at=event.at,
        due_on=date.fromisoformat(due) if due else None,
        ruled_by=ruling.post if ruling else None,
        ruling=words,
        ruled_at=ruling.at if ruling else None,
    )
