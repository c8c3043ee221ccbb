"""Values of the cells for which a column needs more than one value of the case."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from cases.ledgers.record import Record, joined
from cases.models.choices import (
    ActorKind,
    CloseReason,
    Handling,
    Outcome,
    Stage,
    SupervisionLevel,
)
from cases.models.meeting import ItemState
from cases.workflow import Action
from cases.workflow.event_data import data_of, route_in, sent_elsewhere
from minshi.errors import Text
from minshi.workdays import SHANGHAI, local_day
from villages.models import MeetingKind

ANSWERED_AFTERWARDS = (
    Action.ANSWER_AFTERWORD,
    Action.NOTE_AFTERWORD,
    Action.REOPEN,
)
ONLINE = pgettext_lazy("mode", "online")
OFFLINE = pgettext_lazy("mode", "offline")
MODES = (ONLINE, OFFLINE)
OUTCOMES = {
    CloseReason.DIVERTED: Outcome.REDIRECTED,
    CloseReason.EXPLAINED: Outcome.EXPLAINED,
}
# the official words, where the pages say it plainly
OUTCOME_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        Outcome.DONE: pgettext_lazy("ledger outcome", "done"),
        Outcome.PARTLY: pgettext_lazy("ledger outcome", "partly solved"),
        Outcome.EXPLAINED: pgettext_lazy("ledger outcome", "explained"),
        Outcome.REDIRECTED: pgettext_lazy("ledger outcome", "sent the proper route"),
    }
)


def in_a_row(*texts: str) -> str:
    """Join texts into one, each once; a full stop before another gives way."""
    said = list(dict.fromkeys(text for text in texts if text))
    beginnings = [text.rstrip("。") for text in said[:-1]]
    return "；".join([*beginnings, *said[-1:]])


def mode(record: Record) -> Text:
    return ONLINE if record.case.is_online else OFFLINE


def content(record: Record) -> str:
    return record.words(record.case.verbatim)


def channel(record: Record) -> Text:
    return record.case.label_of("channel")


def recorder(record: Record) -> str:
    """Return who took it down; empty where the speaker did."""
    post = record.case.recorded_by
    return str(post.user) if post else ""


def grid(record: Record) -> str:
    return f"{record.case.village or ''}{record.case.group or ''}"


def sex(record: Record) -> str:
    """Return the sex of who spoke; empty where the reader may not know them."""
    if record.is_hidden:
        return ""
    return str(record.case.get_speaker_sex_display())


def age(record: Record) -> int | None:
    """Return how old who spoke became in the year they came; None where it is not
    known, or not to be known.
    """
    resident = record.case.resident
    if resident is None or resident.birth_year is None or record.is_hidden:
        return None
    return local_day(record.case.said_at).year - resident.birth_year


def when_and_where(record: Record) -> str:
    case = record.case
    at = case.said_at.astimezone(SHANGHAI)
    return joined(f"{at:%Y-%m-%d %H:%M}", case.village or case.town, channel(record))


def content_and_wish(record: Record) -> str:
    """Return the words, and what is wanted where that was written down."""
    return in_a_row(content(record), record.words(record.case.request_text))


def last_reply(record: Record) -> str:
    """Return what the speaker was told last."""
    text = cast("str | None", record.annotated("reply_text"))
    post = cast("int | None", record.annotated("reply_post"))
    return record.words(text, post=post) if text else ""


def rating(record: Record) -> str:
    """Return both answers of the speaker in the present round; empty until then."""
    case = record.case
    if not case.is_rated:
        return ""
    return joined(case.get_satisfaction_display(), case.get_solved_display())


def satisfaction(record: Record) -> Text:
    """Return how satisfied the speaker is with the present round; empty until rated."""
    return record.case.label_of("satisfaction") if record.case.is_rated else ""


def head(record: Record) -> str:
    """Return the head of the household where there is one, else who spoke."""
    head_name = cast("str | None", record.annotated("head_name"))
    return record.person(head_name or record.case.speaker_name)


def answer(record: Record) -> str:
    """Return what was answered or decided.

    That is the result where it was settled, and what the speaker was told where the
    proper route was shown.
    """
    event = record.last(Action.SETTLE, Action.DIVERT)
    if event is None:
        return "" if record.is_undecided else record.column("decision")
    if event.action == Action.SETTLE:
        return record.column("result")
    return record.note(event)


def answer_and_result(record: Record) -> str:
    """Return what was answered or decided, and the result where it says more."""
    return in_a_row(answer(record), record.done("result"))


def went_to(record: Record) -> str:
    """Return 转办去向: the lead's unit, or the proper route."""
    event = record.last(Action.DIVERT)
    if event:
        return record.of_event(event, "route", route_in(event))
    if record.lead and not record.is_undecided:
        return record.unit
    return ""


def reported_up(record: Record) -> str:
    """Tell whether it was reported up, and where an open case stands now."""
    up = _("Reported up") if record.last(Action.ESCALATE) else _("No")
    stage = record.case.get_stage_display() if record.case.is_open else ""
    return joined(up, stage)


def deliberation(record: Record) -> str:
    """Return where it was decided, and when.

    That is the kind of meeting, the six steps, or the level. What was handed to the
    committee has a form and a day once a meeting was held on it.
    """
    event = record.last(Action.DECIDE)
    at = record.case.decided_at
    if event is None or at is None:
        return ""

    data = data_of(event)
    if data.get("meeting_kind") in MeetingKind.values:
        kind = MeetingKind(data["meeting_kind"])
        return joined(str(kind.label), data["meeting_on"])
    if data.get("four_two"):
        return joined(_("Six steps of a village decision"), local_day(at))

    if record.case.handling == Handling.MEETING:
        return _heard(record)

    words = pgettext("ledger", "decided by the %(level)s")
    return joined(words % {"level": event.get_level_display()}, local_day(at))


