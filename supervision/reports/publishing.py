"""The public report: which figures of a month a reviewer shows to everybody
(figures.md, "Who").
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from cases.ledgers.period import in_words
from minshi.errors import InputRefused, MoveRefused, NoSuchRight, Text
from minshi.workdays import local_day
from supervision.figures.definitions import FIGURES
from supervision.figures.for_all import reading_for_all, topics_for_all
from supervision.figures.kinds import FEWEST, Share, Spread
from supervision.figures.periods import Days
from supervision.figures.pictures import Bar
from supervision.figures.reading import Figures, ShareOf
from supervision.figures.shown import (
    NOTHING,
    number_for_all,
    share_in_short,
    share_in_words,
    spread_in_words,
)
from supervision.models import MonthlyReport, Publication
from villages.audit import record_audit
from villages.finals import Columns, Final, change_recorded, seal_final
from villages.models import Post, Town, User
from villages.models.audit import AuditKind
from villages.rights import PUBLISH_REPORTS, first_post

TOPICS = "topics"
# what may be shown of a whole town, in words for whoever reads no reports: nothing of a
# village, an office or a person
OFFERED: Mapping[str, Text] = MappingProxyType(
    {
        "case.received.count": pgettext_lazy("public", "Told us in %(month)s"),
        "case.concluded.count": pgettext_lazy("public", "Of these settled by now"),
        "case.closed.count": pgettext_lazy("public", "Closed in %(month)s"),
        "rate.answered": pgettext_lazy(
            "public", "Were told in time that it is taken up"
        ),
        "rate.in_time": pgettext_lazy("public", "Were handled in time"),
        "rate.solved": pgettext_lazy("public", "Say that it is solved"),
        "rate.satisfied": pgettext_lazy("public", "Say that they are satisfied"),
        "rate.rated": pgettext_lazy("public", "Said what they think of it"),
        "days.reply": pgettext_lazy("public", "How long until an answer"),
        "days.closing": pgettext_lazy("public", "How long until it is closed"),
        TOPICS: pgettext_lazy("public", "Spoken of most"),
    }
)

PUBLICATION = Final(
    "public-report",
    Columns(
        Publication,
        (
            "report_id",
            "codes",
            "numbers",
            "topics",
            "published_at",
            "published_by_id",
            "ended_at",
        ),
    ),
)


@dataclass(frozen=True)
class PublicFigure:
    """A figure as everybody reads it."""

    label: str
    shown: str


def publishing_post(report: MonthlyReport, user: User, at: datetime) -> Post | None:
    """Return the post from which a user publishes the report: a reviewer of the town;
    None: they may not.
    """
    posts = user.posts_on(local_day(at))
    return first_post(posts, PUBLISH_REPORTS, town_id=report.town_id)


@transaction.atomic
def publish(
    report: MonthlyReport,
    codes: Sequence[str],
    *,
    by: User,
    at: datetime,
    request: HttpRequest | None = None,
) -> Publication:
    """Show some figures of a signed report to everybody, counted now, in place of what
    was shown of that month before. Where all of it is shown already, as after a second
    click, that is returned as it is and nothing is recorded again.

    NoSuchRight: not a reviewer of the town. MoveRefused: it is not signed, or a newer
    edition is there. InputRefused: nothing is chosen.
    """
    post = publishing_post(report, by, at)
    if post is None:
        raise NoSuchRight(_("Only a reviewer of the town publishes its report."))
    report = MonthlyReport.objects.select_for_update().get(pk=report.pk)
    if not report.is_signed:
        raise MoveRefused(_("It is not signed yet: only a signed report is published."))
    if not MonthlyReport.objects.newest().filter(pk=report.pk).exists():
        raise MoveRefused(_("There is a newer edition of this report."))
    chosen = [code for code in OFFERED if code in codes]
    if not chosen:
        raise InputRefused.at(codes=_("Tick what everybody may read."))

    figures = _counted(report, at)
    topics = topics_for_all(figures) if TOPICS in chosen else []
    wanted = {
        "report": report,
        "codes": chosen,
        "numbers": dict(+figures.numbers),
        "topics": [[bar.label, bar.number] for bar in topics],
    }
    # whoever clicks at the same moment waits for the report, and then finds it shown
    shown = _shown_of_month(report).first()
    if shown and all(getattr(shown, name) == value for name, value in wanted.items()):
        return shown

    _end_shown_of_month(report, by, at)
    made = Publication.objects.create(**wanted, published_at=at, published_by=post)
    seal_final(PUBLICATION, made, at=at, user=by)
    subject = _("published: %(report)s") % {"report": report}
    record_audit(AuditKind.PUBLISHED, at=at, user=by, subject=subject, request=request)
    return made


@transaction.atomic
def take_back(
    report: MonthlyReport,
    *,
    by: User,
    at: datetime,
    request: HttpRequest | None = None,
) -> None:
    """Show nothing of the report's month any more, of whichever edition; what is shown
    no more stays so, and nothing is recorded again. NoSuchRight: not a reviewer of the
    town.
    """
    if publishing_post(report, by, at) is None:
        raise NoSuchRight(_("Only a reviewer of the town publishes its report."))
    if _end_shown_of_month(report, by, at):
        subject = _("published no more: %(report)s") % {"report": report}
        record_audit(
            AuditKind.PUBLISHED, at=at, user=by, subject=subject, request=request
        )


def published_of(town: Town) -> list[Publication]:
    """Return what a town shows, the newest month first. One query."""
    shown = Publication.objects.filter(report__town=town, ended_at=None)
    in_order = shown.select_related("report__town")
    return list(in_order.order_by("-report__month"))


def published_from(report: MonthlyReport) -> Publication | None:
    """Return what everybody reads of a report now, of whichever edition. One query."""
    with_people = _shown_of_month(report).select_related(
        "report__town", "published_by__user"
    )
    return with_people.first()


def offered_of(report: MonthlyReport, at: datetime) -> list[PublicFigure]:
    """Return what may be shown of a report as it would read, as in OFFERED."""
    figures = _counted(report, at)
    offered = []
    for code in OFFERED:
        if code == TOPICS:
            offered.append(_topics_in_short(topics_for_all(figures)))
        else:
            offered.append(figure_of(code, figures, report.month))
    return offered


def figures_of(publication: Publication) -> list[PublicFigure]:
    """Return the figures that everybody reads, in the order in which they stand; of
    shares and days those alone that there was something to count for.
    """
    figures = Figures(Counter(publication.numbers))
    shown = []
    for code in publication.codes:
        if code == TOPICS:
            continue
        figure = figure_of(code, figures, publication.report.month)
        if figure.shown != NOTHING:
            shown.append(figure)
    return shown


def figure_of(code: str, figures: Figures, month: date) -> PublicFigure:
    """Return a figure in words; of fewer than five neither number nor share."""
    figure = FIGURES[code]
    if isinstance(figure, Share):
        shown = _share(figures.share(code))
    elif isinstance(figure, Spread):
        shown = spread_in_words(figures.spread(code))
    else:
        shown = _matters(figures.count(code))
    return PublicFigure(label_of(code, month), shown)


def label_of(code: str, month: date) -> str:
    """Return what a figure is called for everybody: it is read in later months too."""
    days = Days.month_of(month)
    return str(OFFERED[code]) % {"month": in_words(days.first, days.last)}


def _share(share: ShareOf) -> str:
    if share.is_few:
        return share_in_short(share)

    others = share.whole - share.part
    words = {"whole": share.whole, "few": FEWEST, "most": share.whole - FEWEST}
    if 0 < share.part < FEWEST:
        return _("fewer than %(few)s of %(whole)s") % words
    if 0 < others < FEWEST:
        return _("more than %(most)s of %(whole)s") % words
    if share.part == share.whole:
        return _("all of %(whole)s") % {"whole": share.whole}
    return _("%(part)s of %(whole)s (%(percent)s)") % {
        "part": share.part,
        "whole": share.whole,
        "percent": share_in_words(share),
    }


def _matters(number: int) -> str:
    if 0 < number < FEWEST:
        return number_for_all(number)
    words = ngettext("%(number)s matter", "%(number)s matters", number)
    return words % {"number": number}


def _topics_in_short(bars: list[Bar]) -> PublicFigure:
    names = [f"{bar.label} {bar.number}" for bar in bars]
    shown = pgettext("list", ", ").join(names)
    none = _("no topic has five matters")
    return PublicFigure(str(OFFERED[TOPICS]), shown or none)


def _shown_of_month(report: MonthlyReport) -> QuerySet[Publication]:
    """Return what is shown of the report's month, of whichever edition."""
    return Publication.objects.filter(
        report__town=report.town_id, report__month=report.month, ended_at=None
    )


def _end_shown_of_month(report: MonthlyReport, by: User, at: datetime) -> bool:
    """Show nothing of the report's month any more; True where something was shown."""
    shown = list(_shown_of_month(report).select_for_update(of=("self",)))
    for publication in shown:
        publication.ended_at = at
        with change_recorded(PUBLICATION, publication, at=at, user=by):
            publication.save(update_fields=["ended_at"])
    return bool(shown)


def _counted(report: MonthlyReport, at: datetime) -> Figures:
    """Count the month of a report from the matters: what is stored of past days is
    under no seal, and what is published is sealed.
    """
    reading = reading_for_all(report.town, at, recounts=True)
    return reading.of(Days.month_of(report.month))
