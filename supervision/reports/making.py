"""Making of monthly reports: a snapshot of the figures of the month that is over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.models import Case, Concern, Topic
from cases.models.choices import SupervisionLevel
from minshi.jobs import SomeFailed, done_for
from minshi.workdays import ONE_DAY, local_day
from supervision.figures.periods import Days
from supervision.figures.places import Place, parts_of
from supervision.figures.reading import Figures, Reading
from supervision.models import (
    Chase,
    MonthlyReport,
    MonthlyReportRow,
    SupervisionOrder,
)
from supervision.models.report import MonthlyReportQuerySet
from villages.models import Office, Post, Town
from villages.rights import READ_REPORTS

LANGUAGE = "zh-hans"  # in which a report is written, whoever makes it
THIS, BEFORE, A_YEAR_BEFORE = "this", "before", "a_year_before"
LEFT_OUT = "left_out"  # matters that concern a reader, by key
UNRECORDED = "unrecorded"  # the months by whose end nothing had been taken down yet
CHASED = "chased"  # how often matters were chased in the month
MOST_MISSED = 12  # months whose reports are made up for


def make_reports_due(at: datetime) -> int:
    """Make the report of last month for every town with matters that has none yet, and
    those missed since its newest one while the program was off; return how many. Safe
    to run twice at once: a town has one edition of a number.

    SomeFailed, once all towns had their turn: the report of some could not be made.
    """
    month = _month_before(local_day(at))
    towns = Town.objects.filter(cases__registered_at__lt=month.end).distinct()
    without = towns.exclude(monthly_reports__month=month.first)

    def make(towns: Sequence[Town]) -> int:
        made = 0
        for town in towns:
            for missed in _missed_months(town, month):
                made += _made_now(town, missed, at)
        return made

    made = 0
    failed: list[Town] = []
    for town in without:
        count, not_made = done_for([town], make)
        made += count
        failed += not_made
    if failed:
        raise SomeFailed([str(town) for town in failed])
    return made


def _month_before(day: date) -> Days:
    return Days.month_of(day.replace(day=1) - ONE_DAY)


def _missed_months(town: Town, last: Days) -> list[date]:
    """Return the months without a report up to the last one, the oldest first: of a
    town that had none yet the last alone.
    """
    newest = town.monthly_reports.aggregate(newest=Max("month"))["newest"]
    months = [last.first]
    while newest and len(months) < MOST_MISSED:
        before = _month_before(months[0]).first
        if before <= newest:
            break
        months.insert(0, before)
    return months


def _made_now(town: Town, month: date, at: datetime) -> bool:
    """Make a town's report; False where another worker has just made it."""
    try:
        make_report(town, month, at=at)
    except IntegrityError:
        if not MonthlyReport.objects.filter(town=town, month=month).exists():
            raise
        return False
    return True


def make_report(
    town: Town, month: date, *, at: datetime, edition: int = 1, why_again: str = ""
) -> MonthlyReport:
    """Count the figures of a month and store them as an edition, with a row for each
    village and the total first.

    IntegrityError: there is this edition already.
    """
    report = MonthlyReport(
        town=town,
        month=Days.month_of(month).first,
        edition=edition,
        why_again=why_again,
    )
    counted = count_month(report, at)
    with transaction.atomic():
        counted.store(report)
    return report


def refresh_drafts(reports: MonthlyReportQuerySet, at: datetime) -> set[int]:
    """Count those of some reports anew that are not signed and count a matter which has
    come to concern a reader of theirs, and return their keys. Beside the reader's own
    figures, which leave it out, they would tell of it.

    One query, and one for each that is not signed where a matter concerns a cadre.
    """
    about_somebody = Concern.objects.filter(case__town=OuterRef("town"))
    drafts = reports.filter(Exists(about_somebody), signed_at=None)

    counted = set()
    for draft in drafts.select_related("town"):
        left_out = draft.numbers.get(LEFT_OUT, [])
        if not concerning_readers(draft.town, draft.made_at, at).issubset(left_out):
            _count_draft(draft, at)
            counted.add(draft.pk)
    return counted


def _count_draft(draft: MonthlyReport, at: datetime) -> None:
    counted = count_month(draft, at)
    with transaction.atomic():
        report = MonthlyReport.objects.select_for_update().get(pk=draft.pk)
        if not report.is_signed:
            counted.store(report)


