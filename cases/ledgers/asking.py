"""Requests of those who handle a case, and what came of them: more time, a break, or to
give the matter or a part of it back.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import pgettext, pgettext_lazy

from cases.lists.requests import RULED_BY
from cases.meetings import ITEM_ACTIONS
from cases.models import Event, TimeRequest
from cases.models.choices import RequestKind, RequestState
from cases.workflow import Action
from cases.workflow.event_data import data_of, lead_of
from minshi.errors import Text
from villages.models import Post

Note = Callable[[Event], str]
GIVEN_BACK = (Action.RETURN, Action.HAND_BACK)
# a matter given back is ruled on by what is resolved about it next, at a meeting or not
AFTER_A_RETURN = ITEM_ACTIONS
# what its slip is called
TITLES: dict[str, Text] = {
    RequestKind.EXTENSION: pgettext_lazy("slip", "Slip of an extension"),
    RequestKind.SUSPENSION: pgettext_lazy("slip", "Slip of a suspension"),
}
RETURN_SLIP = pgettext_lazy("slip", "Slip of a return")
# 审批意见 on a matter given back, by what was resolved about it
GOES_ON = pgettext_lazy("return ruled", "The return is accepted; others handle it now")
STAYS = pgettext_lazy("return ruled", "The return is refused; they go on handling it")
HEARD = pgettext_lazy(
    "return ruled", "It was taken up to a meeting as asked; they go on handling it"
)
RULED = {
    Action.ESCALATE: pgettext_lazy(
        "return ruled", "The return is accepted; it is reported up"
    ),
    Action.SEND_BACK: pgettext_lazy(
        "return ruled", "The return is accepted; it is sent back a level"
    ),
    Action.DIVERT: pgettext_lazy(
        "return ruled", "The return is accepted; the proper route is shown"
    ),
    Action.MERGE: pgettext_lazy(
        "return ruled", "The return is accepted; it is merged with another matter"
    ),
    Action.DEFER: pgettext_lazy(
        "return ruled", "The return is accepted; it is decided on later"
    ),
}


@dataclass(frozen=True)
class Asking:
    """One request or return: its ground, who made it, and how it was ruled on."""

    kind: str
    title: Text
    reason: str
    by: Post
    at: datetime
    due_on: date | str | None = None
    days: int | str | None = None
    new_due_on: date | str | None = None
    ruled_by: Post | None = None
    ruling: str = ""
    ruled_at: datetime | None = None


def askings(
    requests: Iterable[TimeRequest],
    events: Iterable[Event],
    *,
    words: Callable[..., str],
    note: Note,
) -> list[Asking]:
    """List all of a case in the order they were asked.

    `events`, oldest first, hold the returns and the rulings. `words` and `note` are the
    record's of the case: they mask a text, and the note of an event.
    """
    events = list(events)
    found = []
    for request in requests:
        reason = words(request.reason, post=request.asked_by_id)
        found.append(_of_request(request, reason, events, note))
    for event in events:
        if event.action in GIVEN_BACK:
            found.append(_given_back(event, events, note))

    return sorted(found, key=lambda asking: asking.at)


def times_asked(
    requests: Iterable[TimeRequest], events: Iterable[Event]
) -> list[tuple[datetime, str, Text]]:
    """List when each was asked, what it was and what its slip is called, in the order
    of `askings`. No query.
    """
    found: list[tuple[datetime, str, Text]] = []
    for request in requests:
        kind = RequestKind(request.kind)
        found.append((request.asked_at, str(kind.label), TITLES[kind]))
    for event in events:
        if event.action in GIVEN_BACK:
            found.append((event.at, kind_of(event), RETURN_SLIP))

    return sorted(found, key=lambda each: each[0])


def kind_of(event: Event) -> str:
    """Return in words what was given back: the matter, or a part of it."""
    if event.action == Action.HAND_BACK:
        return pgettext("request", "part given back")
    return pgettext("request", "return")


# --- more time, or a break
def _of_request(
    request: TimeRequest, reason: str, events: list[Event], note: Note
) -> Asking:
    return Asking(
        kind=str(request.get_kind_display()),
        title=TITLES[RequestKind(request.kind)],
        reason=reason,
        by=request.asked_by,
        at=request.asked_at,
        due_on=request.due_on,
        days=request.days,
        new_due_on=request.new_due_on,
        ruled_by=request.ruled_by,
        ruling=_ruling_on_request(request, events, note),
        ruled_at=request.ruled_at,
    )


def _ruling_on_request(request: TimeRequest, events: list[Event], note: Note) -> str:
    """Return the ruling and its note in words; empty while the request is open."""
    words = ""
    if request.state != RequestState.OPEN:
        words = str(request.get_state_display())

    action = RULED_BY[RequestKind(request.kind)]
    for event in events:
        if event.action == action and event.at == request.ruled_at:
            return _sentence(words, note(event))
    return words


# --- the matter, or a part of it, given back
def _given_back(event: Event, events: list[Event], note: Note) -> Asking:
    assert event.post is not None  # noqa: S101 - only a lead or an assistant gives back, an officer by constraint
    ruling = _ruling_on_return(event, events)
    due = data_of(event).get("due_on")

    return Asking(
        kind=kind_of(event),
        title=RETURN_SLIP,
        reason=note(event),
        by=event.post,
        at=event.at,
        due_on=date.fromisoformat(due) if due else pgettext("slip", "does not apply"),
        days=pgettext("slip", "does not apply"),
        new_due_on=_new_deadline(ruling),
        ruled_by=ruling.post if ruling else None,
        ruling=_ruling_in_words(ruling, event, note) if ruling else "",
        ruled_at=ruling.at if ruling else None,
    )


def _new_deadline(ruling: Event | None) -> date | str | None:
    """Return the day that whoever ruled set; in words that it stays where they set
    none, and nothing while nobody has ruled.
    """
    if ruling is None:
        return None
    if ruling.action == Action.DECIDE:
        due = data_of(ruling).get("due_on")
        return date.fromisoformat(due) if due else None
    return pgettext("slip", "as before")


def _ruling_on_return(event: Event, events: list[Event]) -> Event | None:
    """Return the event that ruled on it, or None while it waits.

    A return is ruled on by what was done with the matter next, a part given back by the
    ruling about its holder.
    """
    for later in events:
        if later.sequence > event.sequence and _rules_on(later, event):
            return later
    return None


def _rules_on(later: Event, event: Event) -> bool:
    if event.action == Action.RETURN:
        return later.action in AFTER_A_RETURN
    if later.action != Action.RULE_HAND_BACK:
        return False

    return not _holders_of(event).isdisjoint(data_of(later).get("holders", ()))


def _ruling_in_words(ruling: Event, event: Event, note: Note) -> str:
    return _sentence(str(_verdict(ruling, event)), note(ruling))


def _verdict(ruling: Event, event: Event) -> Text:
    """Return whether what was given back was taken back, and what became of it."""
    if ruling.action == Action.RULE_HAND_BACK:
        return RequestState(data_of(ruling)["ruling"]).label
    if ruling.action != Action.DECIDE:
        return RULED[Action(ruling.action)]

    if lead_of(ruling) not in _holders_of(event):
        return GOES_ON
    # whoever asked that it be resolved higher up was not refused: it was resolved
    return HEARD if data_of(event).get("asks_escalation") else STAYS


def _holders_of(event: Event) -> set[str]:
    """Return the holders as whom an officer gives back: their post and its office."""
    office = event.post.office_id if event.post else None
    return {f"post:{event.post_id}", f"office:{office}"}


def _sentence(ruling: str, note: str) -> str:
    return "：".join(part for part in (ruling, note) if part)
