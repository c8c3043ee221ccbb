"""What stands in a cell where a column needs more than one value of the case."""

from datetime import datetime
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from cases.ledgers.record import Record, joined
from cases.models.choices import CloseReason, Handling, Outcome
from cases.workflow import Action
from cases.workflow.event_data import data_of
from minshi.errors import Text
from minshi.workdays import local_day
from villages.models import MeetingKind

ONLINE, OFFLINE = MODES = (
    pgettext_lazy("mode", "online"),
    pgettext_lazy("mode", "offline"),
)
OUTCOMES = {
    CloseReason.DIVERTED: Outcome.REDIRECTED,
    CloseReason.EXPLAINED: Outcome.EXPLAINED,
}


def mode(record: Record) -> Text:
    return ONLINE if record.case.is_online else OFFLINE


def content(record: Record) -> str:
    return record.words(record.case.verbatim)


def channel(record: Record) -> str:
    return str(record.case.get_channel_display())


def recorder(record: Record) -> str:
    """Who took it down; empty where the speaker did."""
    post = record.case.recorded_by
    return str(post.user) if post else ""


def grid(record: Record) -> str:
    return f"{record.case.village or ''}{record.case.group or ''}"


def head(record: Record) -> str:
    """The head of the household where it is known, else who spoke."""
    return record.person(
        cast("str | None", record.annotated("head_name")) or record.case.speaker_name
    )


def answer(record: Record) -> str:
    """What was answered or decided: the result where it was settled, what was told
    where shown the proper route.
    """
    event = record.last(Action.SETTLE, Action.DIVERT)
    if event is None:
        return record.words(record.case.decision)
    return record.words(
        record.case.result if event.action == Action.SETTLE else event.note
    )


def went_to(record: Record) -> str:
    """转办去向: the lead's unit, or the proper route."""
    event = record.last(Action.DIVERT)
    if event:
        return record.words(str(data_of(event).get("route", "")))
    return record.unit if record.lead else ""


def reported_up(record: Record) -> str:
    """Whether it was reported up, and where an open case stands now."""
    up = _("Reported up") if record.last(Action.ESCALATE) else _("No")
    return joined(up, record.case.get_stage_display() if record.case.is_open else "")


def deliberation(record: Record) -> str:
    """At which meeting it was decided, or at which level in which form, and when."""
    event, at = record.last(Action.DECIDE), record.case.decided_at
    if event is None or at is None:
        return ""
    if data_of(event).get("meeting_kind") in MeetingKind.values:
        return joined(
            str(MeetingKind(data_of(event)["meeting_kind"]).label),
            data_of(event)["meeting_on"],
        )
    if data_of(event).get("four_two"):
        return joined(_("Six steps of a village decision"), local_day(at))
    words = pgettext("ledger", "decided by the %(level)s")
    if record.case.handling == Handling.MEETING:
        words = pgettext("ledger", "%(level)s committee's meeting")
    return joined(words % {"level": event.get_level_display()}, local_day(at))


def progress(record: Record) -> str:
    """The stage, and in an open case the last thing noted of this round's work."""
    case = record.case
    noted = record.last(Action.PROGRESS, round_=case.round) if case.is_open else None
    return joined(case.get_stage_display(), record.words(noted.note) if noted else "")


def result(record: Record) -> str:
    return joined(outcome(record), record.words(record.case.result))


def outcome(record: Record) -> Text:
    """How it ended; closed without 办结, by what the closing says of it."""
    case = record.case
    if case.outcome:
        return case.get_outcome_display()
    ended = OUTCOMES.get(CloseReason(case.close_reason)) if case.close_reason else None
    return ended.label if ended else ""


def measures(record: Record) -> str:
    return record.words(record.case.measures or record.case.result)


def supervised(record: Record) -> bool:
    return record.last(Action.SUPERVISE) is not None


def assigned_at(record: Record) -> datetime | None:
    return record.lead.assigned_at if record.lead else None


def extended_until(record: Record) -> str:
    """是否延期(至): the day an extension granted in this round reaches to."""
    event = record.last(Action.RULE_EXTENSION, round_=record.case.round)
    if event is None or data_of(event).get("ruling") != "granted":
        return _("No")
    return _("Yes, until %(date)s") % {"date": data_of(event)["until_on"]}


def papers(record: Record) -> str:
    count = cast("int", record.annotated("papers"))
    return (
        ngettext("%(count)s paper", "%(count)s papers", count) % {"count": count}
        if count
        else ""
    )


# --- satisfaction: the first rating in the columns, the last later one as the second
def completed_before_rating(record: Record) -> datetime | None:
    event = record.last(Action.COMPLETE, Action.SETTLE, round_=record.ratings[0].round)
    return event.at if event else record.case.completed_at


def put_right(record: Record) -> str:
    """What was done in a later round."""
    case = record.case
    again = case.round > record.ratings[0].round and case.completed_at is not None
    return measures(record) if again else ""


def second_rating(record: Record) -> str:
    last = record.ratings[-1]
    if last is record.ratings[0]:
        return ""
    return joined(
        last.get_satisfaction_display(), last.get_solved_display(), local_day(last.at)
    )


def caller(record: Record) -> str:
    """Who entered the first answer; the speaker, where nobody did for them."""
    post = record.ratings[0].entered_by
    return str(post.user) if post else pgettext("ledger", "the speaker")


def rating_remark(record: Record) -> str:
    """当场表态 is counted apart, so it is marked (domain §3, settle)."""
    spot = (
        pgettext("ledger", "said on the spot") if record.ratings[0].on_the_spot else ""
    )
    return "；".join(filter(None, (spot, record.remark)))
