"""What was asked for: more time, a break, or to give the matter or a part of it back;
and what came of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import pgettext

from cases.lists.requests import RULED_BY
from cases.meetings import ITEM_ACTIONS
from cases.models import Event, TimeRequest
from cases.models.choices import RequestKind, RequestState
from cases.workflow import Action
from cases.workflow.event_data import data_of
from villages.models import Post

GIVEN_BACK = (Action.RETURN, Action.HAND_BACK)
# a matter given back is ruled on by what is resolved about it next, at a meeting or not
AFTER_A_RETURN = ITEM_ACTIONS


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
    """All of a case in the order they were asked; `events`, oldest first, hold the
    returns and the rulings.
    """
    events = list(events)
    found = [_of_request(request, events) for request in requests]
    found += [
        _given_back(event, events) for event in events if event.action in GIVEN_BACK
    ]
    return sorted(found, key=lambda asking: asking.at)


def times_asked(
    requests: Iterable[TimeRequest], events: Iterable[Event]
) -> list[tuple[datetime, str]]:
    """When each was asked and what it was, in the order of `askings`; no query."""
    found = [
        (request.asked_at, str(request.get_kind_display())) for request in requests
    ]
    found += [
        (event.at, kind_of(event)) for event in events if event.action in GIVEN_BACK
    ]
    return sorted(found, key=lambda each: each[0])


def _of_request(request: TimeRequest, events: list[Event]) -> Asking:
    action = RULED_BY[RequestKind(request.kind)]
    ruling = next(
        (
            event
            for event in events
            if (event.action, event.at) == (action, request.ruled_at)
        ),
        None,
    )
    words = (
        "" if request.state == RequestState.OPEN else str(request.get_state_display())
    )
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


def kind_of(event: Event) -> str:
    if event.action == Action.HAND_BACK:
        return pgettext("request", "part given back")
    return pgettext("request", "return")


def _given_back(event: Event, events: list[Event]) -> Asking:
    """A return is ruled on by what was done with the matter next, a part given back by
    the ruling about its holder.
    """
    assert event.post is not None  # noqa: S101 - only a lead or an assistant gives back, an officer by constraint
    ruling = next(
        (
            each
            for each in events
            if each.sequence > event.sequence and _rules_on(each, event)
        ),
        None,
    )
    due = data_of(event).get("due_on")
    return Asking(
        kind=kind_of(event),
        reason=event.note,
        by=event.post,
        at=event.at,
        due_on=date.fromisoformat(due) if due else None,
        ruled_by=ruling.post if ruling else None,
        ruling=_ruling_in_words(ruling) if ruling else "",
        ruled_at=ruling.at if ruling else None,
    )


def _rules_on(later: Event, event: Event) -> bool:
    if event.action == Action.RETURN:
        return later.action in AFTER_A_RETURN
    giver = {
        f"post:{event.post_id}",
        f"office:{event.post.office_id if event.post else None}",
    }
    return later.action == Action.RULE_HAND_BACK and bool(
        giver & set(data_of(later).get("holders", ()))
    )


def _ruling_in_words(ruling: Event) -> str:
    is_ruling = ruling.action == Action.RULE_HAND_BACK
    what = (
        RequestState(data_of(ruling)["ruling"]).label
        if is_ruling
        else Action(ruling.action).label
    )
    return "：".join(filter(None, (str(what), ruling.note)))
