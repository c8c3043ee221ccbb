"""The words of notices, for whoever reads them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import Case, Event
from cases.models.choices import Handling, RequestState, Rule, Stage
from cases.models.standard_text import BRACED
from cases.privacy.redactor import speaker_redactor
from cases.workflow import Action
from cases.workflow.event_data import data_of
from minshi import workdays
from minshi.errors import Text
from supervision.models import Chase, Notice, NoticeKind, SupervisionOrder
from supervision.models.notice_kinds import (
    FACTS,
    FILLED_IN,
    LAST_DAY,
    OF_SYSTEM,
    REASON,
    REPLY_ON,
    STAGE,
)

WORDS: Mapping[str, Text] = {
    NoticeKind.YELLOW: gettext_lazy("Due soon: the last day is %(last_day)s."),
    NoticeKind.OVERDUE: gettext_lazy(
        "It fell due on %(last_day)s and is not done yet."
    ),
    NoticeKind.URGE: gettext_lazy(
        "Still not done; it fell due on %(last_day)s. Please see to it."
    ),
    NoticeKind.ORDER_TO_SIGN: gettext_lazy(
        "A supervision order waits for a signature."
    ),
    NoticeKind.ORDER: gettext_lazy(
        "A supervision order was sent: %(order)s. Answer by %(reply_on)s."
    ),
    NoticeKind.ORDER_REPLIED: gettext_lazy("%(order)s was answered; please check it."),
    NoticeKind.ORDER_BACK: gettext_lazy(
        "The answer to %(order)s was sent back; answer again by %(reply_on)s."
    ),
    NoticeKind.ORDER_CLOSED: gettext_lazy(
        "The answer to %(order)s was found good; the order is closed."
    ),
    NoticeKind.ORDER_UNSENT: gettext_lazy(
        "The supervision order that you wrote was given back and does not go out. It"
        " says why, and can be written anew."
    ),
    NoticeKind.CIRCULATE: gettext_lazy("%(order)s was not answered by %(reply_on)s."),
    NoticeKind.ALARM: gettext_lazy(
        "Nobody could be told about this matter; please appoint somebody."
    ),
    NoticeKind.YOURS: gettext_lazy("It is with you now: %(stage)s."),
    NoticeKind.PART: gettext_lazy("You are asked to take a part in it."),
    NoticeKind.RULE: gettext_lazy(
        "Somebody asks for more time, a break or to give a part back: please rule"
        " on it."
    ),
    NoticeKind.RULED: gettext_lazy("What you asked for was ruled on."),
    NoticeKind.SPEAKER: gettext_lazy("The speaker has said something about it."),
    NoticeKind.TAKEN_BACK: gettext_lazy(
        "The speaker has taken it back; nothing is left to be done."
    ),
    NoticeKind.RED_LINE: gettext_lazy("Red line: it was reported. Look at it at once."),
    NoticeKind.RED_LINE_LATE: gettext_lazy(
        "Red line: it was taken down and is not reported yet. Report it at once, or say"
        " by another topic that it is none."
    ),
    NoticeKind.REOPEN_ASKED: gettext_lazy(
        "The speaker has something more to say, and you are asked to open the matter"
        " again or to answer."
    ),
    NoticeKind.UNANSWERED: gettext_lazy(
        "What the speaker said after closing was not answered by its day. Please see"
        " to it."
    ),
    NoticeKind.ACCEPTED: gettext_lazy(
        "What you said is taken up (%(number)s). You hear from us by %(promised)s."
    ),
    NoticeKind.PROMISED: gettext_lazy(
        "About %(number)s: it is being worked on; you hear from us by %(promised)s."
    ),
    NoticeKind.ANSWERED: gettext_lazy(
        "%(number)s is answered. Ask at the counter, or with the code on your receipt."
    ),
    NoticeKind.CALL: gettext_lazy(
        "Please call the speaker and tell them how it stands."
    ),
    NoticeKind.CHASED: gettext_lazy("It is being chased: %(reason)s"),
    NoticeKind.WITHDRAWN: gettext_lazy(
        "%(number)s was taken back in your name. If that is not so, please say so."
    ),
    NoticeKind.BACKUP_FAILED: gettext_lazy(
        "The backup of %(reply_on)s failed; the page of the jobs says why."
    ),
    NoticeKind.BACKUP_LATE: gettext_lazy(
        "Backups are late. The last good one: %(reply_on)s."
    ),
    NoticeKind.PROOF_FAILED: gettext_lazy(
        "The backup looked at on %(reply_on)s could not be proved to be good; the page"
        " of the jobs says why."
    ),
    NoticeKind.PROOF_LATE: gettext_lazy(
        "No backup has been proved to be good for more than a week. The last proof:"
        " %(reply_on)s."
    ),
    NoticeKind.NO_BACKUPS: gettext_lazy(
        "No backups are made here: were this machine lost, everything would be."
        " BACKUP_KEY is not set, or the worker of backups has never run. This is said"
        " once."
    ),
    NoticeKind.HISTORY_LATE: gettext_lazy(
        "Records are not being checked every night. The last check: %(reply_on)s."
    ),
    NoticeKind.HISTORY: gettext_lazy(
        "The nightly check found records that do not fit. Look at them at once."
    ),
    NoticeKind.HEADS: gettext_lazy(
        "The heads of the day. Keep this letter where this system does not reach:"
    ),
    NoticeKind.EXPORT_READY: gettext_lazy(
        "The file you asked for is ready. Fetch it by %(reply_on)s."
    ),
    NoticeKind.EXPORT_FAILED: gettext_lazy(
        "The file you asked for could not be written; the list of your files says why."
    ),
}

# what to do, to whom the matter comes at a stage
TO_DO: Mapping[str, Text] = {
    Stage.SPEAK: gettext_lazy("It is with you now: say whether it is taken up."),
    Stage.DELIBERATE: gettext_lazy("It is with you now: decide, and hand it over."),
    Stage.HANDLE: gettext_lazy("It is with you now: acknowledge it and handle it."),
    Stage.SUPERVISE: gettext_lazy("It is with you now: check what was done."),
    Stage.RATE: gettext_lazy("It is with you now: call the speaker for the rating."),
}
# to whom the matter comes that its speaker was dissatisfied with a second time
TO_BE_ORDERED = gettext_lazy(
    "It is with you now: the speaker was dissatisfied again. Order it redone, or"
    " explain it."
)
YET_TO_BE_HEARD = gettext_lazy(
    "The committee's meeting is to hear it, and you are to lead: acknowledge it and get"
    " ready."
)
MORE_SPEAKERS = gettext_lazy(
    "Another matter was merged into this one: open it, and see who else spoke and what"
    " they said."
)
# what to do where it comes back to be handled, by what brought it back
DO_AGAIN: Mapping[str, Text] = {
    Action.RATE: gettext_lazy("The speaker says it was not done well: do it again."),
    Action.REDO: gettext_lazy("It was not done well: you are asked to do it again."),
    Action.REOPEN: gettext_lazy("It was opened again: do it once more."),
    Action.REJECT: gettext_lazy("The check found it not good enough: go on with it."),
}
# of an order, to whoever is only to know of it
COPIES: Mapping[str, Text] = {
    NoticeKind.ORDER: gettext_lazy(
        "For you to know: supervision order %(order)s was sent, to be answered by"
        " %(reply_on)s."
    ),
    NoticeKind.ORDER_BACK: gettext_lazy(
        "For you to know: the answer to %(order)s was sent back, to be answered again"
        " by %(reply_on)s."
    ),
}
# what was to be done by the day of a clock, where "done" would say too little
TO_BE_DONE: Mapping[str, Text] = {
    Stage.SPEAK: pgettext_lazy("to be", "taken up"),
    Stage.DELIBERATE: pgettext_lazy("to be", "decided"),
    Stage.SUPERVISE: pgettext_lazy("to be", "checked"),
    Stage.RATE: pgettext_lazy("to be", "called back about"),
}
ANSWERED = pgettext_lazy("to be", "answered")
STILL_TO_DO: Mapping[str, Text] = {
    NoticeKind.OVERDUE: gettext_lazy(
        "It was to be %(done)s by %(last_day)s, and is not yet."
    ),
    NoticeKind.URGE: gettext_lazy(
        "It was to be %(done)s by %(last_day)s, and still is not. Please see to it."
    ),
}
# what the speaker did
SPEAKER_DID: Mapping[str, Text] = {
    Action.URGE: gettext_lazy("The speaker asks to hurry."),
    Action.SUPPLEMENT: gettext_lazy("The speaker added something; please read it."),
    Action.AFTERWORD: gettext_lazy("The speaker said something more: answer it."),
}
# how it was ruled on what somebody asked for, by step and ruling
RULINGS: Mapping[tuple[str, str], Text] = {
    (Action.RULE_EXTENSION, RequestState.GRANTED): gettext_lazy(
        "You asked for more time: it was granted, until %(until)s."
    ),
    (Action.RULE_EXTENSION, RequestState.REFUSED): gettext_lazy(
        "You asked for more time: it was refused, and the day due stays. The matter"
        " says why."
    ),
    (Action.RULE_SUSPENSION, RequestState.GRANTED): gettext_lazy(
        "You asked for a break: it was granted, until %(until)s."
    ),
    (Action.RULE_SUSPENSION, RequestState.REFUSED): gettext_lazy(
        "You asked for a break: it was refused, and the time goes on. The matter says"
        " why."
    ),
    (Action.RULE_HAND_BACK, RequestState.GRANTED): gettext_lazy(
        "You gave a part back: it was taken from you."
    ),
    (Action.RULE_HAND_BACK, RequestState.REFUSED): gettext_lazy(
        "You gave a part back: it stays with you. The matter says why."
    ),
}

SHOWN_OF_CHECK = 20  # findings in a letter

# the facts of a notice, in the order in which FILLED_IN names them for a town
IN_ORDER = (
    "last_day",
    "order",
    "reply_on",
    "stage",
    "reason",
    "number",
    "promised",
)


def line_of(notice: Notice) -> str:
    """Return the line of a notice in a letter or a group: number, village and words,
    and nothing of the matter itself.

    Whoever may not read a secret matter learns no more of it than a redacted row shows.
    """
    if notice.history_check:
        return "\n".join([words_of(notice), *_lines_of_check(notice)])

    case = notice.case
    if case is None:
        return words_of(notice)
    if _is_in_sight(notice):
        where = str(case.village or case.town)
    else:
        where = _("Secret matter")
    return f"{case.number} {where}：{words_of(notice)}"


def _lines_of_check(notice: Notice) -> list[str]:
    """Return the lines of an auditor's letter: what was found, or the heads."""
    check = notice.history_check
    if check is None:
        return []
    if notice.kind == NoticeKind.HEADS:
        lines: list[str] = check.heads
        return lines

    found: list[str] = check.findings[:SHOWN_OF_CHECK]
    if check.found > len(found):
        words = _("%(count)s more; all stand in the system's status.")
        return [*found, words % {"count": check.found - len(found)}]
    return found