def _heard(record: Record) -> str:
    """Return the meeting that heard a matter handed to the committee, and its day; that
    it is yet to be heard; or nothing, where the work ended without.
    """
    kind = cast("str | None", record.annotated("heard_by"))
    at = cast("datetime | None", record.annotated("heard_at"))
    if kind and at:
        state = cast("str", record.annotated("heard_as"))
        has_failed = state == ItemState.NOT_PASSED
        failed = ItemState.NOT_PASSED.label if has_failed else ""
        return joined(MeetingKind(kind).label, local_day(at), failed)

    is_in_work = record.case.stage == Stage.HANDLE
    return _("Awaiting the committee's meeting") if is_in_work else ""


def decided_at(record: Record) -> datetime | None:
    """Return when it was decided; what the committee decides, when its meeting was."""
    case = record.case
    if case.handling != Handling.MEETING or case.adopted_from:
        return case.decided_at

    if record.annotated("heard_as") == ItemState.NOT_PASSED:
        return None
    return cast("datetime | None", record.annotated("heard_at"))


def progress(record: Record) -> Text:
    """Return the stage, and in an open case the last note of this round's work."""
    case = record.case
    noted = record.last(Action.PROGRESS, round_=case.round) if case.is_open else None
    stage = case.label_of("stage")
    return joined(stage, record.note(noted)) if noted else stage


def result(record: Record) -> str:
    """Return how it ended and what came of it; where it was sent elsewhere, where."""
    event = sent_elsewhere(record.case, record.events)
    route = record.of_event(event, "route", route_in(event)) if event else ""
    return joined(outcome(record), record.done("result"), route)


def outcome(record: Record) -> Text:
    """Return how the present round ended; closed without 办结, by the reason of the
    closing.
    """
    case = record.case
    if case.is_completed and case.outcome:
        return OUTCOME_WORDS[case.outcome]
    if not case.close_reason:
        return ""

    ended = OUTCOMES.get(CloseReason(case.close_reason))
    return OUTCOME_WORDS[ended] if ended else ""


def measures(record: Record) -> str:
    return record.done("measures") or record.done("result")


def supervised(record: Record) -> bool:
    """Tell whether it was chased: by what its row adds, else by an act so new that no
    job has read it.
    """
    if record.annotated("chased"):
        return True
    event = record.last(Action.SUPERVISE)
    if event is None:
        return False

    level = data_of(event).get("supervision_level")
    if level == SupervisionLevel.ORDER:
        return event.actor_kind == ActorKind.SYSTEM  # it went out
    return level != SupervisionLevel.REMIND


def assigned_at(record: Record) -> datetime | None:
    return record.lead.assigned_at if record.lead else None


def extended_until(record: Record) -> str:
    """Return 是否延期(至): the day to which this round was extended, or no."""
    event = record.last(Action.RULE_EXTENSION, round_=record.case.round)
    if event is None:
        return _("No")

    data = data_of(event)
    if data.get("ruling") != "granted":
        return _("No")
    return _("Yes, until %(date)s") % {"date": data["until_on"]}


def papers(record: Record) -> str:
    """Return the number of attachments in words; empty without any."""
    count = cast("int", record.annotated("papers"))
    if not count:
        return ""
    return ngettext("%(count)s paper", "%(count)s papers", count) % {"count": count}


def number_of_papers(record: Record) -> int:
    return cast("int", record.annotated("papers"))


# --- satisfaction: the first rating in the columns, the last later one as the second
def completed_before_rating(record: Record) -> datetime | None:
    """Return when the work that was rated first was completed."""
    event = record.last(Action.COMPLETE, Action.SETTLE, round_=record.ratings[0].round)
    return event.at if event else record.case.completed_at


def put_right(record: Record) -> str:
    """Return the measures of a later round; empty where there was none."""
    case = record.case
    is_later = case.round > record.ratings[0].round
    return measures(record) if is_later else ""


def second_rating(record: Record) -> str:
    """Return every answer after the first, with why where the speaker said it."""
    answers = []
    for rating in record.ratings[1:]:
        answer = joined(
            rating.get_satisfaction_display(),
            rating.get_solved_display(),
            local_day(rating.at),
        )
        reason = record.words(rating.reason, post=rating.entered_by_id)
        answers.append(f"{answer}（{reason}）" if reason else answer)
    return "；".join(answers)


def caller(record: Record) -> str:
    """Return who entered the first answer: an officer, else the speaker."""
    post = record.ratings[0].entered_by
    return str(post.user) if post else pgettext("ledger", "the speaker")


def _said_afterwards(record: Record) -> list[str]:
    said = record.last(Action.AFTERWORD)
    if said is None:
        return []

    words = pgettext("ledger", "said more on %(day)s") % {"day": local_day(said.at)}
    answer = record.last(*ANSWERED_AFTERWARDS)
    if answer is None or answer.sequence < said.sequence:
        return [words]
    answered = pgettext("ledger", "answered on %(day)s") % {"day": local_day(answer.at)}
    return [f"{words}，{answered}"]


def rating_remark(record: Record) -> str:
    """Return the remark; 当场表态 is counted apart, so it is marked (domain §3,
    settle). What was said after closing follows with its day and that of the answer.
    """
    parts = [record.remark, *_said_afterwards(record)]
    if record.ratings[0].on_the_spot:
        parts.insert(0, pgettext("ledger", "said on the spot"))
    return "；".join(part for part in parts if part)
