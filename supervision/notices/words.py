"""What a notice says, for whoever reads it."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, Event
from cases.models.choices import Stage
from minshi import workdays
from minshi.errors import Text
from supervision.models import Chase, Notice, NoticeKind, SupervisionOrder
from supervision.models.notice import (
    BRACED,
    FACTS,
    FILLED_IN,
    LAST_DAY,
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
    NoticeKind.ACCEPTED: gettext_lazy(
        "What you said is taken up (%(number)s). You hear from us by %(promised)s."
    ),
    NoticeKind.PROMISED: gettext_lazy(
        "About %(number)s: the day has changed; you hear from us by %(promised)s."
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
}

# as FILLED_IN names them
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
    """For a letter or a group: number, village and what is told, and nothing of the
    matter itself.

    Whoever may not read a secret matter is told no more of it than a redacted row
    shows.
    """
    case = notice.case
    where = (case.village or case.town) if _is_in_sight(notice) else _("Secret matter")
    return f"{case.number} {where}：{words_of(notice)}"


def _is_in_sight(notice: Notice) -> bool:
    """Whoever reads notices for somebody notes beside each whether they may read its
    matter (inbox.py, lapsing.py).
    """
    return bool(vars(notice).get("in_sight", True))


def words_of(notice: Notice) -> str:
    """The sentence beside the matter's title, as it was when it was told; nothing in it
    is personal.
    """
    chase, order, event = notice.chase, notice.order, notice.event
    said_on = workdays.local_day(notice.created_at)
    of_notice = workdays.day_in_words(notice.day, said_on) if notice.day else ""
    facts = {
        "last_day": (
            workdays.day_in_words(workdays.last_day_of(chase.due_at), said_on)
            if chase
            else ""
        ),
        "order": (order.number if order else "") or _("The order"),
        "reply_on": of_notice,
        "stage": event.get_target_display() if event else "",
        "number": notice.case.number,
        "promised": of_notice,
        "reason": (
            (chase.reason if chase and _is_in_sight(notice) else "")
            or _("please see to it.")
        ),
    }
    if notice.own_text:
        known = dict(
            zip(FILLED_IN, (str(facts[name]) for name in IN_ORDER), strict=True)
        )
        return BRACED.sub(lambda found: known.get(found[1], found[0]), notice.own_text)
    return str(WORDS[notice.kind]) % facts


def standard_words(kind: str) -> str:
    """What a notice of a kind says without words of the town's own, its facts as the
    names in braces.
    """
    return str(WORDS[kind]) % {
        name: f"{{{word}}}" for name, word in zip(IN_ORDER, FILLED_IN, strict=True)
    }


def example_of(kind: str, text: str, on: date) -> str:
    """What such a notice would say of a matter that does not exist, with the facts that
    its kind has.
    """
    due, known = workdays.due_at(on), FACTS[kind]
    notice = Notice(
        kind=kind, own_text=text, case=Case(number="BG-2026-0001"), created_at=due
    )
    if LAST_DAY in known or REASON in known:
        notice.chase = Chase(due_at=due, reason=_("the villagers cannot wait"))
    if STAGE in known:
        notice.event = Event(target=Stage.HANDLE)
    if REPLY_ON in known:
        notice.order, notice.day = SupervisionOrder(number="白关镇督字〔2026〕3号"), on
    return words_of(notice)
