"""What happened to a matter, as its speaker reads it: what was said to be public of the
work, what they added themself, and why it takes longer (ux, tracking page).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from django.utils.translation import gettext as _

from cases.models import Case, Event, Reply
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
from cases.templatetags.days import day
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
    events: Iterable[Event],
    round_: int,
    redact: Redactor,
    *,
    with_additions: bool = True,
) -> list[Entry]:
    """Return the lines of these events, in their order; most events have none.

    An addition is shown to whoever made it by the code of this very matter. Once
    another was merged with it, whose code leads here as well, nobody knows whose an
    addition is; and somebody whose matter was merged into this one reads none. Nor do
    they read what another answered, or why it was opened again, which only the code of
    this very matter does. The answer that closed the present round, `round_`, stands
    beside the state instead.
    """
    is_own = with_additions
    story = []
    for event in events:
        if event.action == Action.RECEIVE_MERGED:
            with_additions = False
        if event.action == Action.SUPPLEMENT and not with_additions:
            continue
        if _closed(event) and event.round == round_:
            continue
        entry = _entry_of(event, redact, is_own=is_own)
        if entry:
            story.append(entry)
    return story


def last_answer(
    case: Case, replies: Iterable[Reply], events: Iterable[Event]
) -> Reply | None:
    """Return the last answer of the present round, of replies in the order of time.

    None where there is none yet, and where the speaker rated it badly and an order is
    awaited: to that rating nobody has answered.
    """
    last = None
    for reply in replies:
        if reply.round == case.round:
            last = reply

    rated_at = _sent_to_be_decided_at(events) if case.needs_order else None
    if last and rated_at and last.at <= rated_at:
        return None
    return last


def with_earlier_answers(
    story: Iterable[Entry],
    replies: Iterable[Reply],
    events: Iterable[Event],
    round_: int,
    redact: Redactor,
) -> list[Entry]:
    """Return the story with the last answer of each round before this one, and the one
    that the speaker rated badly in this, in the order of time.
    """
    rated_at = _sent_to_be_decided_at(events)
    last = {}
    for reply in replies:
        was_rated = rated_at is not None and reply.at <= rated_at
        if reply.round < round_ or was_rated:
            last[reply.round] = reply

    answers = []
    for reply in last.values():
        words = redact(reply.text, post=reply.post_id)
        answers.append(Entry(reply.at, _("We answered"), words))

    return sorted([*answers, *story], key=lambda entry: entry.at)


def _sent_to_be_decided_at(events: Iterable[Event]) -> datetime | None:
    """Return when a bad rating last asked for an order; None where none did."""
    rated_at = None
    for event in events:
        if event.action == Action.RATE and event.target == Stage.SUPERVISE:
            rated_at = event.at
    return rated_at


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
    if event.action == Action.RATE and is_own:
        heading = f"{_answer_in(event)}{heading}"
    if not heading:
        return None
    if event.action in (Action.RATE, Action.REOPEN):
        words = redact(event.note) if is_own and _is_by_code(event) else ""
        return Entry(event.at, heading, words)

    return Entry(event.at, heading, told_of_delay(event, redact))


def told_of_delay(event: Event, redact: Redactor) -> str:
    """Return why it takes longer, in the words that were written for the speaker; ""
    where none were, or where the speaker reads nothing of it, as of a refusal.
    """
    words_for = DELAYS.get(event.action)
    told_why = data_of(event).get("told_why", "")
    if not told_why or words_for is None or not words_for(event):
        return ""
    return redact.of_event(event, TOLD_WHY, told_why)


def _is_by_code(event: Event) -> bool:
    return event.actor_kind == ActorKind.SPEAKER and event.via == How.CODE


# --- what makes a matter take longer, in plain words; empty where it does not. Each
# stands under its day for good: it says what happened then, not how it stands
def _more_time(event: Event) -> str:
    if not _is_granted(event):
        return ""
    return _("More time was given, until %(day)s.") % {"day": _until(event)}


def _rest(event: Event) -> str:
    if not _is_granted(event):
        return ""
    return _("It had to rest until %(day)s.") % {"day": _until(event)}


def _goes_on(event: Event) -> str:
    return _("It went on again.")


def _put_off(event: Event) -> str:
    return _("It was put off, to be talked over again from %(day)s.") % {
        "day": _until(event)
    }


def _given_back(event: Event) -> str:
    return _(
        "Whoever worked on it could not do it; it went back to be talked over again."
    )


def _not_settled(event: Event) -> str:
    return _(
        "A meeting talked it over and did not settle it; it was to be talked over"
        " again."
    )


def _not_good_enough(event: Event) -> str:
    return _("We looked at it, and it was not good enough; it went back to work.")


def _ordered_again(event: Event) -> str:
    return _("Those above looked at it and decided: it is done once more.")


def _sent_up(event: Event) -> str:
    if event.level == Level.TOWN:
        return _("The village could not settle it and reported it to the town.")
    return _("The town could not settle it and reported it to the county.")


def _done_again(event: Event) -> str:
    is_new_round = event.source in (Stage.RATE, Stage.CLOSED) and event.target in (
        Stage.DELIBERATE,
        Stage.HANDLE,
    )
    return _("It was opened again, to be done once more.") if is_new_round else ""


def _answer_in(event: Event) -> str:
    data = data_of(event)
    return _("You answered: %(answer)s, %(solved)s.") % {
        "answer": Satisfaction(data["satisfaction"]).label,
        "solved": Solved(data["solved"]).label,
    }


def _after_rating(event: Event) -> str:
    if event.target == Stage.SUPERVISE:
        return _("It went to somebody above, to decide what happens.")
    return _done_again(event)


def _closed(event: Event) -> bool:
    return event.action == Action.RATE and event.target == Stage.CLOSED


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
        Action.REDO: _ordered_again,
        Action.RATE: _after_rating,
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
