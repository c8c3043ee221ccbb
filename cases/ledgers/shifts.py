"""值班表/值班记录: a ledger whose rows are shifts, with what was taken down and
settled in each.
"""

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.formats import date_format
from django.utils.translation import pgettext_lazy

from cases.ledgers.book import OtherBook
from cases.ledgers.record import joined
from cases.lists.filters import ShiftFilter
from cases.models import Event
from cases.workflow import Action
from minshi.tabular import Column, Ledger
from villages.duty import hand_over_of, read_roster
from villages.models import DutyShift, HandOver, Post, User, Village
from villages.models.duty import DutyShiftQuerySet
from villages.rights import EXPORT_DUTY, READ_DUTY_LEDGER

COUNTED = (Action.REGISTER, Action.SETTLE)


@dataclass(frozen=True)
class ShiftRecord:
    """One shift, who stood in it, and how much came of it."""

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
        """Of the talk room: nobody's own number stands on a wall."""
        room = getattr(self.shift.village, "talk_room", None)
        return room.phone if room else ""

    @property
    def place(self) -> str:
        return str(self.shift.village)

    def name_of(self, nth: int) -> str:
        return str(self.on[nth].user) if len(self.on) > nth else ""

    @property
    def note(self) -> str:
        return self.handed.note if self.handed else ""

    @property
    def signed(self) -> str:
        """Who handed over, and who took over."""
        handed = self.handed
        return (
            joined(
                handed.written_by.user, handed.taken_by.user if handed.taken_by else ""
            )
            if handed
            else ""
        )


@dataclass(frozen=True)
class ShiftBook(OtherBook):
    """An `OtherBook` of shifts; a note may tell of matters, so those who read it are of
    the village or oversee it.
    """

    filterset: ClassVar[type[ShiftFilter]] = ShiftFilter

    def in_sight(self, user: User, on: dt.date) -> DutyShiftQuerySet:
        return DutyShift.objects.filter(
            village__in=Village.objects.overseen_by(user, on, READ_DUTY_LEDGER)
        )

    def whole(self, rows: DutyShiftQuerySet) -> DutyShiftQuerySet:
        written = rows.with_people().select_related(
            "village__talk_room", "hand_over__written_by__user"
        )
        return written.select_related("hand_over__taken_by__user")

    def takeable(
        self, rows: DutyShiftQuerySet, user: User, on: dt.date
    ) -> DutyShiftQuerySet:
        return rows.filter(
            village__in=Village.objects.overseen_by(user, on, EXPORT_DUTY)
        )

    def read(self, rows: Sequence[DutyShift], **_reader: object) -> list[ShiftRecord]:
        return read_shifts(rows)


def read_shifts(shifts: Sequence[DutyShift]) -> list[ShiftRecord]:
    """A record for each shift, read `whole`: two queries, for leave and for what was
    done in them.
    """
    roster = read_roster(shifts)
    on = {shift.pk: roster.on_duty(shift) for shift in shifts}
    done = _done(shifts, {post.pk for posts in on.values() for post in posts})

    def count(shift: DutyShift, action: Action) -> int:
        moments = (done[post.pk, action] for post in on[shift.pk])
        return sum(
            bisect_left(found, shift.ends_at) - bisect_left(found, shift.starts_at)
            for found in moments
        )

    return [
        ShiftRecord(
            shift,
            on[shift.pk],
            count(shift, Action.REGISTER),
            count(shift, Action.SETTLE),
        )
        for shift in shifts
    ]


def _done(
    shifts: Sequence[DutyShift], posts: set[int]
) -> dict[tuple[int, str], list[dt.datetime]]:
    """When each post took something down or settled it in the time the shifts span, in
    order.
    """
    moments: defaultdict[tuple[int, str], list[dt.datetime]] = defaultdict(list)
    if posts:
        first, last = (
            min(shift.starts_at for shift in shifts),
            max(shift.ends_at for shift in shifts),
        )
        acts = Event.objects.filter(
            action__in=COUNTED, post__in=posts, at__gte=first, at__lt=last
        ).order_by("at")
        for post, action, at in acts.values_list("post", "action", "at"):
            moments[post or 0, action].append(at)
    return moments


DUTY = ShiftBook(
    date="starts_at",
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
                lambda r: r.name_of(1),
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
                lambda r: r.signed,
                width=14,
            ),
        ),
    ),
)
