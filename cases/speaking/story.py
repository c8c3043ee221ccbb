"""What happened to a matter, as its speaker reads it: what was said to be public of the
work, what they added themself, and why it takes longer (ux, tracking page).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from django.utils.translation import gettext as _

from cases.models import Event, Reply
from cases.models.choices import (
    ActorKind,
    How,
    Level,
    RequestState,
    Satisfaction,
    Solved,
    Stage,
)
from cases.privacy.redactor import Redactor
from cases.templatetags.minshi import day
from cases.workflow.actions import Action
from cases.workflow.event_data import data_of
from cases.workflow.record import TOLD_WHY


@dataclass(frozen=True)
class Entry:
    """One line of the story: what happened, and the words that go with it."""

    at: datetime
    heading: str  # empty: the words say it
    words: str


def story_of(
    events: Iterable[Event], redact: Redactor, *, with_additions: bool = True
) -> list[Entry]:
    """Return the lines of these events, in their order; most events have none.

    An addition is shown to whoever made it by the code of this very matter. Once
    another was merged with it, whose code leads here as well, nobody knows whose an
    addition is; and somebody whose matter was merged into this one reads none. Nor do
    they read why another rated it badly or had it opened again, which only the code of
    this very matter does.
    """
    is_own = with_additions
    story = []
    for event in events:
        if event.action == Action.RECEIVE_MERGED:
            with_additions = False
        if event.action == Action.SUPPLEMENT and not with_additions:
            continue
        entry = _entry_of(event, redact, is_own=is_own)
        if entry:
            story.append(entry)
    return story


def with_earlier_answers(
    story: Iterable[Entry], replies: Iterable[Reply], round_: int, redact: Redactor
) -> list[Entry]:
    """Return the story with the last answer of each round before this one, in the order
    of time.
    """
    last = {reply.round: reply for reply in replies if reply.round < round_}
    answers = []
    for reply in last.values():
        words = redact(reply.text, post=reply.post_id)
        answers.append(Entry(reply.at, _("We answered"), words))

    return sorted([*answers, *story], key=lambda entry: entry.at)


def _entry_of(event: Event, redact: Redactor, *, is_own: bool) -> Entry | None:
    if event.action == Action.PROGRESS:
        is_public = data_of(event).get("public")
        return Entry(event.at, "", redact.note(event)) if is_public else None

    if event.action == Action.SUPPLEMENT:
        heading = _("You added")
        words = redact(event.note)
        return Entry(event.at, heading, words) if _is_by_code(event) else None

    words_for = DELAYS.get(event.action)
    heading = words_for(event) if words_for else ""
    if not heading:
        return None
    if event.action in (Action.RATE, Action.REOPEN):
        words = redact(event.note) if is_own and _is_by_code(event) else ""
        return Entry(event.at, heading, words)

    told_why = data_of(event).get("told_why", "")
    return Entry(event.at, heading, redact.of_event(event, TOLD_WHY, told_why))


def _is_by_code(event: Event) -> bool:
    return event.actor_kind == ActorKind.SPEAKER and event.via == How.CODE


# --- what makes a matter take longer, in plain words; empty where it does not
def _more_time(event: Event) -> str:
    if not _is_granted(event):
        return ""
    return _("More time was given, until %(day)s.") % {"day": _until(event)}


def _rest(event: Event) -> str:
    if not _is_granted(event):
        return ""
    return _("It has to rest until %(day)s; then it goes on.") % {"day": _until(event)}


def _goes_on(event: Event) -> str:
    return _("It goes on again.")


def _put_off(event: Event) -> str:
    return _("It is to be talked over by %(day)s.") % {"day": _until(event)}


def _given_back(event: Event) -> str:
    return _("Whoever worked on it could not do it; it is being talked over again.")


def _not_settled(event: Event) -> str:
    return _("A meeting talked it over and did not settle it; it is talked over again.")


def _not_good_enough(event: Event) -> str:
    return _("We looked at it, and it was not good enough; it is being done again.")


def _sent_up(event: Event) -> str:
    if event.level == Level.TOWN:
        return _("The village could not settle it and reported it to the town.")
    return _("The town could not settle it and reported it to the county.")


def _done_again(event: Event) -> str:
    is_new_round = event.source in (Stage.RATE, Stage.CLOSED) and event.target in (
        Stage.DELIBERATE,
        Stage.HANDLE,
    )
    return _("It was opened again and is being done once more.") if is_new_round else ""


def _rated_badly(event: Event) -> str:
    """Return the answer of a speaker that did not close the matter."""
    if event.target == Stage.CLOSED:
        return ""

    data = data_of(event)
    answer = _("You answered: %(answer)s, %(solved)s.") % {
        "answer": Satisfaction(data["satisfaction"]).label,
        "solved": Solved(data["solved"]).label,
    }
    return f"{answer}{_done_again(event)}"


DELAYS: Mapping[str, Callable[[Event], str]] = MappingProxyType(
    {
        Action.RULE_EXTENSION: _more_time,
        Action.RULE_SUSPENSION: _rest,
        Action.RESUME: _goes_on,
        Action.DEFER: _put_off,
        Action.RETURN: _given_back,
        Action.RECONSIDER: _not_settled,
        Action.REJECT: _not_good_enough,
        Action.ESCALATE: _sent_up,
        Action.REDO: _not_good_enough,
        Action.RATE: _rated_badly,
        Action.REOPEN: _done_again,
    }
)
TOLD = (
    Action.PROGRESS,
    Action.SUPPLEMENT,
    Action.AFTERWORD,
    Action.RECEIVE_MERGED,
    *DELAYS,
)


def _is_granted(event: Event) -> bool:
    return data_of(event).get("ruling") == RequestState.GRANTED


def _until(event: Event) -> str:
    return day(date.fromisoformat(data_of(event)["until_on"]))