def _is_in_sight(notice: Notice) -> bool:
    """Return if the recipient may read the matter, as inbox.py and lapsing.py note it
    on each notice that they read for somebody.
    """
    return bool(vars(notice).get("in_sight", True))


def words_of(notice: Notice) -> str:
    """Return the sentence beside the matter's title, as it was on the day of the
    notice; nothing in it is personal.
    """
    facts = _facts_of(notice)
    if notice.own_text:
        return _filled_in(notice.own_text, facts)
    return str(_standard_words_of(notice)) % facts


def _standard_words_of(notice: Notice) -> Text:
    """Return the words of a notice in a town without its own, as exact as they can be:
    what is to be done, who urges, what the speaker did.
    """
    event = notice.event
    words: Text | None = None
    if notice.kind == NoticeKind.YOURS and event:
        words = TO_DO.get(event.target)
        if event.target == Stage.HANDLE:
            words = DO_AGAIN.get(event.action, words)
        if event.target == Stage.SUPERVISE and event.action == Action.RATE:
            words = TO_BE_ORDERED
        if _goes_to_committee(event):
            words = YET_TO_BE_HEARD
        if event.action == Action.RECEIVE_MERGED:
            words = MORE_SPEAKERS
    if notice.kind == NoticeKind.RED_LINE and not _is_in_sight(notice):
        words = _(
            "Mandatory report of a secret matter; what it is about is not shown to you."
            " To know how it stands, ask the town's reviewer."
        )
    if notice.kind == NoticeKind.RULED and event and _is_in_sight(notice):
        words = RULINGS.get((event.action, data_of(event).get("ruling", "")))
    if notice.kind == NoticeKind.SPEAKER and event:
        words = SPEAKER_DID.get(event.action)
    if notice.kind == NoticeKind.CALL and _left_no_number(notice):
        words = _(
            "Please tell the speaker how it stands when you meet: no number was left."
        )
    if notice.kind == NoticeKind.CHASED and notice.chase and notice.chase.by:
        words = _("%(by)s urges you: %(reason)s")
        if not vars(notice).get("is_holder", True):
            words = _("%(by)s is chasing this: %(reason)s")
    if notice.kind in COPIES and notice.is_copy:
        words = COPIES[notice.kind]
    if notice.kind in STILL_TO_DO and _to_be_done(notice):
        words = STILL_TO_DO[notice.kind]
    if notice.kind == NoticeKind.UNANSWERED and _is_theirs_to_answer(notice):
        words = _(
            "The speaker said something more, and is not answered by its day: answer"
            " at once."
        )
    return words or WORDS[notice.kind]


