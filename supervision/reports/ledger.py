"""月报汇总 (ledger 24): a row a village of each monthly report, the total first."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from cases.ledgers import OtherBook
from cases.ledgers.book import MayUnmask
from cases.lists.filter_fields import ALL, town_filter, villages_in_reach
from cases.lists.places import PlaceFilter, PlacesFilter
from cases.lists.row_filters import VillageFilter
from cases.models.scope import Sight
from minshi.errors import Text
from minshi.plain_cells import Cell
from minshi.tabular import Column, Ledger
from supervision.figures.reading import Figures
from supervision.figures.shown import share_in_words
from supervision.models import MonthlyReport, MonthlyReportRow
from supervision.models.report import MonthlyReportQuerySet
from supervision.reports.making import refresh_drafts
from supervision.reports.wording import figures_of
from villages.models import Town, User, Village
from villages.rights import READ_REPORTS

Rows = QuerySet[MonthlyReportRow]


class RowFilter(VillageFilter):
    town = town_filter("report__town")
    village = PlaceFilter(
        method="by_village",
        queryset=villages_in_reach,
        label=_("Village"),
        empty_label=ALL,
    )
    villages = PlacesFilter(
        method="by_villages", queryset=villages_in_reach, label=_("Several villages")
    )

    def by_village(self, rows: Rows, name: str, village: Village) -> Rows:
        return self.by_villages(rows, name, [village])

    def by_villages(self, rows: Rows, _name: str, villages: list[Village]) -> Rows:
        return rows.filter(place__in=[village.code for village in villages])


@dataclass(frozen=True)
class RowRecord:
    """A village's row, or the total's, with the figures of its snapshot."""

    row: MonthlyReportRow
    redacted = False

    @property
    def figures(self) -> Figures:
        return figures_of(self.row.numbers)

    @property
    def opens(self) -> str:
        return self.row.name

    @property
    def url(self) -> str:
        return self.row.report.get_absolute_url()

    @property
    def town(self) -> str:
        return str(self.row.report.town)


def count(code: str, heading: Text) -> Column[RowRecord]:
    return Column(
        code.replace(".", "_"),
        heading,
        lambda record: record.figures.count(code),
        width=7,
        kind="number",
    )


def split(key: str, value: str, heading: Text) -> Column[RowRecord]:
    return Column(
        f"{key}_{value}",
        heading,
        lambda record: record.figures.split(key).get(value, 0),
        width=7,
        kind="number",
    )


def share(code: str, heading: Text) -> Column[RowRecord]:
    def percent(record: RowRecord) -> Cell:
        found = record.figures.share(code)
        return share_in_words(found) if found.whole else ""

    return Column(code.replace(".", "_"), heading, percent, width=9)


def remark(record: RowRecord) -> str:
    """Return the month, and the edition where it is not the first."""
    report = record.row.report
    words = [f"{report.month:%Y-%m}"]
    if report.edition > 1:
        words.append(pgettext("report", "edition %s") % report.edition)
    return pgettext("list", ", ").join(words)


def _name(record: RowRecord) -> str:
    return record.row.name


def _is_total(record: RowRecord) -> bool:
    return record.row.is_total


COLUMNS: tuple[Column[RowRecord], ...] = (
    Column("place", pgettext_lazy("ledger", "Village"), _name, width=14),
    count("case.received.count", pgettext_lazy("ledger", "Received in all")),
    count("case.online.count", pgettext_lazy("ledger", "Online")),
    count("case.offline.count", pgettext_lazy("ledger", "Offline")),
    split("category", "village", pgettext_lazy("ledger", "Village matters")),
    split("category", "neighbour", pgettext_lazy("ledger", "Neighbours' matters")),
    split("category", "family", pgettext_lazy("ledger", "Family matters")),
    split("handling", "on_spot", pgettext_lazy("ledger", "On the spot")),
    split("handling", "led", pgettext_lazy("ledger", "Led")),
    split("handling", "joint", pgettext_lazy("ledger", "Joint")),
    split("handling", "meeting", pgettext_lazy("ledger", "By meeting")),
    count("case.completed.count", pgettext_lazy("ledger", "Completed")),
    share("rate.completed", pgettext_lazy("ledger", "Share completed of accepted")),
    count("case.open.count", pgettext_lazy("ledger", "In hand")),
    count("case.overdue.count", pgettext_lazy("ledger", "Overdue")),
    count("case.chased.count", pgettext_lazy("ledger", "Supervised")),
    count(
        "rating.satisfied.count",
        pgettext_lazy("ledger", "Satisfied in the latest rating"),
    ),
    count(
        "rating.mostly.count",
        pgettext_lazy("ledger", "Mostly satisfied in the latest rating"),
    ),
    count(
        "rating.dissatisfied.count",
        pgettext_lazy("ledger", "Dissatisfied in the latest rating"),
    ),
    share("rate.satisfied", pgettext_lazy("ledger", "Share satisfied")),
    share("rate.rated", pgettext_lazy("ledger", "Share rated")),
    Column("remark", pgettext_lazy("ledger", "Remark"), remark, width=14),
)


def reports_in_sight(user: User, on: dt.date) -> MonthlyReportQuerySet:
    """Return the reports that a reviewer or supervisor reads: of their town, or of the
    towns of their county.
    """
    towns = Town.objects.in_reach_of(user, on, READ_REPORTS)
    return MonthlyReport.objects.filter(town__in=towns.values("pk"))


@dataclass(frozen=True)
class MonthlyBook(OtherBook):
    """An `OtherBook` of the rows of the newest edition of each report in sight."""

    filterset: ClassVar[type[RowFilter]] = RowFilter

    def is_read_by(self, user: User, on: dt.date) -> bool:
        return user.holds(on, *READ_REPORTS)

    def in_sight(self, user: User, on: dt.date) -> Rows:
        reports = reports_in_sight(user, on)
        newer = MonthlyReport.objects.filter(
            town=OuterRef("report__town"),
            month=OuterRef("report__month"),
            edition__gt=OuterRef("report__edition"),
        )
        rows = MonthlyReportRow.objects.filter(report__in=reports.values("pk"))
        return rows.filter(~Exists(newer))

    def whole(self, rows: Rows) -> Rows:
        return rows.select_related("report__town")

    def takeable(self, rows: Rows, user: User, on: dt.date) -> Rows:
        reports = reports_in_sight(user, on)
        return rows.filter(report__in=reports.values("pk"))

    def read(
        self,
        rows: Sequence[MonthlyReportRow],
        *,
        sight: Sight,
        at: dt.datetime,
        may_unmask: MayUnmask,
    ) -> list[RowRecord]:
        """Return a record for each row, counted anew where something has come to
        concern a reader of its report. No query where all reports are signed: the rows
        carry theirs.
        """
        drafts = {row.report_id for row in rows if not row.report.is_signed}
        if drafts:
            reports = MonthlyReport.objects.filter(pk__in=drafts)
            _renumber(rows, refresh_drafts(reports, at))
        return [RowRecord(row) for row in rows]


def _renumber(rows: Sequence[MonthlyReportRow], reports: set[int]) -> None:
    """Give the rows of some reports the numbers that are stored now. One query, none
    without reports.
    """
    if not reports:
        return

    stored = MonthlyReportRow.objects.filter(report__in=reports)
    columns = ("report", "place", "numbers")
    numbers = {
        (report, place): each for report, place, each in stored.values_list(*columns)
    }
    for row in rows:
        if row.report_id in reports:
            row.numbers = numbers.get((row.report_id, row.place), {})


MONTHLY = MonthlyBook(
    date="at",
    ledger=Ledger(
        key="monthly",
        title=pgettext_lazy("ledger", "Summary of the month"),
        columns=COLUMNS,
        wide=True,
        is_total=_is_total,
    ),
)
