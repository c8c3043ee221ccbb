"""The county whose clocks are swept: everybody who is told, what is due, and the
matters that are merely there.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet

from cases import deadlines
from cases.bulk import Matter, adopt
from cases.deadlines.calendar import load_calendar
from cases.deadlines.counting import Counting
from cases.models import Case, Clock, Event
from cases.models.choices import (
    Category,
    CloseReason,
    Grade,
    Handling,
    Level,
    Outcome,
    Satisfaction,
    Solved,
    Stage,
    SupervisionLevel,
)
from cases.workflow import Action, Officer, System
from cases.workflow.record import new_event
from minshi import workdays
from minshi.demo.places import DIVISIONS
from minshi.workdays import ONE_DAY
from supervision.models import (
    Channel,
    Chase,
    ChaseStep,
    Notice,
    NoticeKind,
    NoticeState,
    OrderState,
    Robot,
    SupervisionOrder,
)
from villages.divisions import load_divisions
from villages.models import DutyLeave, Office, Post, Role, Town, User, Village

COUNTY = "621226"
SOURCE = "压力测试"
YEARS = 6  # in office for longer than the oldest matter is old
OPEN = (Stage.SPEAK, Stage.DELIBERATE, Stage.HANDLE, Stage.SUPERVISE, Stage.RATE)
# else the stage's own name
RULES = {
    Stage.SPEAK: "speak",
    Stage.HANDLE: "led",
    Stage.RATE: "rate",
}
LEVELS = (*[Level.VILLAGE] * 7, *[Level.TOWN] * 2, Level.COUNTY)
LATE = 6  # working days at most: past every step of the ladder
# a deadline in calendar days that ends on a day off ends later
HOLIDAYS = timedelta(days=10)
# one in so many
TOLD_SHARE, GREY_SHARE, ORDER_SHARE, SIGNED_SHARE, AWAY_SHARE, CHASED_SHARE = (
    10,
    50,
    10,
    100,
    20,
    4,
)


@dataclass(frozen=True)
class County:
    """Who serves in it: the reviewer who takes matters over, and who leads at each
    level.
    """

    by: Officer
    villages: list[Village]
    cadres: dict[int, Post]  # by village
    stations: dict[int, Office]  # by town
    bureau: Office

    def lead(self, village: Village, level: Level) -> Post | Office:
        if level == Level.VILLAGE:
            return self.cadres[village.pk]
        return self.stations[village.town_id] if level == Level.TOWN else self.bureau


def make_county(at: datetime) -> County:
    """礼县 with all its towns and villages, a robot in each town, and whoever is
    told of matters, all by e-mail too.
    """
    load_calendar(None, at)
    with DIVISIONS.open(encoding="utf-8-sig") as lines:
        load_divisions(lines, COUNTY)
    villages, towns = (
        list(Village.objects.select_related("town")),
        list(Town.objects.all()),
    )
    Robot.objects.bulk_create(
        Robot(town=town, name="干部群", url="https://robot.test/") for town in towns
    )
    bureau = Office.objects.create(name="县局", county_code=COUNTY)
    stations = Office.objects.bulk_create(
        Office(name="司法所", town=town) for town in towns
    )
    wanted = [
        Post(role=role, county_code=COUNTY) for role in (Role.REVIEWER, Role.SUPERVISOR)
    ]
    wanted += [
        Post(role=role, town=town)
        for town in towns
        for role in (Role.REVIEWER, Role.SUPERVISOR)
    ]
    wanted += [
        Post(role=Role.OFFICE_HANDLER, office=office) for office in (bureau, *stations)
    ]
    served = (Role.SECRETARY, Role.DUTY_OFFICER, Role.COMMITTEE_MEMBER)
    wanted += [
        Post(role=role, village=village) for village in villages for role in served
    ]
    posts = _appointed(wanted, workdays.local_day(at))
    _send_away(posts, at)
    cadres = {
        post.village_id: post
        for post in posts
        if post.village_id and post.role == Role.COMMITTEE_MEMBER
    }
    by_town = {office.town_id: office for office in stations if office.town_id}
    return County(Officer(posts[0].user, posts[0]), villages, cadres, by_town, bureau)


def _appointed(posts: list[Post], today: date) -> list[Post]:
    locked = make_password(None)
    users = User.objects.bulk_create(
        User(
            username=f"cadre{nth}",
            name=f"干部{nth}",
            email=f"cadre{nth}@county.test",
            password=locked,
        )
        for nth in range(len(posts))
    )
    for post, user in zip(posts, users, strict=True):
        post.user, post.from_on, post.may_sign = (
            user,
            date(today.year - YEARS, 1, 1),
            post.role == Role.REVIEWER,
        )
    return Post.objects.bulk_create(posts)


def _send_away(posts: list[Post], at: datetime) -> None:
    """Some of the villages' cadres are on leave, and the next one of the list stands
    in.
    """
    serving = [post for post in posts if post.village_id]
    pairs = list(pairwise(serving))[::AWAY_SHARE]
    on = workdays.local_day(at)
    DutyLeave.objects.bulk_create(
        DutyLeave(
            post=away,
            substitute=other,
            noted_by=posts[0],
            noted_at=at,
            from_on=on,
            until_on=on + ONE_DAY,
        )
        for away, other in pairs
    )


@dataclass(frozen=True)
class Ledger:
    """Writes the county's matters: due ones of every stage, level and step of the
    ladder, and others.
    """

    county: County
    at: datetime

    @cached_property
    def counting(self) -> Counting:
        return deadlines.counting_of(
            self.county.villages[0].town_id, workdays.local_day(self.at)
        )

    def add_due(self, count: int) -> None:
        """Matters whose clock is due at the moment, from the day it turns yellow to
        long after.

        Some are suspended, some wait for an order after a second 不满意, and to some
        their speaker has just added. Beside them there are orders to be sent and to be
        circulated.
        """
        last = Case.objects.order_by("pk").last()
        adopt(
            (self._open(nth, self._since(nth)) for nth in range(count)),
            self.county.by,
            self.at,
        )
        added = Case.objects.filter(pk__gt=last.pk if last else 0)
        checked = added.filter(stage=Stage.SUPERVISE)
        checked.filter(pk__in=_one_in(ORDER_SHARE, checked)).update(needs_order=True)
        added.filter(pk__in=_one_in(GREY_SHARE, added)).update(
            grey_until=self.at + ONE_DAY
        )
        self._add_words(added.filter(pk__in=_one_in(TOLD_SHARE, added)))
        self._add_orders(count // SIGNED_SHARE)

    def _add_words(self, cases: QuerySet[Case]) -> None:
        rows = list(cases)
        by = System("bench")
        Event.objects.bulk_create(
            new_event(case, Action.SUPPLEMENT, by=by, at=self.at, source=case.stage)
            for case in rows
        )
        Case.objects.bulk_update(rows, ["event_count", "event_hash"], batch_size=500)

    def add_others(self, count: int, *, open_share: int) -> None:
        """Closed matters, some of which were chased, and one in `open_share` open and
        far from due.
        """
        hour = self.at - timedelta(hours=1)
        matters = (
            (
                self._open(nth, hour, OPEN[1:])
                if nth % open_share == 0
                else self._closed(nth, count)
            )
            for nth in range(count)
        )
        adopt(matters, self.county.by, self.at)
        closed = Case.objects.filter(stage=Stage.CLOSED).select_related("town")
        clocks = Clock.objects.bulk_create(
            (self._stopped(case) for case in closed), batch_size=1000
        )
        chases = Chase.objects.bulk_create(
            (_reminded(clock) for clock in clocks[::CHASED_SHARE]), batch_size=1000
        )
        Notice.objects.bulk_create(
            (self._read(chase) for chase in chases), batch_size=1000
        )

    def _since(self, nth: int) -> datetime:
        """When the nth came to its stage, for its clock to be due: from its last day to
        some working days late.
        """
        span, late = (
            deadlines.default_span(_rule(_stage(nth, OPEN))),
            nth // len(OPEN) % (LATE + 1),
        )
        today = workdays.local_day(self.at)
        if span.unit == workdays.Unit.WORKING:
            day = self.counting.calendar.subtract_working_days(
                today, span.amount + late
            )
        else:
            day = today - ONE_DAY * (span.amount + 2 * late) - HOLIDAYS
        return self.at - (today - day)

    def _open(
        self, nth: int, since: datetime, stages: tuple[Stage, ...] = OPEN
    ) -> Matter:
        stage, turn, villages = (
            _stage(nth, stages),
            nth // len(stages),
            self.county.villages,
        )
        village = villages[turn % len(villages)]
        # another one at every round of the villages
        level = LEVELS[(turn + turn // len(villages)) % len(LEVELS)]
        accepted, decided, completed = (
            since if OPEN.index(stage) >= upto else None for upto in (1, 2, 3)
        )
        return Matter(
            source=SOURCE,
            title=f"水渠堵了{nth}",
            verbatim="三组的水渠堵了，浇不上地，请尽快派人来看",
            registered_at=since - timedelta(hours=1),
            village=village,
            speaker_name="王秀英",
            speaker_phone=f"1620000{nth % 10_000:04d}",
            category=Category.VILLAGE,
            grade=Grade.COMPLEX,
            level=level,
            stage=stage,
            since=since,
            accepted_at=accepted,
            decided_at=decided,
            handling=Handling.LED if decided else "",
            decision="派人清淤" if decided else "",
            lead=self.county.lead(village, level) if decided else None,
            completed_at=completed,
            outcome=Outcome.DONE if completed else "",
            result="已经清通" if completed else "",
            replied_at=since if stage == Stage.RATE else None,
        )

    def _closed(self, nth: int, count: int) -> Matter:
        told = self.at - timedelta(days=30 + 365 * (YEARS - 1) * (count - nth) / count)
        return Matter(
            source=SOURCE,
            title=f"路灯坏了{nth}",
            verbatim="村口的路灯又坏了两盏，晚上看不见路",
            registered_at=told,
            village=self.county.villages[nth % len(self.county.villages)],
            speaker_name="张长生",
            category=Category.VILLAGE,
            grade=Grade.MINOR,
            closed_at=told + timedelta(days=21),
            close_reason=CloseReason.RATED,
            satisfaction=Satisfaction.SATISFIED,
            solved=Solved.YES,
        )

    def _stopped(self, case: Case) -> Clock:
        """Its look was never taken: what is closed is left out all the same."""
        clock = deadlines.new_clock(
            case, 1, Stage.RATE, "rate", case.registered_at, self.counting
        )
        clock.stopped_at = case.closed_at
        return clock

    def _read(self, chase: Chase) -> Notice:
        return Notice(
            key=f"chase:{chase.pk}",
            kind=NoticeKind.YELLOW,
            channel=Channel.INBOX,
            recipient=self.county.by.user,
            case=chase.case,
            chase=chase,
            state=NoticeState.READ,
            created_at=chase.at,
            send_after=chase.at,
            sent_at=chase.at,
            read_at=chase.at,
        )

    def _add_orders(self, count: int) -> None:
        """So many orders whose grace is over, and as many whose answer is late; for
        matters that are not due.
        """
        free = Case.objects.filter(
            stage=Stage.HANDLE, due_at__gt=self.at, orders=None
        ).select_related("town")
        orders = [self._signed(case) for case in free.order_by("pk")[: 2 * count]]
        for nth, order in enumerate(orders[count:]):
            order.state, order.sent_at, order.number = (
                OrderState.SENT,
                order.send_at,
                f"{order.case.number}/{nth}",
            )
            order.reply_on -= ONE_DAY
        SupervisionOrder.objects.bulk_create(orders)

    def _signed(self, case: Case) -> SupervisionOrder:
        by, before = self.county.by.post, self.at - ONE_DAY
        return SupervisionOrder(
            case=case,
            county_code=COUNTY,
            state=OrderState.SIGNED,
            reason="拖得太久",
            demand="请立即办理并书面答复",
            reply_on=workdays.local_day(self.at),
            raised_at=before,
            signed_at=before,
            signed_by=by,
            send_at=before,
        )


def _reminded(clock: Clock) -> Chase:
    return Chase(
        case=clock.case,
        clock=clock,
        due_at=clock.due_at,
        step=ChaseStep.YELLOW,
        level=SupervisionLevel.REMIND,
        at=clock.yellow_at,
    )


def _stage(nth: int, stages: tuple[Stage, ...]) -> Stage:
    return stages[nth % len(stages)]


def _rule(stage: Stage) -> str:
    return RULES.get(stage, stage.value)


def _one_in(share: int, cases: QuerySet[Case]) -> list[int]:
    return list(cases.order_by("pk").values_list("pk", flat=True)[::share])
