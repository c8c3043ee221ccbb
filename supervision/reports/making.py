"""Making of monthly reports: a snapshot of the figures of the month that is over."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.models import Concern, Topic
from minshi import workdays
from minshi.jobs import SomeFailed, done_for
from minshi.workdays import ONE_DAY
from supervision.figures.periods import Days
from supervision.figures.places import Place, parts_of
from supervision.figures.reading import Figures, Reading
from supervision.models import MonthlyReport, MonthlyReportRow
from villages.models import Office, Post, Town
from villages.rights import READ_REPORTS

LANGUAGE = "zh-hans"  # in which a report is written, whoever makes it
THIS, BEFORE, A_YEAR_BEFORE = "this", "before", "a_year_before"


def make_reports_due(at: datetime) -> int:
    """Make the report of last month for every town with matters that has none yet, and
    return how many. Safe to run twice at once: a town has one edition of a number.

    SomeFailed, once all towns had their turn: the report of some could not be made.
    """
    first_of_this = workdays.local_day(at).replace(day=1)
    month = Days.month_of(first_of_this - ONE_DAY)
    towns = Town.objects.filter(cases__registered_at__lt=month.end).distinct()
    without = towns.exclude(monthly_reports__month=month.first)

    def make(towns: Sequence[Town]) -> int:
        return sum(_made_now(town, month.first, at) for town in towns)

    made = 0
    failed: list[Town] = []
    for town in without:
        count, not_made = done_for([town], make)
        made += count
        failed += not_made
    if failed:
        raise SomeFailed([str(town) for town in failed])
    return made


def _made_now(town: Town, month: date, at: datetime) -> bool:
    """Make a town's report; False where another worker has just made it."""
    try:
        make_report(town, month, at=at)
    except IntegrityError:
        if not MonthlyReport.objects.filter(town=town, month=month).exists():
            raise
        return False
    return True


@transaction.atomic
def make_report(
    town: Town, month: date, *, at: datetime, edition: int = 1, why_again: str = ""
) -> MonthlyReport:
    """Count the figures of a month and store them as an edition, with a row for each
    village and the total first.

    IntegrityError: there is this edition already.
    """
    days = Days.month_of(month)
    place = Place.of_town(town)
    spans = [days, days.before(), days.a_year_before()]
    read = Reading(place, at, None, concerns_readers(town)).read(spans)
    by_period = [Figures.together(parts.values()) for parts in read.parts]

    this, before, a_year_before = by_period
    report = MonthlyReport.objects.create(
        town=town,
        month=days.first,
        edition=edition,
        why_again=why_again,
        made_at=at,
        numbers={
            THIS: _stored(this),
            BEFORE: _stored(before),
            A_YEAR_BEFORE: _stored(a_year_before),
        },
        names=_names(this),
    )

    with override(LANGUAGE):
        rows = [_row(report, place, _("Total"), this, is_total=True)]
        for part in parts_of(place):
            figures = read.parts[0].get(part.code, Figures.none())
            if part.is_village or figures.numbers.total():
                rows.append(_row(report, part, _name_of(part), figures))
    MonthlyReportRow.objects.bulk_create(rows)
    return report


def concerns_readers(town: Town) -> Q | None:
    """Return the condition of the matters that concern whoever reads the reports of a
    town; None: there are none. Beside their own figures, which leave these out, the
    report would tell of them. One query.
    """
    posts = Post.objects.filter(
        Q(town=town) | Q(county_code=town.county_code), role__in=READ_REPORTS
    )
    about = Concern.objects.filter(user__in=posts.values("user"))
    if not about.filter(case__town=town).exists():
        return None
    return Q(Exists(about.filter(case=OuterRef("pk"))))


def _row(
    report: MonthlyReport,
    place: Place,
    name: str,
    figures: Figures,
    *,
    is_total: bool = False,
) -> MonthlyReportRow:
    return MonthlyReportRow(
        report=report,
        at=Days.month_of(report.month).begin,
        place=place.code,
        name=name,
        is_total=is_total,
        numbers=_stored(figures),
    )


def _name_of(part: Place) -> str:
    if part.is_village:
        return part.name
    return _("%(town)s, at its own counter") % {"town": part.name}


def _stored(figures: Figures) -> dict[str, int]:
    return dict(+figures.numbers)


def _names(figures: Figures) -> dict[str, dict[str, str]]:
    """Return what topics and offices are called, by key."""
    found = {}
    for key, model in (("topic", Topic), ("office", Office)):
        keys = [value for value in figures.split(key) if value.isdecimal()]
        rows = model.objects.filter(pk__in=keys)
        found[key] = {str(row.pk): str(row) for row in rows}
    return found