@dataclass(frozen=True)
class CountedMonth:
    """What a report says, as it was counted at a moment."""

    at: datetime
    numbers: dict[str, Any]
    names: dict[str, dict[str, str]]
    rows: list[MonthlyReportRow]  # of no report yet

    def store(self, report: MonthlyReport) -> None:
        """Store it in place of what was counted before. The caller has locked a report
        that is there.
        """
        report.made_at = self.at
        report.numbers = self.numbers
        report.names = self.names
        report.save()

        report.rows.all().delete()
        for row in self.rows:
            row.report = report
        MonthlyReportRow.objects.bulk_create(self.rows)


def count_month(report: MonthlyReport, at: datetime) -> CountedMonth:
    """Count what a report says, from the matters themselves: what is stored of past
    days is under no seal. In hand is what was at the end of the month, and not what
    came in while the report is drawn up and signed. It takes long in a large town,
    so that nothing is locked.
    """
    days = Days.month_of(report.month)
    place = Place.of_town(report.town)
    spans = [days, days.before(), days.a_year_before()]
    left_out = concerning_readers(report.town, at, at)
    hidden = Q(pk__in=left_out) if left_out else None
    is_over = days.last < local_day(at)
    reading = Reading(
        place,
        at,
        None,
        hidden,
        recounts=True,
        open_on=days.last if is_over else None,
    )
    read = reading.read(spans)
    this = Figures.together(read.parts[0].values())

    numbers: dict[str, Any] = {LEFT_OUT: sorted(left_out)}
    for name, parts in zip((THIS, BEFORE, A_YEAR_BEFORE), read.parts, strict=True):
        numbers[name] = _stored(Figures.together(parts.values()))
    numbers[UNRECORDED] = _unrecorded(report.town, days, left_out)
    numbers[CHASED] = _chased(report.town, days, left_out)

    with override(LANGUAGE):
        rows = [_row(days, place, _("Total"), this, is_total=True)]
        for part in parts_of(place):
            figures = read.parts[0].get(part.code, Figures.none())
            if part.is_village or figures.numbers.total():
                rows.append(_row(days, part, _name_of(part), figures))
    return CountedMonth(at, numbers, _names(this), rows)


def _unrecorded(town: Town, days: Days, left_out: Collection[int]) -> list[str]:
    """Return the months, of those compared, by whose end the town had taken nothing
    down: they have no number to compare with, not the number 0. One query.
    """
    counted = Case.objects.filter(town=town).exclude(pk__in=left_out)
    first = counted.aggregate(first=Min("registered_at"))["first"]

    compared = {BEFORE: days.before(), A_YEAR_BEFORE: days.a_year_before()}
    return [
        name for name, month in compared.items() if first is None or first >= month.end
    ]


def _chased(town: Town, days: Days, left_out: Collection[int]) -> dict[str, int]:
    """Return how often matters of the town were chased in a month, whenever they were
    received. Two queries.
    """
    chases = Chase.objects.filter(
        case__town=town, at__gte=days.begin, at__lt=days.end
    ).exclude(case__in=left_out)
    orders = SupervisionOrder.objects.filter(
        case__town=town, sent_at__gte=days.begin, sent_at__lt=days.end
    ).exclude(case__in=left_out)

    urged = Count("pk", filter=Q(level=SupervisionLevel.URGE))
    circulated = Count("pk", filter=Q(level=SupervisionLevel.CIRCULATE))
    counts = chases.aggregate(urged=urged, circulated=circulated)
    return {**counts, "orders": orders.count()}


def concerning_readers(
    town: Town, told_before: datetime, at: datetime
) -> frozenset[int]:
    """Return the keys of the matters, told before a moment, that `Sight.in_conflict`
    hides from any reader of a town's reports: they concern the reader or, where one
    serves in a village as well, somebody of that village. One query.
    """
    of_place = Q(town=town) | Q(county_code=town.county_code)
    readers = Post.objects.filter(of_place, role__in=READ_REPORTS).values("user")
    serving = Post.objects.current(local_day(at)).filter(user__in=readers)
    about = Concern.objects.filter(
        Q(user__in=readers)
        | Q(village__in=serving.values("village"))
        | Q(village__in=serving.values("group__village")),
        case__town=town,
        case__registered_at__lt=told_before,
    )
    return frozenset(about.values_list("case", flat=True))


def _row(
    days: Days,
    place: Place,
    name: str,
    figures: Figures,
    *,
    is_total: bool = False,
) -> MonthlyReportRow:
    return MonthlyReportRow(
        at=days.begin,
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
