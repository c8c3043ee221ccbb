"""值班表: who is on duty on which day, of a village or all villages of a town."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from minshi.errors import RuleBroken
from villages.duty import check_shift, name_leader, put_shift, time_of_shift
from villages.duty.finals import SHIFT
from villages.duty.rotating import BEGINS, ENDS
from villages.imports.cells import Stored, Unclear, as_day, as_name, text_of
from villages.imports.columns import Column, called
from villages.imports.entries import Entry
from villages.imports.kinds.base import Around
from villages.imports.kinds.grid import VILLAGE
from villages.imports.kinds.rows import RowKind, note_refusal, village_of
from villages.models import DutyShift, Post, Village
from villages.rights import IMPORT_ROSTER, TAKE_DUTY

HOURS = re.compile(r"(\d{1,2})[:：点](\d{2})?\s*[-–—~至到]+\s*(\d{1,2})[:：点](\d{2})?")
# 12月9日, 12月9号（周三）
DAY_OF_A_YEAR = re.compile(
    r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?\s*\(?(?:(?:星期|周|礼拜)[一二三四五六日天])?\)?"
)
# the last leap year may be eight years away
YEARS_AROUND = range(-8, 9)


@dataclass(frozen=True)
class DayOfAYear:
    """A day that was written without its year."""

    month: int
    day: int

    def nearest(self, on: date) -> date:
        """Return the day of the year in which it is nearest. Unclear: there is none."""
        days = []
        for years in YEARS_AROUND:
            try:
                days.append(date(on.year + years, self.month, self.day))
            except ValueError:
                continue
        if not days:
            raise Unclear(_("There is no such day."))
        return min(days, key=lambda day: abs(day - on))


def as_roster_day(cell: Stored) -> date | DayOfAYear | None:
    """Return a day, of 12月9日 without its year. Unclear: as `as_day`."""
    if isinstance(cell, str):
        found = DAY_OF_A_YEAR.fullmatch(text_of(cell))
        if found:
            return DayOfAYear(int(found[1]), int(found[2]))
    return as_day(cell)


def as_hours(cell: Stored) -> tuple[time, time] | None:
    """Return when a shift begins and ends, of 8:00-17:00. Unclear: no such hours."""
    text = text_of(cell).replace(" ", "")
    if not text:
        return None
    found = HOURS.fullmatch(text)
    if found is None:
        raise Unclear(_("Write the hours as 8:00-17:00."))
    try:
        begins = time(int(found[1]), int(found[2] or 0))
        return begins, time(int(found[3]), int(found[4] or 0))
    except ValueError:
        raise Unclear(_("Write the hours as 8:00-17:00.")) from None


class Roster(RowKind):
    key = "roster"
    label = gettext_lazy("Duty roster")
    guide = gettext_lazy(
        "One line for each day. Whoever is on duty has a post in the village already:"
        " duty officer, committee member or secretary."
    )
    roles = IMPORT_ROSTER
    is_of_village = True
    model = DutyShift
    final = SHIFT
    changeable = ("leader",)
    columns = (
        VILLAGE,
        Column(
            "day",
            pgettext_lazy("column", "Day"),
            as_roster_day,
            called("日期 值班日期 时间 值班时间 值班日"),
            is_needed=True,
            example="2026-12-01",
        ),
        Column(
            "hours",
            pgettext_lazy("column", "Hours"),
            as_hours,
            called("值班时段 时段 起止时间 钟点 时间段 时间 值班时间 上班时间"),
            example="8:00-17:00",
            help=gettext_lazy("Empty: 8:00–17:00."),
        ),
        Column(
            "primary",
            pgettext_lazy("column", "On duty"),
            as_name,
            called("值班员 值班人 值班人员 姓名 值班干部"),
            is_needed=True,
            example="王桂兰",
        ),
        Column(
            "backup",
            pgettext_lazy("column", "Backup"),
            as_name,
            called("备班 备班人 备班员 替班 副班"),
            example="李强",
        ),
        Column(
            "leader",
            pgettext_lazy("column", "Leader on duty"),
            as_name,
            called("带班领导 带班 带班人 带班干部"),
            example="张主任",
        ),
    )

    def find(self, entry: Entry, around: Around) -> DutyShift | None:
        values = entry.values
        village = village_of(entry, around)
        if village is None:
            return None

        if not self._has_year(entry, around):
            return None

        begins, ends = values.get("hours") or (BEGINS, ENDS)
        starts_at, ends_at = time_of_shift(values["day"], begins, ends)
        values["village_at"] = village
        values["starts_at"] = starts_at
        values["ends_at"] = ends_at
        values["key"] = (village.pk, starts_at)
        values["primary_at"] = self._post_of("primary", entry, village, around)
        values["backup_at"] = self._post_of("backup", entry, village, around)
        if entry.has_fault:
            return None

        shifts = DutyShift.objects.with_people()
        there = shifts.filter(village=village, starts_at=starts_at).first()
        if there is None:
            self._look_whether_free(entry, around)
            return None
        self._compare(entry, there, around)
        return there

    def _has_year(self, entry: Entry, around: Around) -> bool:
        """Find the year of a day that was written without, say which was taken, and
        return whether there is one.
        """
        day = entry.values["day"]
        if not isinstance(day, DayOfAYear):
            return True
        try:
            taken = day.nearest(around.on)
        except Unclear as unclear:
            entry.fault("day", str(unclear))
            return False

        entry.values["day"] = taken
        entry.note("day", _("Read as %(day)s.") % {"day": taken.isoformat()})
        return True

    def _look_whether_free(self, entry: Entry, around: Around) -> None:
        """Note as faults what would keep a new shift out: its time is over, or it meets
        another one, there already or in a row before.
        """
        values = entry.values
        if values["ends_at"] <= around.at:
            entry.fault("day", _("This time is over already."))
            return

        shift = DutyShift(
            village=values["village_at"],
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
            primary=values["primary_at"],
            backup=values["backup_at"],
        )
        try:
            check_shift(shift, around.at)
        except RuleBroken as refusal:
            note_refusal(entry, refusal)
            return

        before = _row_met(entry, around)
        if before:
            words = _("Meets the shift in row %(row)s; two shifts cannot overlap.")
            entry.fault("hours", words % {"row": before})

    def _compare(self, entry: Entry, shift: DutyShift, around: Around) -> None:
        """Note as faults what a list does not change of a shift that is there: who is
        on duty and until when; of one that has begun also who leads.
        """
        values = entry.values
        people = (shift.primary, shift.backup)
        is_same = people == (values["primary_at"], values["backup_at"])
        if values.get("hours") and shift.ends_at != values["ends_at"]:
            is_same = False
        if not is_same:
            words = _("%(name)s is on duty then already; change it on the roster.")
            entry.fault("day", words % {"name": shift.primary.user})

        leader = values.get("leader")
        if leader and leader != shift.leader and shift.starts_at <= around.at:
            words = _("This shift has begun; it cannot be changed any more.")
            entry.fault("leader", words)

    def _post_of(
        self, column: str, entry: Entry, village: Village, around: Around
    ) -> Post | None:
        """Return the post of whoever a cell names. Nobody, and two of a name, are a
        fault.
        """
        name = entry.values.get(column)
        if not name:
            return None

        found: dict[int, Post] = {}
        for post in _members_of(village, around):
            if post.user.name == name and post.is_current(entry.values["day"]):
                found.setdefault(post.user_id, post)
        if len(found) == 1:
            return next(iter(found.values()))

        words = _("%(name)s holds no post in this village on that day that takes duty.")
        if found:
            words = _("Two people of the village are called %(name)s.")
        entry.fault(column, words % {"name": name})
        return None

    def make(self, entry: Entry, around: Around) -> DutyShift:
        values = entry.values
        return put_shift(
            values["village_at"],
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
            primary=values["primary_at"],
            backup=values["backup_at"],
            leader=values.get("leader") or "",
            by=around.by,
            at=around.at,
        )

    def change(self, entry: Entry, row: DutyShift, around: Around) -> DutyShift:
        """Name the leader, as is done by hand."""
        leader = self._wanted(entry).get("leader", row.leader)
        return name_leader(row, leader, by=around.by, at=around.at)


def _row_met(entry: Entry, around: Around) -> str:
    """Return the number of a row before, with its sheet where that is another, whose
    shift an entry meets; empty where it meets none.
    """
    values = entry.values
    village = values["village_at"].pk
    begins = values["starts_at"]
    ends = values["ends_at"]
    times: set[tuple[datetime, datetime]] = around.read_once.setdefault(
        ("times", village), set()
    )
    for other_begins, other_ends in times:
        is_own = (other_begins, other_ends) == (begins, ends)
        if other_begins < ends and begins < other_ends and not is_own:
            return around.met_before(("shift", village, other_begins), entry)

    times.add((begins, ends))
    around.met_before(("shift", village, begins), entry)
    return ""


def _members_of(village: Village, around: Around) -> list[Post]:
    """Return the posts of a village that take duty, read once for a list."""
    key = ("members", village.pk)
    if key not in around.read_once:
        posts = Post.objects.filter(village=village, role__in=TAKE_DUTY)
        around.read_once[key] = list(posts.select_related("user").in_order())
    members: list[Post] = around.read_once[key]
    return members
