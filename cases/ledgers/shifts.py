"""值班表/值班记录: a ledger whose rows are shifts, with how much was taken down and
settled in each.
"""

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.formats import date_format
from django.utils.translation import pgettext, pgettext_lazy

from cases.ledgers.book import OtherBook
from cases.lists.row_filters import ShiftFilter
from cases.models import Event
from cases.models.scope import concerns_a_cadre
from cases.workflow import Action
from minshi.tabular import Column, Ledger
from villages.duty import hand_over_of, read_roster
from villages.models import DutyShift, HandOver, Post, User, Village
from villages.models.duty import DutyShiftQuerySet
from villages.rights import EXPORT_DUTY, READ_DUTY_LEDGER

COUNTED = (Action.REGISTER, Action.SETTLE)


@dataclass(frozen=True)
class ShiftRecord:
    """One shift: who was on duty, and how many cases they took down and settled."""

    shift: DutyShift
    on: list[Post]
    taken_down: int
    settled: int
    opens = url = ""  # no page of its own stands behind the row
    redacted = False

    @property
    def handed(self) -> HandOver | None:
        return hand_over_of(self.shift)

    @property
    def phone(self) -> str:
        """The talk room's phone: nobody's own number stands on a wall."""
        room = getattr(self.shift.village, "talk_room", None)
        return room.phone if room else ""

    @property
    def town(self) -> str:
        return str(self.shift.village.town)

    @property
    def village(self) -> str:
        return str(self.shift.village)

    def name_of(self, nth: int) -> str:
        """Return the name of the nth officer, from 0; empty where there is none."""
        if len(self.on) <= nth:
            return ""
        return str(self.on[nth].user)

    @property
    def remark(self) -> str:
        """Who handed over and took over, and the backup: whoever else is on."""
        words = [self.hand_over_in_words]
        backup = self.name_of(1)
        if backup:
            words.append(pgettext("ledger", "backup: %(name)s") % {"name": backup})
        return "；".join(word for word in words if word)

    @property
    def note(self) -> str:
        return self.handed.note if self.handed else ""

    @property
    def hand_over_in_words(self) -> str:
        """Who handed over, and who took over once somebody did."""
        handed = self.handed
        if handed is None:
            return ""

        by = pgettext("ledger", "handed over by %(name)s")
        words = [by % {"name": handed.written_by.user}]
        if handed.taken_by:
            to = pgettext("ledger", "taken over by %(name)s")
            words.append(to % {"name": handed.taken_by.user})
        return "，".join(words)


@dataclass(frozen=True)
class ShiftBook(OtherBook):
    """An `OtherBook` of shifts.

    A note may tell of cases, so its readers are of the village or oversee it.
    """

    filterset: ClassVar[type[ShiftFilter]] = ShiftFilter

    def in_sight(self, user: User, on: dt.date) -> DutyShiftQuerySet:
        villages = Village.objects.in_reach_of(user, on, READ_DUTY_LEDGER)
        return DutyShift.objects.filter(village__in=villages)

    def whole(self, rows: DutyShiftQuerySet) -> DutyShiftQuerySet:
        return rows.with_people().select_related(
            "village__talk_room",
            "village__town",
            "hand_over__written_by__user",
            "hand_over__taken_by__user",
        )

    def takeable(
        self, rows: DutyShiftQuerySet, user: User, on: dt.date
    ) -> DutyShiftQuerySet:
        villages = Village.objects.in_reach_of(user, on, EXPORT_DUTY)
        return rows.filter(village__in=villages)

    def read(self, rows: Sequence[DutyShift], **_reader: object) -> list[ShiftRecord]:
        return read_shifts(rows)


def read_shifts(shifts: Sequence[DutyShift]) -> list[ShiftRecord]:
    """Return a record for each shift, which must come from `ShiftBook.whole`.

    Two queries: for leave, and for what was done in the shifts.
    """
    roster = read_roster(shifts)
    on_duty = {shift.pk: roster.on_duty(shift) for shift in shifts}

    posts: set[int] = set()
    for officers in on_duty.values():
        posts.update(post.pk for post in officers)
    done = _done(shifts, posts)

    records = []
    for shift in shifts:
        officers = on_duty[shift.pk]
        taken_down = [done[post.pk, Action.REGISTER] for post in officers]
        settled = [done[post.pk, Action.SETTLE] for post in officers]
        records.append(
            ShiftRecord(
                shift,
                officers,
                _count_within(shift, taken_down),
                _count_within(shift, settled),
            )
        )
    return records


def _count_within(shift: DutyShift, moments: Iterable[list[dt.datetime]]) -> int:
    """Count the moments within the shift, of several lists that are each in order."""
    count = 0
    for found in moments:
        begin = bisect_left(found, shift.starts_at)
        end = bisect_left(found, shift.ends_at)
        count += end - begin
    return count


def _done(
    shifts: Sequence[DutyShift], posts: set[int]
) -> dict[tuple[int, str], list[dt.datetime]]:
    """Return when each post took something down or settled it, by post and action.

    In order of time, within the time that the shifts span. What concerns a cadre is
    left out for every reader: a number would tell them of it. One query, none without
    posts.
    """
    moments: defaultdict[tuple[int, str], list[dt.datetime]] = defaultdict(list)
    if not posts:
        return moments

    first = min(shift.starts_at for shift in shifts)
    last = max(shift.ends_at for shift in shifts)
    acts = Event.objects.filter(
        ~concerns_a_cadre("case"),
        action__in=COUNTED,
        post__in=posts,
        at__gte=first,
        at__lt=last,
    )
    in_order = acts.order_by("at").values_list("post", "action", "at")

    for post, action, at in in_order:
        moments[post or 0, action].append(at)
    return moments


DUTY = ShiftBook(
    date="starts_at",
    names_no_village=True,
    ledger=Ledger(
        key="duty",
        title=pgettext_lazy("ledger", "Duty ledger"),
        columns=(
            Column(
                "day",
                pgettext_lazy("ledger", "Date"),
                lambda r: r.shift.on,
                kind="date",
            ),
            Column(
                "weekday",
                pgettext_lazy("ledger", "Weekday"),
                lambda r: date_format(r.shift.on, "l"),
                width=9,
            ),
            Column(
                "on_duty",
                pgettext_lazy("ledger", "Committee member on duty"),
                lambda r: r.name_of(0),
            ),
            Column(
                "leader",
                pgettext_lazy("ledger", "Leader on duty"),
                lambda r: r.shift.leader,
            ),
            Column(
                "phone", pgettext_lazy("ledger", "Phone"), lambda r: r.phone, width=14
            ),
            Column(
                "visitors",
                pgettext_lazy("ledger", "People received"),
                lambda r: r.handed.visitors if r.handed else None,
                width=9,
                kind="number",
            ),
            Column(
                "taken_down",
                pgettext_lazy("ledger", "Matters spoken"),
                lambda r: r.taken_down,
                width=9,
                kind="number",
            ),
            Column(
                "settled",
                pgettext_lazy("ledger", "Settled at once"),
                lambda r: r.settled,
                width=9,
                kind="number",
            ),
            Column(
                "note",
                pgettext_lazy("ledger", "Handed over to the next"),
                lambda r: r.note,
                width=28,
            ),
            Column(
                "signed",
                pgettext_lazy("ledger", "Signature"),
                lambda _record: None,  # to be signed by hand
                width=14,
            ),
            Column(
                "remark",
                pgettext_lazy("ledger", "Remark"),
                lambda r: r.remark,
                width=20,
            ),
        ),
    ),
)