def _goes_to_committee(event: Event) -> bool:
    """Tell whether a matter was handed to a meeting, and not decided in it."""
    if event.action != Action.DECIDE:
        return False
    data = data_of(event)
    return data.get("handling") == Handling.MEETING and "meeting" not in data


def _left_no_number(notice: Notice) -> bool:
    case = notice.case
    return case is not None and not (case.speaker_phone or case.also_personal)


def _to_be_done(notice: Notice) -> Text:
    """Return what was to be done by the day that passed; "" where it is the work."""
    if notice.chase is None or notice.chase.clock_id is None:
        return ""
    clock = notice.chase.clock
    if clock.stage == Stage.RATE and clock.rule == Rule.REPLY:
        return ANSWERED
    return TO_BE_DONE.get(clock.stage, "")


def _is_theirs_to_answer(notice: Notice) -> bool:
    """Tell whether a word after closing was for the recipient to answer, as `worded`
    notes it on each notice.
    """
    return bool(vars(notice).get("is_asked", False))


def _facts_of(notice: Notice) -> dict[str, Any]:
    """Return the facts that a notice may name, by their names in WORDS."""
    chase = notice.chase
    order = notice.order
    event = notice.event
    written_on = workdays.local_day(notice.created_at)

    day = ""
    if notice.kind in OF_SYSTEM:
        day = _("none yet")
    if notice.day:
        day = workdays.day_in_words(notice.day, written_on)

    last_day = ""
    if chase:
        fell_due_on = workdays.last_day_of(chase.due_at)
        last_day = workdays.day_in_words(fell_due_on, written_on)

    by = ""
    if chase and chase.by:
        by = _("%(name)s (%(role)s)") % {
            "name": chase.by.user,
            "role": chase.by.get_role_display(),
        }

    reason = ""
    if chase and notice.case and _is_in_sight(notice):
        # anew: who spoke may have been put in since it was written
        reason = speaker_redactor(notice.case)(chase.demand)

    until = ""
    if event and (until_on := data_of(event).get("until_on")):
        until = workdays.day_in_words(date.fromisoformat(until_on), written_on)

    return {
        "last_day": last_day,
        "until": until,
        "order": (order.number if order else "") or _("The order"),
        "reply_on": day,
        "stage": event.get_target_display() if event else "",
        "number": notice.case.number if notice.case else "",
        "promised": day,
        "by": by,
        "done": _to_be_done(notice),
        "reason": reason or _("please see to it."),
    }


