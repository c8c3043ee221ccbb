"""The text of a monthly report, in the usual skeleton of seven parts; every number is a
figure of its snapshot.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.ledgers.period import in_words
from supervision.figures.definitions import IN_SHORT
from supervision.figures.kinds import NONE, SECRET
from supervision.figures.periods import Days
from supervision.figures.reading import Figures, ShareOf
from supervision.figures.shown import share_in_words, spread_in_words
from supervision.figures.small import topics_of
from supervision.models import MonthlyReport
from supervision.reports.making import (
    A_YEAR_BEFORE,
    BEFORE,
    CHASED,
    THIS,
    UNRECORDED,
)

HOT_TOPICS = 5


@dataclass(frozen=True)
class Part:
    """One of the seven parts: its heading and its text."""

    title: str
    text: str


def figures_of(numbers: dict[str, Any]) -> Figures:
    """Return the figures of stored numbers."""
    return Figures(Counter(numbers))


def title_of(report: MonthlyReport) -> str:
    """Return the title as an office writes it: 白关镇2026年10月民事直说工作月报."""
    days = Days.month_of(report.month)
    words = _("%(town)s, %(month)s: monthly report of the work")
    title = words % {"town": report.town, "month": in_words(days.first, days.last)}
    if report.edition == 1:
        return title
    return _("%(title)s (edition %(edition)s)") % {
        "title": title,
        "edition": report.edition,
    }


def parts_of_report(report: MonthlyReport) -> list[Part]:
    """Return the seven parts; of a signed report as they were signed."""
    if report.is_signed:
        return [Part(title, text) for title, text in report.parts]

    this = figures_of(report.numbers[THIS])
    return [
        Part(_("I. In general"), _general(this, report.numbers)),
        Part(_("II. Where from, and what kind"), _kinds(this)),
        Part(_("III. Handling"), _handling(this)),
        Part(_("IV. What was spoken of most"), _topics(this, report.names)),
        Part(_("V. Repeated and hard matters"), _repeated(this)),
        Part(_("VI. Supervision"), _supervision(this, report.numbers)),
        Part(_("VII. Typical matters"), report.typical or _("None this month.")),
    ]


def _general(this: Figures, numbers: dict[str, Any]) -> str:
    received = this.count("case.received.count")

    beside_them = {}
    compared = {
        BEFORE: _("last month"),
        A_YEAR_BEFORE: _("the same month of last year"),
    }
    for name, when in compared.items():
        is_recorded = name not in numbers.get(UNRECORDED, ())
        other = figures_of(numbers[name]) if is_recorded else None
        beside_them[name] = beside(received, other, when)

    return _(
        "In the month %(received)s matters were received, %(before)s, %(year)s."
        " %(concluded)s of them are concluded by now; %(ratio_in_short)s: %(ratio)s."
        " %(closed)s matters were closed in the month. At its end %(open)s were in"
        " hand, %(overdue)s of them overdue."
    ) % {
        "received": received,
        "before": beside_them[BEFORE],
        "year": beside_them[A_YEAR_BEFORE],
        "concluded": this.count("case.concluded.count"),
        "ratio": share(this.share("ratio.concluded")),
        "ratio_in_short": IN_SHORT["ratio.concluded"],
        "closed": this.count("case.closed.count"),
        "open": this.count("case.open.count"),
        "overdue": this.count("case.overdue.count"),
    }


def beside(received: int, other: Figures | None, when: str) -> str:
    """Say by how many more or fewer than at another time, in numbers; None where
    nothing is recorded of that time.
    """
    if other is None:
        return _("nothing recorded of %(when)s") % {"when": when}

    number = other.count("case.received.count")
    words = {"when": when, "number": number, "by": abs(received - number)}
    if received > number:
        return _("%(by)s more than %(when)s (%(number)s)") % words
    if received < number:
        return _("%(by)s fewer than %(when)s (%(number)s)") % words
    return _("as many as %(when)s") % words


def share(of: ShareOf) -> str:
    """Return a share with its numbers: 97.3% (178/183); in words where there is
    nothing to take a share of.
    """
    if not of.whole:
        return pgettext("of a report", "none")
    return f"{share_in_words(of)}（{of.part}/{of.whole}）"


def days(this: Figures, key: str) -> str:
    """Return how long it took; in words where nothing took any time yet."""
    spread = this.spread(key)
    return spread_in_words(spread) if spread.number else pgettext("of a report", "none")


def _kinds(this: Figures) -> str:
    categories = this.split("category")
    return _(
        "Online %(online)s, offline %(offline)s. Village matters %(village)s,"
        " neighbours' matters %(neighbour)s, family matters %(family)s, not sorted yet"
        " %(none)s. Settled on the spot %(on_spot)s, led by one cadre %(led)s, joint"
        " %(joint)s, by the committee's meeting %(meeting)s, no way chosen yet"
        " %(undecided)s."
    ) % {
        "online": this.count("case.online.count"),
        "offline": this.count("case.offline.count"),
        "village": categories.get("village", 0),
        "neighbour": categories.get("neighbour", 0),
        "family": categories.get("family", 0),
        "none": categories.get(NONE, 0),
        "undecided": this.split("handling").get(NONE, 0),
        **{
            key: this.split("handling").get(key, 0)
            for key in ("on_spot", "led", "joint", "meeting")
        },
    }


def _handling(this: Figures) -> str:
    return _(
        "Told in time of acceptance: %(answered)s. Contacted"
        " (%(contacted_in_short)s): %(contacted)s. Completed (%(completed_in_short)s):"
        " %(completed)s. Completed in time: %(in_time)s. Days to the reply: %(reply)s."
        " Days to closing: %(closing)s. Satisfied: %(satisfied)s. Solved: %(solved)s."
        " Rated of completed: %(rated)s."
    ) % {
        "answered": share(this.share("rate.answered")),
        "contacted": share(this.share("rate.contacted")),
        "contacted_in_short": IN_SHORT["rate.contacted"],
        "completed": share(this.share("rate.completed")),
        "completed_in_short": IN_SHORT["rate.completed"],
        "in_time": share(this.share("rate.in_time")),
        "reply": days(this, "days.reply"),
        "closing": days(this, "days.closing"),
        "satisfied": share(this.share("rate.satisfied")),
        "solved": share(this.share("rate.solved")),
        "rated": share(this.share("rate.rated")),
    }


def _topics(this: Figures, names: dict[str, dict[str, str]]) -> str:
    topics = []
    for cell in topics_of(this, leaves_village=True):
        if cell.value in (NONE, SECRET, ""):
            continue
        name = names["topic"].get(cell.value, cell.value)
        words = pgettext("of a report", "%(topic)s %(number)s")
        topics.append(words % {"topic": name, "number": cell.shown})
    if not topics:
        return _why_no_topic(this)

    listed = pgettext("list", ", ").join(topics[:HOT_TOPICS])
    words = _("By topic, the most first: %(topics)s.") % {"topics": listed}
    if len(topics) <= HOT_TOPICS:
        return words
    return words + _(
        "Only the first %(first)s are listed; those of other topics, and without one,"
        " are not."
    ) % {"first": HOT_TOPICS}


def _why_no_topic(this: Figures) -> str:
    if not this.count("case.received.count"):
        return _("Nothing was received in this time.")
    if this.split("topic").get(SECRET):
        return _("The matters received have no topic, or are secret.")
    return _("None of the matters received has a topic.")


def _repeated(this: Figures) -> str:
    return _(
        "Repeated within 90 days %(repeated)s, in a second round or a later one"
        " %(redone)s, opened again %(reopened)s, handed back %(handed_back)s, given"
        " more time %(extended)s, suspended %(suspended)s."
    ) % {
        name: this.count(f"case.{name}.count")
        for name in (
            "repeated",
            "redone",
            "reopened",
            "handed_back",
            "extended",
            "suspended",
        )
    }


def _supervision(this: Figures, numbers: dict[str, Any]) -> str:
    words = _(
        "Of the matters received %(chased)s were urged, put under an order or"
        " circulated. Dissatisfied in the latest rating: %(dissatisfied)s."
    ) % {
        "chased": this.count("case.chased.count"),
        "dissatisfied": this.count("rating.dissatisfied.count"),
    }
    if CHASED not in numbers:  # counted before it was stored
        return words

    in_the_month = _(
        "In the month, of matters of whatever month: urged %(urged)s times, orders sent"
        " %(orders)s, circulated %(circulated)s times."
    )
    counts: dict[str, int] = numbers[CHASED]
    return in_the_month % counts + words
