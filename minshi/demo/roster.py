"""The demo's talk rooms and duty rosters: in every village two weeks ahead, in three
also two weeks back, with a swap and a leave in one of them.
"""

from datetime import date, datetime, time, timedelta

from minshi import workdays
from minshi.demo.people import Cast
from minshi.workdays import ONE_DAY, SHANGHAI, WorkCalendar
from villages.duty import (
    Round,
    arrange_round,
    ask_swap,
    describe_talk_room,
    hand_over,
    note_leave,
    take_over,
)
from villages.models import DutyShift, Post, Role, Village

LOOKED_AT = ("白关村", "马崖村", "硬坪村")  # these have a past as well
TWO_WEEKS = timedelta(days=14)
SOON = time(16, 50)  # when a shift is handed over
NOTES = (
    "三组路灯等电工回话，明天上午去看。",
    "低保表格还差两份，来人了请代收。",
    "没有移交事项。",
    "下午有人来问医保，请打电话回他。",
)
LEAST_VISITORS = 2
MOST_VISITORS = 9


def add_rosters(cast: Cast, calendar: WorkCalendar, at: datetime) -> None:
    """Add shifts on working days, hand-overs of those past, one swap asked for and one
    leave; the same for the same moment.

    No matter is touched: those of the year were told while no roster was kept, and
    today's shift in 白关村 is its duty officer's, whose matters they are.
    """
    villages = list(cast.town.villages.order_by("code"))
    villages.sort(key=_in_order)
    for nth, village in enumerate(villages):
        _Roster(cast, village, calendar, at, nth).make()


def _in_order(village: Village) -> int:
    """Let those that are looked at come first, the others after them as they are."""
    if village.name in LOOKED_AT:
        return LOOKED_AT.index(village.name)
    return len(LOOKED_AT)


class _Roster:
    def __init__(
        self,
        cast: Cast,
        village: Village,
        calendar: WorkCalendar,
        at: datetime,
        nth: int,
    ) -> None:
        self.village = village
        self.calendar = calendar
        self.at = at
        self.nth = nth

        self.today = workdays.local_day(at)
        self.secretary = cast.one(Role.SECRETARY, village=village)
        self.members = [
            cast.one(Role.DUTY_OFFICER, village=village),
            *cast.at(Role.COMMITTEE_MEMBER, village=village),
        ]
        self.leader = str(cast.one(Role.REVIEWER, town=village.town).user)

    def make(self) -> None:
        by = self.secretary.user
        has_past = self.village.name in LOOKED_AT
        first = self.today - TWO_WEEKS if has_past else self.today
        end = self.today + TWO_WEEKS
        before = datetime.combine(first - ONE_DAY, time(10), SHANGHAI)

        describe_talk_room(
            self.village,
            place="村委会一楼群众说事室",
            hours="工作日 8:00–17:00",
            phone=f"0939-44210{self.nth + 10}",
            talk_day=10,
            by=by,
            at=before,
        )
        wanted = Round(
            self._in_turn(first), first, end, self.calendar, leader=self.leader
        )
        arrange_round(self.village, wanted, by=by, at=before)

        own_shifts = DutyShift.objects.filter(village=self.village)
        shifts = list(own_shifts.with_people().order_by("starts_at"))
        past = [shift for shift in shifts if shift.ends_at <= self.at]
        for number, shift in enumerate(past):
            self._hand_over(shift, shifts[number + 1], number)

        if self.nth == 0:
            self._ask_swap(shifts)
            self._note_leave()

    def _in_turn(self, first: date) -> list[Post]:
        """Return the members turned so that the duty officer is on today, or on the
        next working day.
        """
        day = self.calendar.on_or_after(self.today)
        earlier = [first + ONE_DAY * nth for nth in range((day - first).days)]
        turns = sum(self.calendar.is_working_day(past) for past in earlier)

        start = -turns % len(self.members)
        return self.members[start:] + self.members[:start]

    def _hand_over(self, shift: DutyShift, following: DutyShift, number: int) -> None:
        more = (number * 3 + self.nth) % (MOST_VISITORS - LEAST_VISITORS)
        handed = hand_over(
            shift,
            note=NOTES[number % len(NOTES)],
            visitors=LEAST_VISITORS + more,
            by=shift.primary.user,
            at=datetime.combine(shift.on, SOON, SHANGHAI),
        )

        taken_at = following.starts_at + timedelta(minutes=5)
        if taken_at <= self.at:
            take_over(handed, by=following.primary.user, at=taken_at)

    def _ask_swap(self, shifts: list[DutyShift]) -> None:
        """Let a committee member ask the duty officer to take a shift, for one of
        theirs.
        """
        officer = self.members[0]
        member = self.members[1]
        ahead = [shift for shift in shifts if shift.on > self.today + ONE_DAY]
        mine = next(shift for shift in ahead if shift.primary == member)
        theirs = next(shift for shift in ahead if shift.primary == officer)

        ask_swap(
            mine,
            officer,
            in_return=theirs,
            by=member.user,
            at=self.at - timedelta(minutes=30),
        )

    def _note_leave(self) -> None:
        """Let the other member be away for some days of the week after next; the
        secretary stands in.
        """
        away = self.members[-1]
        from_on = self.today + timedelta(days=8)
        note_leave(
            away,
            from_on=from_on,
            until_on=from_on + ONE_DAY * 2,
            reason="家里有事",
            substitute=self.secretary,
            by=away.user,
            at=self.at - timedelta(minutes=20),
        )