def _filled_in(text: str, facts: Mapping[str, Any]) -> str:
    """Put the facts into a town's own words, in the place of their names in {braces};
    braces around any other word stay as they are.
    """
    values = [str(facts[name]) for name in IN_ORDER]
    by_word = dict(zip(FILLED_IN, values, strict=True))

    def value_of(found: re.Match[str]) -> str:
        return by_word.get(found[1], found[0])

    return BRACED.sub(value_of, text)


def standard_words(kind: str) -> str:
    """Return the words of a kind of notice where a town has none of its own, with the
    facts as their names in {braces}.
    """
    names = {}
    for name, word in zip(IN_ORDER, FILLED_IN, strict=True):
        names[name] = f"{{{word}}}"

    return str(WORDS[kind]) % names


def example_of(kind: str, text: str, on: date) -> str:
    """Return the words of such a notice about a matter that does not exist, with the
    facts that its kind has.
    """
    due_at = workdays.due_at(on)
    facts = FACTS[kind]

    case = Case(number="BG-2026-0001")
    notice = Notice(kind=kind, own_text=text, case=case, created_at=due_at)
    if LAST_DAY in facts or REASON in facts:
        demanded = Event(note=_("the villagers cannot wait"))
        notice.chase = Chase(due_at=due_at, event=demanded)
    if STAGE in facts:
        notice.event = Event(target=Stage.HANDLE)
    if REPLY_ON in facts:
        notice.order = SupervisionOrder(number="白关镇督字〔2026〕3号")
        notice.day = on

    return words_of(notice)
